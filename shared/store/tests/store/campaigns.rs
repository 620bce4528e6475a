//! Campaigns: each is planned once, each batch has one holder, each recipient is counted once.

use crate::fixture::draft_campaign;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::campaign::{Content, Draft, State, Step};
use domain::member::consent::OppositionReason;
use domain::{
    CampaignError, CampaignId, Channel, DomainError, Instant, MemberId, Segment, retention,
};
use jiff::ToSpan as _;
use std::collections::HashSet;
use store::{
    Addressed, BatchEnd, BatchId, ByState, Claimed, ConsentChange, Counts, CutBatch, MEMBER_SHARDS,
    MessageAddress, MessageReceipt, MessageState, Mode, NewMember, Plan, RecordedReceipts,
    RowsPlace, Scope, Store, StoreError, WalkPosition,
};
use support::{Table, consent, instant, merchant, mobile, open_merchant, opposition};

fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

struct Fixture {
    table: Table,
    store: Store,
    scope: Scope,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(domain::Sector::Retail, 1), now()).await;
        Self { table, store, scope }
    }

    /// Members who consented to SMS.
    async fn members(&self, count: u16) -> Vec<MemberId> {
        let mut members = Vec::new();
        for number in 0..count {
            let new = NewMember {
                mobile: mobile(number),
                details: domain::member::Details::default(),
                enrolment: domain::Enrolment::Till,
            };
            let (member, _) = self.store.create_member(&self.scope, &new, now()).await.unwrap();
            let change = consent(now());
            let id = member.person.id;
            self.store.change_consent(&self.scope, id, Channel::Sms, &change, now()).await.unwrap();
            members.push(id);
        }
        members
    }

    async fn campaign(&self) -> CampaignId {
        let campaign = draft_campaign(7, now());
        self.store.create_campaign(&self.scope, &campaign, None, now()).await.unwrap();
        campaign.id
    }

    /// The one batch of a campaign, with these members. Its plan is then complete.
    async fn batch(&self, campaign: CampaignId, members: &[MemberId]) -> BatchId {
        let tenant = self.scope.tenant();
        let id = BatchId { shard: 0, cursor: *members.last().unwrap() };
        let mut plan = self.store.plan(tenant, campaign).await.unwrap();
        let batch = CutBatch { id, members, at: now() };
        let end = WalkPosition::start_of(MEMBER_SHARDS);
        assert!(self.store.cut_batch(tenant, campaign, &mut plan, Some(batch), end).await.unwrap());
        id
    }

    async fn record(
        &self,
        campaign: CampaignId,
        receipts: &[MessageReceipt],
    ) -> Result<RecordedReceipts, StoreError> {
        self.store.record_receipts(self.scope.tenant(), campaign, receipts).await
    }
}

fn receipt(member: MemberId, state: MessageState) -> MessageReceipt {
    MessageReceipt { member, state }
}

fn ours(claimed: Claimed) -> store::Claim {
    match claimed {
        Claimed::Ours(claim) => *claim,
        _ => panic!("another process holds the batch"),
    }
}

const fn end(counts: Counts, refused: &[MemberId]) -> BatchEnd<'_> {
    BatchEnd { counts, refused, unsent: None }
}

#[tokio::test]
async fn the_members_of_a_batch_are_deleted_ninety_days_after_the_batch_was_cut() {
    let fixture = Fixture::open().await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let batch = fixture.batch(id, &fixture.members(2).await).await;
    let later = now() + jiff::SignedDuration::from_hours(24);
    ours(fixture.store.claim_batch(tenant, id, batch, later).await.unwrap());
    let client = fixture.table.client();
    let items = client.scan().table_name(fixture.table.name()).into_paginator().items().send();
    let items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
    let end = |prefix: &str| {
        let of = items.iter().find(|item| item["sk"].as_s().unwrap().starts_with(prefix));
        of.unwrap()["ttl"].as_n().unwrap().parse::<i64>().unwrap()
    };
    assert_eq!(end("BATCH#"), now().as_second() + 90 * 86_400);
    assert_eq!(end("SENDING#"), later.as_second() + 90 * 86_400);
}

#[tokio::test]
async fn a_campaign_launched_twice_is_launched_once_and_due() {
    let fixture = Fixture::open().await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    assert!(fixture.store.campaigns_due(now()).await.unwrap().is_empty());
    for _ in 0..2 {
        let stored =
            fixture.store.step_campaign(&fixture.scope, id, Step::Launch, now()).await.unwrap();
        assert_eq!(stored.campaign.state, State::Running);
        assert_eq!(stored.campaign.version, 2);
    }
    assert_eq!(fixture.store.campaigns_due(now()).await.unwrap(), [(tenant, id)]);
    fixture.store.step_campaign(&fixture.scope, id, Step::Pause, now()).await.unwrap();
    assert!(fixture.store.campaigns_due(now()).await.unwrap().is_empty());
    let refused =
        fixture.store.step_campaign(&fixture.scope, id, Step::Schedule(now()), now()).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(DomainError::Campaign(CampaignError::State)))
    ));
}

#[tokio::test]
async fn campaigns_of_live_and_of_test_data_are_due_each_in_its_tenant() {
    let mut fixture = Fixture::open().await;
    let mut launched = Vec::new();
    for mode in [Mode::Live, Mode::Test] {
        fixture.scope.mode = mode;
        let id = fixture.campaign().await;
        fixture.store.step_campaign(&fixture.scope, id, Step::Launch, now()).await.unwrap();
        launched.push((fixture.scope.tenant(), id));
        let (listed, next) = fixture.store.campaigns(&fixture.scope, None, 10).await.unwrap();
        assert_eq!((listed.len(), next), (1, None));
    }
    let mut due = fixture.store.campaigns_due(now()).await.unwrap();
    due.sort_by_key(|(tenant, _)| tenant.to_string());
    assert_eq!(due, launched);
}

#[tokio::test]
async fn a_scheduled_campaign_is_due_at_its_instant_and_not_before() {
    let fixture = Fixture::open().await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let at = now() + 2.hours();
    fixture.store.step_campaign(&fixture.scope, id, Step::Schedule(at), now()).await.unwrap();
    assert!(fixture.store.campaigns_due(at - 1.second()).await.unwrap().is_empty());
    assert_eq!(fixture.store.campaigns_due(at).await.unwrap(), [(tenant, id)]);
}

#[tokio::test]
async fn the_walk_sees_every_member_once_and_who_is_reachable() {
    let fixture = Fixture::open().await;
    let members = fixture.members(40).await;
    let opposition = opposition(now() + 1.second(), OppositionReason::Stop);
    let at = MessageAddress::Mobile(mobile(3));
    assert_eq!(fixture.store.oppose_at(&fixture.scope, &at, opposition, now()).await.unwrap(), 1);
    let mut seen = Vec::new();
    for shard in 0..MEMBER_SHARDS {
        let position = WalkPosition::start_of(shard);
        let today = retention::day_of(now());
        let page = fixture.store.walk(&fixture.scope, position, Channel::Sms, today).await.unwrap();
        assert_eq!(page.next, None);
        seen.extend(page.members.into_iter().map(|seen| (seen.member, seen.reachable)));
    }
    let expected: HashSet<_> =
        members.iter().map(|member| (*member, *member != members[3])).collect();
    assert_eq!(seen.len(), members.len());
    assert_eq!(seen.into_iter().collect::<HashSet<_>>(), expected);
}

#[tokio::test]
async fn two_planners_of_one_campaign_cut_a_batch_once() {
    let fixture = Fixture::open().await;
    let members = fixture.members(3).await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let id_of_batch = BatchId { shard: 0, cursor: members[2] };
    let first: Plan = fixture.store.plan(tenant, id).await.unwrap();
    let (mut a, mut b) = (first.clone(), first);
    let batch = CutBatch { id: id_of_batch, members: &members, at: now() };
    let position = WalkPosition { shard: 0, after: Some(members[2]) };
    assert!(fixture.store.cut_batch(tenant, id, &mut a, Some(batch), position).await.unwrap());
    assert!(!fixture.store.cut_batch(tenant, id, &mut b, Some(batch), position).await.unwrap());
    let plan = fixture.store.plan(tenant, id).await.unwrap();
    assert_eq!(plan.batches, 1);
    assert_eq!(plan.recipients, 3);
    assert_eq!(plan.last_batch, Some(id_of_batch));
    assert_eq!(plan, a);
}

#[tokio::test]
async fn a_batch_has_one_holder_and_the_next_one_knows_the_first_attempt() {
    let fixture = Fixture::open().await;
    let members = fixture.members(3).await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let batch = fixture.batch(id, &members).await;
    let claim = |at| fixture.store.claim_batch(tenant, id, batch, at);

    let mut first = ours(claim(now()).await.unwrap());
    assert_eq!(first.members, members);
    assert!(matches!(claim(now()).await.unwrap(), Claimed::Others));

    let counts = Counts { opposed: 1, ..Counts::default() };
    let to = Addressed { members: members[..2].to_vec(), counts };
    let begun = fixture.store.begin_sending(tenant, id, &mut first, Channel::Sms, &to, now()).await;
    assert!(begun.unwrap());

    let later = now() + 5.minutes();
    let mut second = ours(claim(later).await.unwrap());
    assert_eq!(second.first_attempt_at, Some(now()));
    assert_eq!(second.addressed, Some(to.clone()));

    // The first holder is too late: its claim is lost, and it may send nothing.
    let begun = fixture.store.begin_sending(tenant, id, &mut first, Channel::Sms, &to, later).await;
    assert!(!begun.unwrap());

    let sent = Counts { sent: 2, ..counts };
    for _ in 0..2 {
        fixture.store.end_batch(tenant, id, &second, &end(sent, &[]), later).await.unwrap();
    }
    fixture.store.end_batch(tenant, id, &first, &end(sent, &[]), later).await.unwrap();
    let figures = fixture.store.figures(tenant, id).await.unwrap();
    assert_eq!(figures.batches_done, 1);
    assert_eq!(figures.counts, sent);
    assert!(matches!(claim(later).await.unwrap(), Claimed::Done));
    assert!(fixture.store.open_batches(tenant, id).await.unwrap().is_empty());
    second.batch = BatchId { shard: 1, cursor: members[0] };
    let absent = fixture.store.claim_batch(tenant, id, second.batch, later).await.unwrap();
    assert!(matches!(absent, Claimed::Absent));
}

#[tokio::test]
async fn a_batch_released_without_sending_starts_again() {
    let fixture = Fixture::open().await;
    let members = fixture.members(2).await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let batch = fixture.batch(id, &members).await;
    for nothing_sent in [true, false] {
        let mut claim = ours(fixture.store.claim_batch(tenant, id, batch, now()).await.unwrap());
        assert_eq!(claim.first_attempt_at, None);
        let to = Addressed { members: members.clone(), counts: Counts::default() };
        let begun =
            fixture.store.begin_sending(tenant, id, &mut claim, Channel::Sms, &to, now()).await;
        assert!(begun.unwrap());
        fixture.store.give_back(tenant, id, &claim, nothing_sent).await.unwrap();
    }
    let claim = ours(fixture.store.claim_batch(tenant, id, batch, now()).await.unwrap());
    assert_eq!(claim.first_attempt_at, Some(now()));
    assert_eq!(fixture.store.open_batches(tenant, id).await.unwrap(), [batch]);
}

#[tokio::test]
async fn a_repeated_or_late_receipt_is_counted_once() {
    let fixture = Fixture::open().await;
    let members = fixture.members(3).await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let batch = fixture.batch(id, &members).await;
    let early = fixture.record(id, &[receipt(members[0], MessageState::Delivered)]).await.unwrap();
    assert_eq!(early, RecordedReceipts { changed: 0, without_message: vec![members[0]] });

    let mut claim = ours(fixture.store.claim_batch(tenant, id, batch, now()).await.unwrap());
    let to = Addressed { members: members.clone(), counts: Counts::default() };
    fixture.store.begin_sending(tenant, id, &mut claim, Channel::Sms, &to, now()).await.unwrap();
    let receipts = [
        receipt(members[0], MessageState::Delivered),
        receipt(members[0], MessageState::Delivered),
        receipt(members[1], MessageState::Bounced),
    ];
    assert_eq!(fixture.record(id, &receipts).await.unwrap().changed, 2);
    assert_eq!(fixture.record(id, &receipts).await.unwrap().changed, 0);
    let more =
        [receipt(members[1], MessageState::Delivered), receipt(members[2], MessageState::Failed)];
    assert_eq!(fixture.record(id, &more).await.unwrap().changed, 1);
    let figures = fixture.store.figures(tenant, id).await.unwrap();
    assert_eq!(figures.delivered, 1);
    assert_eq!(figures.bounced, 1);
    assert_eq!(figures.failed, 1);
    assert!(fixture.store.was_messaged(tenant, members[0], Channel::Sms).await.unwrap());
    assert!(!fixture.store.was_messaged(tenant, members[0], Channel::Email).await.unwrap());
}

#[tokio::test]
async fn the_messages_of_a_survivor_and_of_the_absorbed_member_are_one_list_newest_first() {
    let fixture = Fixture::open().await;
    let (members, tenant) = (fixture.members(2).await, fixture.scope.tenant());
    for (minute, member) in [(0, members[0]), (1, members[1]), (2, members[0])] {
        let at = now() + minute.minutes();
        let campaign = draft_campaign(7, at);
        fixture.store.create_campaign(&fixture.scope, &campaign, None, at).await.unwrap();
        let (id, channel) = (campaign.id, Channel::Sms);
        let batch = fixture.batch(id, &[member]).await;
        let mut claim = ours(fixture.store.claim_batch(tenant, id, batch, at).await.unwrap());
        let to = Addressed { members: vec![member], counts: Counts::default() };
        let begun = fixture.store.begin_sending(tenant, id, &mut claim, channel, &to, at).await;
        assert!(begun.unwrap());
    }
    let merged = fixture.store.merge_members(&fixture.scope, members[0], members[1], now());
    merged.await.unwrap();
    let (mut pages, mut after) = (vec![], RowsPlace::new());
    loop {
        let page = fixture.store.messages_to(&fixture.scope, members[1], &after, 2, now());
        let page = page.await.unwrap();
        assert!(page.messages.iter().all(|message| message.subject.is_none()));
        let sent_at = page.messages.iter().map(|message| message.sent_at - now());
        pages.push(sent_at.map(|since| since.as_secs()).collect::<Vec<_>>());
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(pages, [vec![120, 60], vec![0]]);
}

#[tokio::test]
async fn the_receipts_of_a_campaign_are_counted_on_several_items() {
    let fixture = Fixture::open().await;
    let members = fixture.members(40).await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let batch = fixture.batch(id, &members).await;
    let mut claim = ours(fixture.store.claim_batch(tenant, id, batch, now()).await.unwrap());
    let to = Addressed { members: members.clone(), counts: Counts::default() };
    fixture.store.begin_sending(tenant, id, &mut claim, Channel::Sms, &to, now()).await.unwrap();
    for member in members {
        fixture.record(id, &[receipt(member, MessageState::Delivered)]).await.unwrap();
    }
    let query = fixture.table.client().query().table_name(fixture.table.name());
    let tallies = query
        .key_condition_expression("pk = :pk AND begins_with(sk, :tally)")
        .expression_attribute_values(":pk", AttributeValue::S(format!("{tenant}#CAMPAIGN#{id}")))
        .expression_attribute_values(":tally", AttributeValue::S("TALLY#".to_owned()))
        .send()
        .await
        .unwrap();
    // Forty random members on ten items: fewer than six of them would be no spread.
    assert!(tallies.count() >= 6, "{tallies:?}");
    assert_eq!(fixture.store.figures(tenant, id).await.unwrap().delivered, 40);
}

#[tokio::test]
async fn every_recipient_has_one_state_from_the_plan_to_the_last_receipt() {
    let fixture = Fixture::open().await;
    let members = fixture.members(10).await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let batch = fixture.batch(id, &members).await;
    let by_state = async || {
        let figures = fixture.store.figures(tenant, id).await.unwrap();
        let plan = fixture.store.plan(tenant, id).await.unwrap();
        figures.by_state(plan.recipients)
    };
    assert_eq!(by_state().await, ByState { waiting: 10, ..ByState::default() });

    let mut claim = ours(fixture.store.claim_batch(tenant, id, batch, now()).await.unwrap());
    let counts = Counts { opposed: 1, unreachable: 1, not_allowed: 1, ..Counts::default() };
    let to = Addressed { members: members[..7].to_vec(), counts };
    fixture.store.begin_sending(tenant, id, &mut claim, Channel::Sms, &to, now()).await.unwrap();
    // The receipt arrives before the provider's answer.
    let early = [receipt(members[0], MessageState::Delivered)];
    fixture.record(id, &early).await.unwrap();
    assert_eq!(by_state().await, ByState { waiting: 9, delivered: 1, ..ByState::default() });

    let done = Counts { sent: 5, refused: 1, uncertain: 1, ..counts };
    fixture.store.end_batch(tenant, id, &claim, &end(done, &members[6..7]), now()).await.unwrap();
    let receipts = [
        receipt(members[1], MessageState::SoftBounced),
        receipt(members[2], MessageState::Bounced),
        receipt(members[3], MessageState::Failed),
        receipt(members[6], MessageState::Delivered),
    ];
    assert_eq!(fixture.record(id, &receipts).await.unwrap().changed, 3);
    let expected = ByState {
        waiting: 0,
        sent: 1,
        delivered: 1,
        bounced: 1,
        failed: 2,
        refused: 1,
        opposed: 1,
        unreachable: 1,
        same_address: 0,
        not_allowed: 1,
        uncertain: 1,
    };
    assert_eq!(by_state().await, expected);

    let later = [
        receipt(members[1], MessageState::Delivered),
        receipt(members[3], MessageState::Delivered),
    ];
    assert_eq!(fixture.record(id, &later).await.unwrap().changed, 1);
    assert_eq!(by_state().await, ByState { delivered: 2, failed: 1, ..expected });
}

#[tokio::test]
async fn a_rewritten_campaign_is_still_scheduled() {
    let fixture = Fixture::open().await;
    let (tenant, id) = (fixture.scope.tenant(), fixture.campaign().await);
    let at = now() + 2.hours();
    fixture.store.step_campaign(&fixture.scope, id, Step::Schedule(at), now()).await.unwrap();
    let draft = Draft {
        name: "Soldes".to_owned(),
        channel: Channel::Email,
        content: Content { subject: "Soldes".to_owned(), folded: true, ..Content::default() },
        segment: Segment::default(),
    };
    for version in [3, 3] {
        let stored =
            fixture.store.rewrite_campaign(&fixture.scope, id, &draft, now()).await.unwrap();
        assert_eq!(stored.campaign.version, version);
    }
    let stored = fixture.store.campaign(tenant, id).await.unwrap().campaign;
    assert_eq!(&stored.content, &draft.content);
    assert_eq!(stored.begins_at, Some(at));
    assert_eq!(fixture.store.campaigns_due(at).await.unwrap(), [(tenant, id)]);
    fixture.store.revisit_campaign(tenant, id, at).await.unwrap();
    let refused = fixture.store.rewrite_campaign(&fixture.scope, id, &draft, now()).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(DomainError::Campaign(CampaignError::State)))
    ));
}

#[tokio::test]
async fn an_opposition_takes_effect_at_once() {
    let fixture = Fixture::open().await;
    let members = fixture.members(2).await;
    let change =
        ConsentChange::Oppose(opposition(now() + 1.second(), OppositionReason::Unsubscribed));
    fixture
        .store
        .change_consent(&fixture.scope, members[0], Channel::Sms, &change, now())
        .await
        .unwrap();
    let read =
        fixture.store.addressees(&fixture.scope, &members, Channel::Sms, now()).await.unwrap();
    assert!(!read[&members[0]].is_permitted);
    assert!(read[&members[1]].is_permitted);
}
