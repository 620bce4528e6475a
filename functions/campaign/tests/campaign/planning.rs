//! The planning of campaigns, from their scheduled instant to their batches, on a queue that can fail.

use crate::setup::{Fixture, now};
use campaign::advance::advance;
use campaign::{handle, tick};
use domain::campaign::segment::Between;
use domain::campaign::{State, Step};
use domain::{Channel, Segment};
use jiff::ToSpan as _;
use platform::Deadline;
use platform::messages::CampaignMessage;
use platform::queue::Failed;
use std::collections::BTreeSet;
use std::time::Duration;
use store::{BatchEnd, Claimed, Counts};

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_whose_planning_is_interrupted_anywhere_plans_every_member_once() {
    const MEMBERS: u16 = 40;
    for fails_after in [0, 1, 2, 5, 9, 15] {
        let fixture = Fixture::open().await;
        let members = fixture.members(MEMBERS).await;
        let id = fixture.campaign(Channel::Sms, Segment::default(), Step::Launch).await;
        let tenant = fixture.scope.tenant();
        fixture.queue.fail_after(fails_after);
        let mut attempts = 0;
        while advance(&fixture.app, tenant, id, now(), Deadline::never()).await.is_err() {
            attempts += 1;
            assert!(attempts < 3);
        }
        let plan = fixture.app.store.plan(tenant, id).await.unwrap();
        assert!(plan.is_done());
        assert_eq!(plan.recipients, u64::from(MEMBERS), "failed after {fails_after}");
        let recipients = fixture.recipients().await;
        assert_eq!(recipients.len(), usize::from(MEMBERS), "failed after {fails_after}");
        assert_eq!(recipients.into_iter().collect::<BTreeSet<_>>(), members);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn planning_out_of_time_queues_the_campaign_again_and_continues_where_it_was() {
    let fixture = Fixture::open().await;
    fixture.members(3).await;
    let id = fixture.campaign(Channel::Sms, Segment::default(), Step::Launch).await;
    let tenant = fixture.scope.tenant();
    advance(&fixture.app, tenant, id, now(), Deadline::after(Duration::ZERO)).await.unwrap();
    let again = serde_json::to_string(&CampaignMessage::of(tenant, id)).unwrap();
    assert_eq!(fixture.queue.sent("/campaigns"), [again.as_str()]);
    handle(&fixture.app, &again, now(), Deadline::never()).await.unwrap();
    assert_eq!(fixture.recipients().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_campaign_is_due_and_begins_at_its_instant() {
    let fixture = Fixture::open().await;
    fixture.members(1).await;
    let at = now() + 1.hour();
    let id = fixture.campaign(Channel::Sms, Segment::default(), Step::Schedule(at)).await;
    let tenant = fixture.scope.tenant();
    tick(&fixture.app, now()).await.unwrap();
    assert!(fixture.queue.sent("/campaigns").is_empty());
    advance(&fixture.app, tenant, id, now(), Deadline::never()).await.unwrap();
    assert!(fixture.queue.sent("/sends").is_empty());
    tick(&fixture.app, at).await.unwrap();
    assert_eq!(fixture.queue.sent("/campaigns").len(), 1);
    advance(&fixture.app, tenant, id, at, Deadline::never()).await.unwrap();
    assert_eq!(fixture.queue.sent("/sends").len(), 1);
    let stored = fixture.app.store.campaign(tenant, id).await.unwrap();
    assert_eq!(stored.campaign.state, State::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_in_the_segment_that_can_be_reached_are_planned() {
    let buyers = Segment { visits: Between::new(Some(1), None).unwrap(), ..Segment::default() };
    for (channel, segment) in [(Channel::Sms, buyers), (Channel::Email, Segment::default())] {
        let fixture = Fixture::open().await;
        fixture.members(5).await;
        let id = fixture.campaign(channel, segment, Step::Launch).await;
        let tenant = fixture.scope.tenant();
        advance(&fixture.app, tenant, id, now(), Deadline::never()).await.unwrap();
        assert!(fixture.queue.sent("/sends").is_empty());
        let stored = fixture.app.store.campaign(tenant, id).await.unwrap();
        assert_eq!(stored.campaign.state, State::Finished);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_whose_messages_were_lost_are_queued_again() {
    let fixture = Fixture::open().await;
    fixture.members(20).await;
    let id = fixture.campaign(Channel::Sms, Segment::default(), Step::Launch).await;
    let tenant = fixture.scope.tenant();
    advance(&fixture.app, tenant, id, now(), Deadline::never()).await.unwrap();
    let mut first = fixture.queue.sent("/sends");
    fixture.queue.clear();
    let later = now() + 10.minutes();
    assert_eq!(fixture.app.store.campaigns_due(later).await.unwrap(), [(tenant, id)]);
    advance(&fixture.app, tenant, id, later, Deadline::never()).await.unwrap();
    let mut again = fixture.queue.sent("/sends");
    first.sort();
    again.sort();
    assert_eq!(first, again);
    fixture.app.store.step_campaign(&fixture.scope, id, Step::Cancel, later).await.unwrap();
    fixture.queue.clear();
    advance(&fixture.app, tenant, id, later, Deadline::never()).await.unwrap();
    assert!(fixture.queue.sent("/sends").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_whose_batches_are_done_before_its_plan_is_finishes_with_the_plan() {
    let fixture = Fixture::open().await;
    fixture.members(1).await;
    let id = fixture.campaign(Channel::Sms, Segment::default(), Step::Launch).await;
    let tenant = fixture.scope.tenant();
    let store = &fixture.app.store;
    fixture.queue.fail_after(0);
    assert!(advance(&fixture.app, tenant, id, now(), Deadline::never()).await.is_err());
    let batch = store.plan(tenant, id).await.unwrap().last_batch.unwrap();
    let Claimed::Ours(claim) = store.claim_batch(tenant, id, batch, now()).await.unwrap() else {
        panic!("the batch was written");
    };
    let counts = Counts { sent: 1, ..Counts::default() };
    let end = BatchEnd { counts, refused: &[], unsent: None };
    store.end_batch(tenant, id, &claim, &end, now()).await.unwrap();
    advance(&fixture.app, tenant, id, now(), Deadline::never()).await.unwrap();
    let stored = store.campaign(tenant, id).await.unwrap();
    assert_eq!(stored.campaign.state, State::Finished);
}

#[tokio::test]
async fn a_body_that_is_no_message_is_poison() {
    let fixture = Fixture::open().await;
    for body in ["", "{}", r#"{"tenant": "M#x", "campaign": "y"}"#] {
        let handled = handle(&fixture.app, body, now(), Deadline::never()).await;
        assert!(matches!(handled, Err(Failed::Poison(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_stops_at_the_end_of_its_merchants_contract() {
    let fixture = Fixture::open().await;
    fixture.members(3).await;
    let id = fixture.campaign(Channel::Sms, Segment::default(), Step::Launch).await;
    let tenant = fixture.scope.tenant();
    let yesterday = domain::Day::parse("2026-11-23").unwrap();
    fixture
        .app
        .store
        .end_contract(tenant.merchant, yesterday, domain::Credential::Operator)
        .await
        .unwrap();
    advance(&fixture.app, tenant, id, now(), Deadline::never()).await.unwrap();
    assert!(fixture.queue.sent("/sends").is_empty());
    assert_eq!(fixture.app.store.plan(tenant, id).await.unwrap().recipients, 0);
}
