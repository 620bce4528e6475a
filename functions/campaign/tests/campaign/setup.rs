//! The function as a test starts it.

use campaign::App;
use domain::campaign::{Campaign, Content, State, Step};
use domain::member::consent::{Consent, ConsentSource};
use domain::{CampaignId, Channel, Instant, MemberId, Segment};
use platform::messages::BatchMessage;
use std::collections::BTreeSet;
use store::{Claimed, ConsentChange, NewMember, Scope};
use support::{Queue, Table, instant, merchant, mobile, open_merchant};

pub(crate) fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

/// The function on a table and on queues of its own.
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
        let app = App {
            store,
            sqs: queue.client(),
            campaigns_queue: "http://queue/campaigns".to_owned(),
            sends_queue: "http://queue/sends".to_owned(),
        };
        Self { table, app, scope, queue }
    }

    pub(crate) async fn members(&self, count: u16) -> BTreeSet<MemberId> {
        let mut members = BTreeSet::new();
        for number in 0..count {
            let details = domain::member::Details::default();
            let enrolment = domain::Enrolment::Till;
            let new = NewMember { mobile: mobile(number), details, enrolment };
            let (member, _) = self.app.store.create_member(&self.scope, &new, now()).await.unwrap();
            let (at, source, text_version) = (now(), ConsentSource::Till, "2026-01".to_owned());
            let change = ConsentChange::Consent(Consent { at, source, text_version });
            let id = member.person.id;
            self.app.store.change_consent(&self.scope, id, Channel::Sms, &change).await.unwrap();
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
        store.step_campaign(self.scope.tenant(), campaign.id, step, now()).await.unwrap();
        campaign.id
    }

    /// Everybody in the batches that were queued, each batch once.
    pub(crate) async fn recipients(&self) -> Vec<MemberId> {
        let batches: BTreeSet<_> = self.queue.sent("/sends").into_iter().collect();
        let mut recipients = Vec::new();
        for body in batches {
            let message: BatchMessage = serde_json::from_str(&body).unwrap();
            let (tenant, campaign, batch) = message.identifiers().unwrap();
            match self.app.store.claim_batch(tenant, campaign, batch, now()).await.unwrap() {
                Claimed::Ours(claim) => recipients.extend(claim.members),
                _ => panic!("a batch that was queued is not there"),
            }
        }
        recipients
    }
}
