//! The fixture: the function on a table and on queues of its own.

use campaign::App;
use domain::campaign::{Campaign, Content, State, Step};
use domain::{CampaignId, Channel, Instant, MemberId, Segment};
use platform::messages::BatchMessage;
use platform::queue::QueueClient;
use std::collections::BTreeSet;
use store::{Claimed, NewMember, Scope, Store};
use support::{Queue, Table, consent, instant, merchant, mobile, open_merchant};

pub(crate) fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

/// The function, with one merchant.
pub(crate) struct Fixture {
    pub(crate) table: Table,
    pub(crate) app: App,
    pub(crate) scope: Scope,
    pub(crate) queue: Queue,
}

impl Fixture {
    pub(crate) async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(domain::Sector::Retail, 1), now()).await;
        let queue = Queue::start().await;
        let app = app(store, &queue);
        Self { table, app, scope, queue }
    }

    pub(crate) async fn members(&self, count: u16) -> BTreeSet<MemberId> {
        let mut members = BTreeSet::new();
        for number in 0..count {
            let details = domain::member::Details::default();
            let enrolment = domain::Enrolment::Till;
            let new = NewMember { mobile: mobile(number), details, enrolment };
            let (member, _) = self.app.store.create_member(&self.scope, &new, now()).await.unwrap();
            let change = consent(now());
            let id = member.person.id;
            self.app
                .store
                .change_consent(&self.scope, id, Channel::Sms, &change, now())
                .await
                .unwrap();
            members.insert(id);
        }
        members
    }

    pub(crate) async fn campaign(
        &self,
        channel: Channel,
        segment: Segment,
        step: Step,
    ) -> CampaignId {
        let campaign = Campaign {
            id: CampaignId::mint(now(), 5),
            name: "Rentrée".to_owned(),
            channel,
            content: Content { body: "Bonjour".to_owned(), ..Content::default() },
            segment,
            state: State::Draft,
            created_at: now(),
            begins_at: None,
            version: 1,
        };
        let store = &self.app.store;
        store.create_campaign(&self.scope, &campaign, None, now()).await.unwrap();
        store.step_campaign(&self.scope, campaign.id, step, now()).await.unwrap();
        campaign.id
    }

    /// The members of all queued batches, each batch counted once.
    pub(crate) async fn recipients(&self) -> Vec<MemberId> {
        let batches: BTreeSet<_> = self.queue.sent("/sends").into_iter().collect();
        let mut recipients = Vec::new();
        for body in batches {
            let BatchMessage { tenant, campaign, batch } = serde_json::from_str(&body).unwrap();
            match self.app.store.claim_batch(tenant, campaign, batch, now()).await.unwrap() {
                Claimed::Ours(claim) => recipients.extend(claim.members),
                _ => panic!("a batch that was queued does not exist"),
            }
        }
        recipients
    }
}

/// An instance of the function on a store and the queues of a test.
pub(crate) fn app(store: Store, queue: &Queue) -> App {
    let (campaigns, sends) = (queue.client(), queue.client());
    App {
        store,
        campaigns: QueueClient::new(move || campaigns, "http://queue/campaigns"),
        sends: QueueClient::new(move || sends, "http://queue/sends"),
    }
}
