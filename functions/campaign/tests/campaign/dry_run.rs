//! Dry runs: interrupted at any call, they count the same members as the campaign.

use crate::setup::{Fixture, app, now};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use campaign::advance::advance;
use campaign::dry_run::dry_run;
use campaign::{App, handle};
use domain::campaign::segment::Between;
use domain::campaign::{Content, Draft, State, Step};
use domain::member::consent::OppositionReason;
use domain::member::{Details, Email};
use domain::{Campaign, CampaignId, Channel, MemberId, Segment};
use jiff::{SignedDuration, ToSpan as _};
use platform::Deadline;
use platform::messages::CampaignMessage;
use platform::queue::Failed;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::{
    ConsentChange, Customer, DryCounts, MEMBER_SHARDS, MasterKey, MessageAddress, NewMember,
    PurchaseToRecord, Source, Store, WalkPosition,
};
use support::{Calls, Crash, Moment, consent, mobile, opposition, sale};

impl Fixture {
    /// Another instance of the function, which crashes.
    fn crashing(&self, after: u32, moment: Moment) -> App {
        let crash = Crash::default();
        crash.after(after, Calls::All, moment);
        let config = self.table.client().config().to_builder();
        let config = config.interceptor(crash).retry_config(RetryConfig::disabled()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let key = MasterKey::derive("the secret of the tests");
        app(Store::new(client, self.table.name(), key), &self.queue)
    }

    async fn person(&self, number: u16, details: Details, channel: Channel) -> MemberId {
        let new = NewMember { mobile: mobile(number), details, enrolment: domain::Enrolment::Till };
        let store = &self.app.store;
        let (member, _) = store.create_member(&self.scope, &new, now()).await.unwrap();
        let id = member.person.id;
        let change = consent(now() - 1.hour());
        store.change_consent(&self.scope, id, channel, &change, now()).await.unwrap();
        id
    }

    async fn named(&self, number: u16, first_name: &str) -> MemberId {
        let details = Details { first_name: Some(first_name.to_owned()), ..Details::default() };
        self.person(number, details, Channel::Sms).await
    }

    async fn draft(&self, channel: Channel, content: Content, segment: Segment) -> CampaignId {
        static DRAFTS: AtomicU32 = AtomicU32::new(0);
        let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
        let name = "Rentrée".to_owned();
        let draft = Draft { name, channel, content, segment };
        let campaign = Campaign::drafted(CampaignId::mint(now(), number.into()), draft, now());
        self.app.store.create_campaign(&self.scope, &campaign, None, now()).await.unwrap();
        campaign.id
    }

    async fn ask(&self, id: CampaignId) {
        self.app.store.request_dry_run(self.scope.tenant(), id, now()).await.unwrap();
    }

    /// The counts of a dry run that is done.
    async fn counts(&self, id: CampaignId) -> DryCounts {
        let store = &self.app.store;
        let dry_run = store.dry_run(self.scope.tenant(), id, now()).await.unwrap().unwrap();
        assert_eq!(dry_run.done_at, Some(now()));
        dry_run.counts
    }

    async fn run(&self, id: CampaignId) -> DryCounts {
        self.ask(id).await;
        dry_run(&self.app, self.scope.tenant(), id, now(), Deadline::never()).await.unwrap();
        self.counts(id).await
    }
}

fn text(body: &str) -> Content {
    Content { body: body.to_owned(), ..Content::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_that_crashes_anywhere_counts_the_recipients_of_the_campaign() {
    let fixture = Fixture::open().await;
    let tenant = fixture.scope.tenant();
    let mut members: Vec<_> = fixture.members(40).await.into_iter().collect();
    members.push(fixture.named(100, "Zoë").await);
    // Five members bought, and are not in the segment. Three members are opposed; one of them bought.
    for (number, member) in members[..5].iter().enumerate() {
        let purchase = sale(&number.to_string(), 1_000);
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        let customer = Customer::Member(*member);
        fixture.app.store.record_purchase(&fixture.scope, &customer, &entry, now()).await.unwrap();
    }
    for member in &members[4..7] {
        let opposition = opposition(now(), OppositionReason::Manual);
        let change = ConsentChange::Oppose(opposition);
        fixture
            .app
            .store
            .change_consent(&fixture.scope, *member, Channel::Sms, &change, now())
            .await
            .unwrap();
    }
    let newcomers = Segment { visits: Between::new(None, Some(0)).unwrap(), ..Segment::default() };
    let id = fixture.draft(Channel::Sms, text("Bonjour {{first_name|vous}}"), newcomers).await;
    let expected = DryCounts {
        walked: 41,
        recipients: 34,
        opposed: 2,
        without_consent: 0,
        unreachable: 0,
        same_address: 0,
        sms_parts: 34,
        unicode: 1,
    };
    let (mut crashed, mut finished) = (0, 0);
    let calls = (0..10).chain((10..46).step_by(6));
    let moments = [Moment::BeforeCall, Moment::BeforeAnswer];
    for (after, moment) in calls.flat_map(|after| moments.map(|moment| (after, moment))) {
        fixture.app.store.request_dry_run(tenant, id, now()).await.unwrap();
        let crashing = fixture.crashing(after, moment);
        match dry_run(&crashing, tenant, id, now(), Deadline::never()).await {
            Ok(()) => finished += 1,
            Err(_) => crashed += 1,
        }
        // A call in progress at the crash may still be carried out. Then the message is delivered again.
        let mut attempts = 0;
        while dry_run(&fixture.app, tenant, id, now(), Deadline::never()).await.is_err() {
            attempts += 1;
            assert!(attempts < 3);
        }
        assert_eq!(fixture.counts(id).await, expected, "crashed after {after}, {moment:?}");
    }
    assert!(crashed > 20, "{crashed} crashed");
    assert!(finished > 0, "no call was the last");

    let store = &fixture.app.store;
    store.step_campaign(&fixture.scope, id, Step::Launch, now()).await.unwrap();
    advance(&fixture.app, tenant, id, now(), Deadline::never()).await.unwrap();
    let plan = store.plan(tenant, id).await.unwrap();
    assert!(plan.is_done());
    assert_eq!(plan.recipients, expected.recipients);
    assert_eq!(u64::try_from(fixture.recipients().await.len()).unwrap(), expected.recipients);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_out_of_time_queues_itself_again_and_continues_where_it_was() {
    let fixture = Fixture::open().await;
    fixture.members(20).await;
    let id = fixture.draft(Channel::Sms, text("Bonjour"), Segment::default()).await;
    let tenant = fixture.scope.tenant();
    fixture.ask(id).await;
    let body = serde_json::to_string(&CampaignMessage::dry_run_of(tenant, id)).unwrap();
    let mut seen = 0;
    for invocation in 1..=MEMBER_SHARDS {
        handle(&fixture.app, &body, now(), Deadline::after(Duration::ZERO)).await.unwrap();
        let dry_run = fixture.app.store.dry_run(tenant, id, now()).await.unwrap().unwrap();
        assert!(dry_run.counts.walked >= seen);
        seen = dry_run.counts.walked;
        assert_eq!(dry_run.position.shard, invocation, "one shard is read in each invocation");
        assert_eq!(dry_run.done_at.is_some(), invocation == MEMBER_SHARDS);
    }
    let queued = vec![body.clone(); usize::from(MEMBER_SHARDS) - 1];
    assert_eq!(fixture.queue.sent("/campaigns"), queued);
    assert_eq!(fixture.counts(id).await.recipients, 20);
    // Another message changes nothing: the dry run is done, and no member is planned or contacted.
    handle(&fixture.app, &body, now(), Deadline::never()).await.unwrap();
    assert_eq!(fixture.queue.sent("/campaigns"), queued);
    assert!(fixture.queue.sent("/sends").is_empty());
    let stored = fixture.app.store.campaign(tenant, id).await.unwrap();
    assert_eq!(stored.campaign.state, State::Draft);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deliveries_at_once_count_each_member_once_and_neither_fails() {
    let fixture = Fixture::open().await;
    fixture.members(20).await;
    let id = fixture.draft(Channel::Sms, text("Bonjour"), Segment::default()).await;
    fixture.ask(id).await;
    let deliver = || dry_run(&fixture.app, fixture.scope.tenant(), id, now(), Deadline::never());
    let (first, second) = tokio::join!(deliver(), deliver());
    first.unwrap();
    second.unwrap();
    let DryCounts { walked, recipients, .. } = fixture.counts(id).await;
    assert_eq!((walked, recipients), (20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_members_sms_is_measured_with_the_members_own_name() {
    let fixture = Fixture::open().await;
    // With the mention of STOP: 160 characters for Lea, 161 for Anna, and more than 70 of UCS-2 for Zoë.
    let body = format!("{{{{first_name}}}} {}", "a".repeat(142));
    for (number, name) in ["Lea", "Anna", "Zoë"].into_iter().enumerate() {
        fixture.named(u16::try_from(number).unwrap(), name).await;
    }
    let id = fixture.draft(Channel::Sms, text(&body), Segment::default()).await;
    let counts = fixture.run(id).await;
    assert_eq!(counts.recipients, 3);
    assert_eq!(counts.sms_parts, 1 + 2 + 3);
    assert_eq!(counts.unicode, 1);

    let folded = Content { folded: true, ..text(&body) };
    let id = fixture.draft(Channel::Sms, folded, Segment::default()).await;
    let counts = fixture.run(id).await;
    assert_eq!(counts.sms_parts, 1 + 2 + 1);
    assert_eq!(counts.unicode, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_cannot_be_contacted_are_counted_by_the_reason() {
    let fixture = Fixture::open().await;
    let address = |text: &str| Details { email: Email::parse(text).ok(), ..Details::default() };
    fixture.person(1, address("a@example.com"), Channel::Email).await;
    fixture.person(2, Details::default(), Channel::Email).await;
    fixture.person(3, address("c@example.com"), Channel::Sms).await;
    fixture.person(4, address("d@example.com"), Channel::Email).await;
    let opposition = opposition(now(), OppositionReason::Unsubscribed);
    let at = MessageAddress::Email(Email::parse("d@example.com").unwrap());
    fixture.app.store.oppose_at(&fixture.scope, &at, opposition, now()).await.unwrap();
    let content = Content {
        subject: "Bonjour".to_owned(),
        ..text("<a href=\"{{unsubscribe_url}}\">non merci</a>")
    };
    let id = fixture.draft(Channel::Email, content, Segment::default()).await;
    let expected = DryCounts {
        walked: 4,
        recipients: 1,
        opposed: 1,
        without_consent: 1,
        unreachable: 1,
        same_address: 0,
        sms_parts: 0,
        unicode: 0,
    };
    assert_eq!(fixture.run(id).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_members_share_is_counted_once_by_a_dry_run_that_crashes_anywhere() {
    let fixture = Fixture::open().await;
    let address = |text: &str| Details { email: Email::parse(text).ok(), ..Details::default() };
    for number in 1..=6 {
        let family = if number <= 3 { "famille@example.com" } else { "autre@example.com" };
        fixture.person(number, address(family), Channel::Email).await;
    }
    fixture.person(7, address("seul@example.com"), Channel::Email).await;
    // A member of the family who never consented is no recipient of the address.
    fixture.person(8, address("famille@example.com"), Channel::Sms).await;
    let content = Content {
        subject: "Bonjour".to_owned(),
        ..text("<a href=\"{{unsubscribe_url}}\">non merci</a>")
    };
    let id = fixture.draft(Channel::Email, content, Segment::default()).await;
    let expected = DryCounts {
        walked: 8,
        recipients: 3,
        without_consent: 1,
        same_address: 4,
        ..DryCounts::default()
    };
    assert_eq!(fixture.run(id).await, expected);
    let tenant = fixture.scope.tenant();
    for (after, moment) in (0..50)
        .step_by(3)
        .flat_map(|after| [(after, Moment::BeforeCall), (after, Moment::BeforeAnswer)])
    {
        fixture.ask(id).await;
        let crashing = fixture.crashing(after, moment);
        let _ = dry_run(&crashing, tenant, id, now(), Deadline::never()).await;
        let mut attempts = 0;
        while dry_run(&fixture.app, tenant, id, now(), Deadline::never()).await.is_err() {
            attempts += 1;
            assert!(attempts < 3);
        }
        assert_eq!(fixture.counts(id).await, expected, "crashed after {after}, {moment:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dry_run_of_a_campaign_that_was_changed_is_deleted() {
    let fixture = Fixture::open().await;
    fixture.members(5).await;
    let (store, tenant) = (&fixture.app.store, fixture.scope.tenant());
    let id = fixture.draft(Channel::Sms, text("Bonjour"), Segment::default()).await;
    fixture.ask(id).await;
    let mut under_way = store.dry_run(tenant, id, now()).await.unwrap().unwrap();
    let draft = Draft {
        name: "Rentrée".to_owned(),
        channel: Channel::Sms,
        content: text("Bonsoir"),
        segment: Segment::default(),
    };
    store.rewrite_campaign(&fixture.scope, id, &draft, now()).await.unwrap();
    assert_eq!(store.dry_run(tenant, id, now()).await.unwrap(), None);
    // The instance that was at it saves nothing, and does not overwrite the next dry run.
    let counts = DryCounts { walked: 9, ..DryCounts::default() };
    for _ in 0..2 {
        let at = WalkPosition::start_of(3);
        let saved = store.save_dry_run(tenant, id, &mut under_way, counts, at, now()).await;
        assert!(!saved.unwrap());
        fixture.ask(id).await;
    }
    assert_eq!(store.dry_run(tenant, id, now()).await.unwrap().unwrap().counts.walked, 0);
    dry_run(&fixture.app, tenant, id, now(), Deadline::never()).await.unwrap();
    assert_eq!(fixture.counts(id).await.recipients, 5);
    // The message of a campaign without a dry run is done.
    let other = fixture.draft(Channel::Sms, text("Bonjour"), Segment::default()).await;
    assert!(dry_run(&fixture.app, tenant, other, now(), Deadline::never()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_without_progress_begins_again_on_request() {
    let fixture = Fixture::open().await;
    let (store, tenant) = (&fixture.app.store, fixture.scope.tenant());
    let id = fixture.draft(Channel::Sms, text("Bonjour"), Segment::default()).await;
    fixture.ask(id).await;
    let first = store.dry_run(tenant, id, now()).await.unwrap();
    let soon = store.request_dry_run(tenant, id, now() + SignedDuration::from_mins(59)).await;
    assert_eq!(Some(soon.unwrap()), first);
    let later = now() + SignedDuration::from_hours(1);
    assert_eq!(store.request_dry_run(tenant, id, later).await.unwrap().asked_at, later);
    let kept_until = later + SignedDuration::from_hours(30 * 24);
    assert_eq!(store.dry_run(tenant, id, kept_until).await.unwrap(), None);
}

#[tokio::test]
async fn a_text_that_was_saved_under_other_rules_is_poison() {
    let fixture = Fixture::open().await;
    let id = fixture.draft(Channel::Sms, text("{{prenom}}"), Segment::default()).await;
    fixture.ask(id).await;
    let message = CampaignMessage::dry_run_of(fixture.scope.tenant(), id);
    let body = serde_json::to_string(&message).unwrap();
    let handled = handle(&fixture.app, &body, now(), Deadline::never()).await;
    assert!(matches!(handled, Err(Failed::Poison(_))));
}
