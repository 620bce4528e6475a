//! Campaigns: planned once whoever plans, claimed by one, counted once.

use domain::campaign::{Campaign, Content, Draft, State, Step};
use domain::member::consent::{Consent, ConsentSource, Opposition, OppositionReason};
use domain::{CampaignError, CampaignId, Channel, DomainError, Instant, MemberId, Segment};
use jiff::ToSpan as _;
use std::collections::HashSet;
use store::{
    Addressed, BatchId, ByState, Claimed, ConsentChange, Counts, Entity, MEMBER_SHARDS,
    MessageAddress, MessageState, NewMember, Plan, Scope, Store, StoreError,
};
use support::{Table, instant, merchant, mobile, open_merchant};

fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

struct Shop {
    _table: Table,
    store: Store,
    scope: Scope,
}

impl Shop {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(domain::Sector::Retail, 1), now()).await;
        Self { _table: table, store, scope }
    }

    /// So many members who consented to SMS.
    async fn members(&self, count: u16) -> Vec<MemberId> {
        let mut members = Vec::new();
        for number in 0..count {
            let new = NewMember {
                mobile: mobile(number),
                details: domain::member::Details::default(),
                enrolment: domain::Enrolment::Till,
            };
            let (member, _) = self.store.create_member(&self.scope, &new, now()).await.unwrap();
            let change = ConsentChange::Consent(Consent {
                at: now(),
                source: ConsentSource::Till,
                text_version: "2026-01".to_owned(),
            });
            let id = member.person.id;
            self.store.change_consent(&self.scope, id, Channel::Sms, &change).await.unwrap();
            members.push(id);
        }
        members
    }

    async fn campaign(&self) -> CampaignId {
        let campaign = Campaign {
            id: CampaignId::mint(now(), 7),
            name: "Rentrée".to_owned(),
            channel: Channel::Sms,
            content: Content { body: "Bonjour {{first_name}}".to_owned(), ..Content::default() },
            segment: Segment::default(),
            state: State::Draft,
            created_at: now(),
            begins_at: None,
            version: 1,
        };
        self.store.create_campaign(&self.scope, &campaign, None, now()).await.unwrap();
        campaign.id
    }

    /// One batch of these members, of a campaign that is planned.
    async fn batch(&self, campaign: CampaignId, members: &[MemberId]) -> BatchId {
        let tenant = self.scope.tenant();
        let batch = BatchId { shard: 0, cursor: *members.last().unwrap() };
        let mut plan = self.store.plan(tenant, campaign).await.unwrap();
        let cut = Some((batch, members));
        assert!(
            self.store
                .cut_batch(tenant, campaign, &mut plan, cut, (MEMBER_SHARDS, None))
                .await
                .unwrap()
        );
        batch
    }
}

fn ours(claimed: Claimed) -> store::Claim {
    match claimed {
        Claimed::Ours(claim) => *claim,
        _ => panic!("the batch is not ours"),
    }
}

#[tokio::test]
async fn a_campaign_launched_twice_is_launched_once_and_waits_in_the_index() {
    let shop = Shop::open().await;
    let (tenant, id) = (shop.scope.tenant(), shop.campaign().await);
    assert!(shop.store.campaigns_due(now()).await.unwrap().is_empty());
    for _ in 0..2 {
        let stored = shop.store.step_campaign(tenant, id, Step::Launch, now()).await.unwrap();
        assert_eq!((stored.campaign.state, stored.campaign.version), (State::Running, 2));
    }
    assert_eq!(shop.store.campaigns_due(now()).await.unwrap(), [(tenant, id)]);
    shop.store.step_campaign(tenant, id, Step::Pause, now()).await.unwrap();
    assert!(shop.store.campaigns_due(now()).await.unwrap().is_empty());
    let refused = shop.store.step_campaign(tenant, id, Step::Schedule(now()), now()).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(DomainError::Campaign(CampaignError::State)))
    ));
}

#[tokio::test]
async fn a_scheduled_campaign_is_due_at_its_moment_and_not_before() {
    let shop = Shop::open().await;
    let (tenant, id) = (shop.scope.tenant(), shop.campaign().await);
    let at = now() + 2.hours();
    shop.store.step_campaign(tenant, id, Step::Schedule(at), now()).await.unwrap();
    assert!(shop.store.campaigns_due(at - 1.second()).await.unwrap().is_empty());
    assert_eq!(shop.store.campaigns_due(at).await.unwrap(), [(tenant, id)]);
}

#[tokio::test]
async fn the_walk_sees_every_member_once_and_says_who_may_be_reached() {
    let shop = Shop::open().await;
    let members = shop.members(40).await;
    let opposition = Opposition { at: now() + 1.second(), reason: OppositionReason::Stop };
    let at = MessageAddress::Mobile(mobile(3));
    assert_eq!(shop.store.oppose_at(&shop.scope, &at, opposition).await.unwrap(), 1);
    let mut seen = Vec::new();
    for shard in 0..MEMBER_SHARDS {
        let walked = shop.store.walk(&shop.scope, shard, None, Channel::Sms).await.unwrap();
        assert_eq!(walked.next, None);
        seen.extend(walked.members.into_iter().map(|glance| (glance.member, glance.reachable)));
    }
    let expected: HashSet<_> =
        members.iter().map(|member| (*member, *member != members[3])).collect();
    assert_eq!(seen.len(), 40);
    assert_eq!(seen.into_iter().collect::<HashSet<_>>(), expected);
}

#[tokio::test]
async fn two_planners_of_one_campaign_cut_a_batch_once() {
    let shop = Shop::open().await;
    let members = shop.members(3).await;
    let (tenant, id) = (shop.scope.tenant(), shop.campaign().await);
    let batch = BatchId { shard: 0, cursor: members[2] };
    let first: Plan = shop.store.plan(tenant, id).await.unwrap();
    let (mut a, mut b) = (first.clone(), first);
    let cut = Some((batch, members.as_slice()));
    let to = (0, Some(members[2]));
    assert!(shop.store.cut_batch(tenant, id, &mut a, cut, to).await.unwrap());
    assert!(!shop.store.cut_batch(tenant, id, &mut b, cut, to).await.unwrap());
    let plan = shop.store.plan(tenant, id).await.unwrap();
    assert_eq!((plan.batches, plan.recipients, plan.last_batch), (1, 3, Some(batch)));
    assert_eq!(plan, a);
}

#[tokio::test]
async fn a_batch_is_claimed_by_one_and_whoever_follows_knows_of_the_first_attempt() {
    let shop = Shop::open().await;
    let members = shop.members(3).await;
    let (tenant, id) = (shop.scope.tenant(), shop.campaign().await);
    let batch = shop.batch(id, &members).await;
    let claim = |at| shop.store.claim_batch(tenant, id, batch, at);

    let mut first = ours(claim(now()).await.unwrap());
    assert_eq!(first.members, members);
    assert!(matches!(claim(now()).await.unwrap(), Claimed::Others));

    let counts = Counts { opposed: 1, ..Counts::default() };
    let to = Addressed { members: members[..2].to_vec(), counts };
    let begun = shop.store.begin_sending(tenant, id, &mut first, Channel::Sms, &to, now()).await;
    assert!(begun.unwrap());

    let later = now() + 5.minutes();
    let mut second = ours(claim(later).await.unwrap());
    assert_eq!(second.first_attempt_at, Some(now()));
    assert_eq!(second.addressed, Some(to.clone()));

    // The first comes back too late: its claim is lost, and it may send nothing.
    let begun = shop.store.begin_sending(tenant, id, &mut first, Channel::Sms, &to, later).await;
    assert!(!begun.unwrap());

    let sent = Counts { sent: 2, ..counts };
    for _ in 0..2 {
        shop.store.end_batch(tenant, id, &second, sent, &[], later).await.unwrap();
    }
    shop.store.end_batch(tenant, id, &first, sent, &[], later).await.unwrap();
    let figures = shop.store.figures(tenant, id).await.unwrap();
    assert_eq!((figures.batches_done, figures.counts), (1, sent));
    assert!(matches!(claim(later).await.unwrap(), Claimed::Done));
    assert!(shop.store.open_batches(tenant, id).await.unwrap().is_empty());
    second.batch = BatchId { shard: 1, cursor: members[0] };
    let absent = shop.store.claim_batch(tenant, id, second.batch, later).await.unwrap();
    assert!(matches!(absent, Claimed::Absent));
}

#[tokio::test]
async fn a_batch_given_back_with_nothing_sent_begins_anew() {
    let shop = Shop::open().await;
    let members = shop.members(2).await;
    let (tenant, id) = (shop.scope.tenant(), shop.campaign().await);
    let batch = shop.batch(id, &members).await;
    for nothing_sent in [true, false] {
        let mut claim = ours(shop.store.claim_batch(tenant, id, batch, now()).await.unwrap());
        assert_eq!(claim.first_attempt_at, None);
        let to = Addressed { members: members.clone(), counts: Counts::default() };
        let begun =
            shop.store.begin_sending(tenant, id, &mut claim, Channel::Sms, &to, now()).await;
        assert!(begun.unwrap());
        shop.store.give_back(tenant, id, &claim, nothing_sent).await.unwrap();
    }
    let claim = ours(shop.store.claim_batch(tenant, id, batch, now()).await.unwrap());
    assert_eq!(claim.first_attempt_at, Some(now()));
    assert_eq!(shop.store.open_batches(tenant, id).await.unwrap(), [batch]);
}

#[tokio::test]
async fn what_a_provider_tells_twice_or_late_is_counted_once() {
    let shop = Shop::open().await;
    let members = shop.members(3).await;
    let (tenant, id) = (shop.scope.tenant(), shop.campaign().await);
    let batch = shop.batch(id, &members).await;
    let early = shop.store.receipts(tenant, id, &[(members[0], MessageState::Delivered)]).await;
    assert!(matches!(early, Err(StoreError::NotFound(Entity::Message))));

    let mut claim = ours(shop.store.claim_batch(tenant, id, batch, now()).await.unwrap());
    let to = Addressed { members: members.clone(), counts: Counts::default() };
    shop.store.begin_sending(tenant, id, &mut claim, Channel::Sms, &to, now()).await.unwrap();
    let told = [
        (members[0], MessageState::Delivered),
        (members[0], MessageState::Delivered),
        (members[1], MessageState::Bounced),
    ];
    assert_eq!(shop.store.receipts(tenant, id, &told).await.unwrap(), 2);
    assert_eq!(shop.store.receipts(tenant, id, &told).await.unwrap(), 0);
    let more = [(members[1], MessageState::Delivered), (members[2], MessageState::Failed)];
    assert_eq!(shop.store.receipts(tenant, id, &more).await.unwrap(), 1);
    let figures = shop.store.figures(tenant, id).await.unwrap();
    assert_eq!((figures.delivered, figures.bounced, figures.failed), (1, 1, 1));
    assert!(shop.store.was_messaged(tenant, members[0], Channel::Sms).await.unwrap());
    assert!(!shop.store.was_messaged(tenant, members[0], Channel::Email).await.unwrap());
}

#[tokio::test]
async fn recipients_are_each_in_one_state_from_the_plan_to_the_last_word() {
    let shop = Shop::open().await;
    let members = shop.members(10).await;
    let (tenant, id) = (shop.scope.tenant(), shop.campaign().await);
    let batch = shop.batch(id, &members).await;
    let by_state = async || {
        let figures = shop.store.figures(tenant, id).await.unwrap();
        let plan = shop.store.plan(tenant, id).await.unwrap();
        figures.by_state(plan.recipients)
    };
    assert_eq!(by_state().await, ByState { waiting: 10, ..ByState::default() });

    let mut claim = ours(shop.store.claim_batch(tenant, id, batch, now()).await.unwrap());
    let counts = Counts { opposed: 1, unreachable: 1, not_allowed: 1, ..Counts::default() };
    let to = Addressed { members: members[..7].to_vec(), counts };
    shop.store.begin_sending(tenant, id, &mut claim, Channel::Sms, &to, now()).await.unwrap();
    // Told before our own answer has come back.
    let early = [(members[0], MessageState::Delivered)];
    shop.store.receipts(tenant, id, &early).await.unwrap();
    assert_eq!(by_state().await, ByState { waiting: 9, delivered: 1, ..ByState::default() });

    let done = Counts { sent: 5, refused: 1, uncertain: 1, ..counts };
    shop.store.end_batch(tenant, id, &claim, done, &members[6..7], now()).await.unwrap();
    let told = [
        (members[1], MessageState::SoftBounced),
        (members[2], MessageState::Bounced),
        (members[3], MessageState::Failed),
        (members[6], MessageState::Delivered),
    ];
    assert_eq!(shop.store.receipts(tenant, id, &told).await.unwrap(), 3);
    let expected = ByState {
        waiting: 0,
        sent: 1,
        delivered: 1,
        bounced: 1,
        failed: 2,
        refused: 1,
        opposed: 1,
        unreachable: 1,
        not_allowed: 1,
        uncertain: 1,
    };
    assert_eq!(by_state().await, expected);

    let later = [(members[1], MessageState::Delivered), (members[3], MessageState::Delivered)];
    assert_eq!(shop.store.receipts(tenant, id, &later).await.unwrap(), 1);
    assert_eq!(by_state().await, ByState { delivered: 2, failed: 1, ..expected });
}

#[tokio::test]
async fn what_is_scheduled_is_written_anew_and_keeps_its_moment() {
    let shop = Shop::open().await;
    let (tenant, id) = (shop.scope.tenant(), shop.campaign().await);
    let at = now() + 2.hours();
    shop.store.step_campaign(tenant, id, Step::Schedule(at), now()).await.unwrap();
    let draft = Draft {
        name: "Soldes".to_owned(),
        channel: Channel::Email,
        content: Content { subject: "Soldes".to_owned(), folded: true, ..Content::default() },
        segment: Segment::default(),
    };
    for version in [3, 3] {
        let stored = shop.store.rewrite_campaign(tenant, id, &draft, now()).await.unwrap();
        assert_eq!(stored.campaign.version, version);
    }
    let stored = shop.store.campaign(tenant, id).await.unwrap().campaign;
    assert_eq!((&stored.content, stored.begins_at), (&draft.content, Some(at)));
    assert_eq!(shop.store.campaigns_due(at).await.unwrap(), [(tenant, id)]);
    shop.store.revisit_campaign(tenant, id, at).await.unwrap();
    let refused = shop.store.rewrite_campaign(tenant, id, &draft, now()).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(DomainError::Campaign(CampaignError::State)))
    ));
}

#[tokio::test]
async fn an_opposition_holds_at_once_for_who_is_read_now() {
    let shop = Shop::open().await;
    let members = shop.members(2).await;
    let change = ConsentChange::Oppose(Opposition {
        at: now() + 1.second(),
        reason: OppositionReason::Unsubscribed,
    });
    shop.store.change_consent(&shop.scope, members[0], Channel::Sms, &change).await.unwrap();
    let read = shop.store.addressees(&shop.scope, &members, Channel::Sms, now()).await.unwrap();
    assert!(!read[&members[0]].is_permitted);
    assert!(read[&members[1]].is_permitted);
}
