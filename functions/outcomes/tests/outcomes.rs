//! The events of providers: receipts are counted once, oppositions take effect at once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

use aws_sdk_dynamodb::types::AttributeValue;
use domain::campaign::{Campaign, Content, State};
use domain::member::consent::OppositionReason;
use domain::member::{Details, Email};
use domain::merchant::provider::{AccountCode, ProviderAccount, ProviderName};
use domain::merchant::sender::{SmsSender, StopNumber};
use domain::{CampaignId, Channel, Credential, Instant, MemberId, Segment};
use jiff::ToSpan as _;
use outcomes::{App, handle};
use platform::messages::{
    EventKind, InboundTextEvent, ProviderEvent, ProviderEventsMessage, Reference,
};
use platform::queue::Failed;
use rstest::rstest;
use std::collections::HashMap;
use store::{
    Addressed, BatchId, Claimed, Correction, Counts, CutBatch, Figures, MEMBER_SHARDS, NewMember,
    Scope, SharingRecipient, WalkPosition,
};
use support::{Table, consent, instant, merchant, mobile, open_merchant, sms_sender};

fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

struct Fixture {
    table: Table,
    app: App,
    /// Two merchants who send by one account.
    shops: [Scope; 2],
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let mut shops = Vec::new();
        for number in 1..=2 {
            let shop = merchant(domain::Sector::Retail, number);
            open_merchant(&store, &shop, now()).await;
            store
                .put_sms_sender(shop.id, &sms_sender("shared"), domain::Credential::Operator)
                .await
                .unwrap();
            let settings = store.settings_fresh(shop.id, now()).await.unwrap();
            shops.push(Scope {
                settings,
                mode: store::Mode::Live,
                credential: Credential::Service,
            });
        }
        let shops = shops.try_into().unwrap_or_else(|_| panic!("two shops"));
        Self { table, app: App { store }, shops }
    }

    /// A member who has consented to nothing.
    async fn enrol(&self, shop: usize, number: u16, email: &str) -> MemberId {
        let details = Details { email: Email::parse(email).ok(), ..Details::default() };
        let enrolment = domain::Enrolment::Till;
        let new = NewMember { mobile: mobile(number), details, enrolment };
        let (store, scope) = (&self.app.store, &self.shops[shop]);
        store.create_member(scope, &new, now()).await.unwrap().0.person.id
    }

    async fn member(&self, shop: usize, number: u16, email: &str) -> MemberId {
        let member = self.enrol(shop, number, email).await;
        let (store, scope) = (&self.app.store, &self.shops[shop]);
        for channel in [Channel::Email, Channel::Sms] {
            let change = consent(now() - 1.hour());
            store.change_consent(scope, member, channel, &change, now()).await.unwrap();
        }
        member
    }

    async fn give_short_code(&self, shop: usize, short_code: &str) {
        let stop_number = StopNumber::parse(short_code).unwrap();
        let sender = SmsSender { stop_number, ..sms_sender("shared") };
        let (store, merchant) = (&self.app.store, self.shops[shop].settings.merchant.id);
        store.put_sms_sender(merchant, &sender, domain::Credential::Operator).await.unwrap();
        store.settings_fresh(merchant, now()).await.unwrap();
    }

    /// Makes the settings of a merchant unreadable, and returns the item as it was.
    async fn corrupt(&self, shop: usize) -> HashMap<String, AttributeValue> {
        let pk = format!("M#{}", self.shops[shop].settings.merchant.id);
        let read = self.table.client().get_item().table_name(self.table.name());
        let read = read
            .key("pk", AttributeValue::S(pk))
            .key("sk", AttributeValue::S("PROFILE".to_owned()));
        let item = read.send().await.unwrap().item.unwrap();
        let mut corrupt = item.clone();
        corrupt.insert("sector".to_owned(), AttributeValue::S("none".to_owned()));
        self.repair(corrupt).await;
        item
    }

    async fn repair(&self, item: HashMap<String, AttributeValue>) {
        let put = self.table.client().put_item().table_name(self.table.name());
        put.set_item(Some(item)).send().await.unwrap();
    }

    async fn erase(&self, shop: usize, member: MemberId) {
        let (store, scope) = (&self.app.store, &self.shops[shop]);
        let today = domain::retention::day_of(now());
        let store::DueMember::Member(read) = store.due_member(scope, member).await.unwrap() else {
            panic!("no member")
        };
        let reason = domain::retention::ErasureReason::Inactive;
        let tombstone = store
            .decide_erasure(
                scope,
                &read,
                &store.login_state(scope, &read.person).await.unwrap(),
                reason,
                today,
            )
            .await
            .unwrap()
            .unwrap();
        store.carry_out_erasure(scope, &tombstone, today).await.unwrap();
    }

    /// A campaign whose single batch was sent to the provider.
    async fn sent(&self, shop: usize, channel: Channel, members: &[MemberId]) -> Reference {
        self.sent_at(shop, channel, members, now()).await
    }

    async fn sent_at(
        &self,
        shop: usize,
        channel: Channel,
        members: &[MemberId],
        at: Instant,
    ) -> Reference {
        let (store, scope) = (&self.app.store, &self.shops[shop]);
        let tenant = scope.tenant();
        let campaign = Campaign {
            id: CampaignId::mint(at, 9),
            name: "Rentrée".to_owned(),
            channel,
            content: Content::default(),
            segment: Segment::default(),
            state: State::Running,
            created_at: now(),
            begins_at: Some(now()),
            version: 1,
        };
        let id = campaign.id;
        store.create_campaign(scope, &campaign, None, now()).await.unwrap();
        let batch = BatchId { shard: 0, cursor: *members.last().unwrap() };
        let mut plan = store.plan(tenant, id).await.unwrap();
        let cut = Some(CutBatch { id: batch, members, at: now() });
        let end = WalkPosition::start_of(MEMBER_SHARDS);
        store.cut_batch(tenant, id, &mut plan, cut, end).await.unwrap();
        let Claimed::Ours(mut claim) = store.claim_batch(tenant, id, batch, now()).await.unwrap()
        else {
            panic!("the batch is not ours");
        };
        let to = Addressed { members: members.to_vec(), counts: Counts::default() };
        assert!(store.begin_sending(tenant, id, &mut claim, channel, &to, now()).await.unwrap());
        Reference { tenant, campaign: id, batch }
    }

    async fn deliver(&self, events: Vec<ProviderEvent>) -> Result<(), Failed> {
        self.deliver_by(ProviderName::Sinch, "shared", events).await
    }

    /// Delivers events that another account, or an account of another provider, has authenticated.
    async fn deliver_by(
        &self,
        provider: ProviderName,
        code: &str,
        events: Vec<ProviderEvent>,
    ) -> Result<(), Failed> {
        let account = ProviderAccount { provider, code: AccountCode::parse(code).unwrap() };
        let message = ProviderEventsMessage { account, events, texts: vec![] };
        handle(&self.app, &serde_json::to_string(&message).unwrap(), now()).await
    }

    async fn receive(&self, text: InboundTextEvent) {
        let provider = ProviderName::Sinch;
        let account = ProviderAccount { provider, code: AccountCode::parse("shared").unwrap() };
        let message = ProviderEventsMessage { account, events: vec![], texts: vec![text] };
        handle(&self.app, &serde_json::to_string(&message).unwrap(), now()).await.unwrap();
    }

    /// The texts that a merchant reads, with their senders.
    async fn texts(&self, shop: usize) -> Vec<(MemberId, String)> {
        let page = self.app.store.inbound_texts(&self.shops[shop], None, 10, now()).await.unwrap();
        page.texts.into_iter().map(|text| (text.member, text.text)).collect()
    }

    async fn figures(&self, reference: Reference) -> Figures {
        self.app.store.figures(reference.tenant, reference.campaign).await.unwrap()
    }

    async fn is_dead(&self, member: MemberId) -> bool {
        let member = self.app.store.member(&self.shops[0], member).await.unwrap();
        member.person.consents.email.is_dead()
    }

    async fn reason(
        &self,
        shop: usize,
        member: MemberId,
        channel: Channel,
    ) -> Option<OppositionReason> {
        let member = self.app.store.member(&self.shops[shop], member).await.unwrap();
        let consents = member.person.consents.of(channel).clone();
        consents.opposition.filter(|_| consents.is_opposed()).map(|opposition| opposition.reason)
    }
}

fn event(
    channel: Channel,
    address: &str,
    reference: Option<Reference>,
    what: EventKind,
) -> ProviderEvent {
    ProviderEvent {
        channel,
        address: address.to_owned(),
        reference: reference.map(|reference| reference.to_string()),
        to: None,
        what,
        at: now(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_reported_twice_in_any_order_is_counted_once() {
    let fixture = Fixture::open().await;
    let members =
        [fixture.member(0, 1, "a@example.com").await, fixture.member(0, 2, "b@example.com").await];
    let reference = fixture.sent(0, Channel::Email, &members).await;
    let email = |address, what| event(Channel::Email, address, Some(reference), what);
    for _ in 0..2 {
        let events = vec![
            email("b@example.com", EventKind::Bounced),
            email("a@example.com", EventKind::Delivered),
            email("a@example.com", EventKind::Delivered),
        ];
        fixture.deliver(events).await.unwrap();
    }
    let figures = fixture.figures(reference).await;
    assert_eq!(figures.delivered, 1);
    assert_eq!(figures.bounced, 1);
    assert_eq!(figures.failed, 0);
    assert!(fixture.is_dead(members[1]).await);
    assert!(!fixture.is_dead(members[0]).await);
}

#[rstest]
#[case::another_account(ProviderName::Sinch, "foreign")]
#[case::the_same_code_at_another_provider(ProviderName::Brevo, "shared")]
#[case::an_account_of_nobody(ProviderName::Brevo, "nobody")]
#[tokio::test(flavor = "multi_thread")]
async fn an_event_affects_no_merchant_of_another_account(
    #[case] provider: ProviderName,
    #[case] code: &str,
) {
    let fixture = Fixture::open().await;
    let stranger = merchant(domain::Sector::Retail, 3);
    open_merchant(&fixture.app.store, &stranger, now()).await;
    let sender = sms_sender("foreign");
    let put = fixture.app.store.put_sms_sender(stranger.id, &sender, Credential::Operator);
    put.await.unwrap();
    let member = fixture.member(0, 1, "a@example.com").await;
    let reference = fixture.sent(0, Channel::Email, &[member]).await;
    let mobile = mobile(1).as_str().to_owned();
    let events = [EventKind::Complaint, EventKind::Bounced, EventKind::Delivered].into_iter();
    let mut events: Vec<_> =
        events.map(|what| event(Channel::Email, "a@example.com", Some(reference), what)).collect();
    events.push(event(Channel::Sms, &mobile, Some(reference), EventKind::Stop));
    events.push(event(Channel::Sms, &mobile, None, EventKind::Stop));
    for _ in 0..5 {
        let soft = event(Channel::Email, "a@example.com", Some(reference), EventKind::SoftBounced);
        events.push(soft);
    }
    fixture.deliver_by(provider, code, events).await.unwrap();
    for channel in [Channel::Email, Channel::Sms] {
        assert_eq!(fixture.reason(0, member, channel).await, None);
    }
    assert!(!fixture.is_dead(member).await);
    let figures = fixture.figures(reference).await;
    assert_eq!((figures.delivered, figures.bounced), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_opposes_every_member_at_the_address() {
    let fixture = Fixture::open().await;
    let family =
        [fixture.member(0, 1, "f@example.com").await, fixture.member(0, 2, "f@example.com").await];
    let reference = fixture.sent(0, Channel::Email, &family[..1]).await;
    let events = vec![
        event(Channel::Email, "f@example.com", Some(reference), EventKind::Delivered),
        event(Channel::Email, "f@example.com", Some(reference), EventKind::Complaint),
    ];
    fixture.deliver(events).await.unwrap();
    for member in family {
        let reason = fixture.reason(0, member, Channel::Email).await;
        assert_eq!(reason, Some(OppositionReason::Complaint));
        assert_eq!(fixture.reason(0, member, Channel::Sms).await, None);
    }
    assert_eq!(fixture.figures(reference).await.delivered, 1);
}

#[rstest]
#[case::the_bounce_is_reported_last(&[EventKind::Unsubscribed, EventKind::Bounced])]
#[case::the_bounce_is_reported_first(&[EventKind::Bounced, EventKind::Unsubscribed])]
#[tokio::test(flavor = "multi_thread")]
async fn an_opposition_outlives_a_bounce_and_another_address(#[case] reported: &[EventKind]) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.shops[0]);
    let member = fixture.member(0, 1, "a@example.com").await;
    let reference = fixture.sent(0, Channel::Email, &[member]).await;
    for (minute, what) in (1_i64..).zip(reported) {
        let mut event = event(Channel::Email, "a@example.com", Some(reference), *what);
        event.at = now() - (10 - minute).minutes();
        fixture.deliver(vec![event]).await.unwrap();
    }
    assert!(fixture.is_dead(member).await);
    let correction =
        Correction { email: Some(Email::parse("b@example.com").ok()), ..Correction::default() };
    store.correct_member(scope, member, &correction, now()).await.unwrap();
    assert!(!fixture.is_dead(member).await);
    let reason = fixture.reason(0, member, Channel::Email).await;
    assert_eq!(reason, Some(OppositionReason::Unsubscribed));
    // The bounce of a former address does not concern the present one.
    let late = event(Channel::Email, "a@example.com", Some(reference), EventKind::Bounced);
    fixture.deliver(vec![late]).await.unwrap();
    assert!(!fixture.is_dead(member).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_holds_for_a_member_who_joins_the_address_later() {
    let fixture = Fixture::open().await;
    let first = fixture.member(0, 1, "f@example.com").await;
    let reference = fixture.sent(0, Channel::Email, &[first]).await;
    let complaint = event(Channel::Email, "f@example.com", Some(reference), EventKind::Complaint);
    fixture.deliver(vec![complaint]).await.unwrap();
    let later = fixture.enrol(0, 2, "f@example.com").await;
    let reason = fixture.reason(0, later, Channel::Email).await;
    assert_eq!(reason, Some(OppositionReason::Complaint));
    let elsewhere = fixture.member(1, 2, "f@example.com").await;
    assert_eq!(fixture.reason(1, elsewhere, Channel::Email).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_without_a_reference_opposes_every_merchant_that_wrote_to_the_number() {
    let fixture = Fixture::open().await;
    let number = mobile(7);
    let [here, there] =
        [fixture.member(0, 7, "h@example.com").await, fixture.member(1, 7, "t@example.com").await];
    fixture.sent(0, Channel::Sms, &[here]).await;
    let stop = || event(Channel::Sms, number.as_str(), None, EventKind::Stop);
    fixture.deliver(vec![stop()]).await.unwrap();
    assert_eq!(fixture.reason(0, here, Channel::Sms).await, Some(OppositionReason::Stop));
    assert_eq!(fixture.reason(1, there, Channel::Sms).await, None);
    fixture.sent(1, Channel::Sms, &[there]).await;
    fixture.deliver(vec![stop()]).await.unwrap();
    assert_eq!(fixture.reason(1, there, Channel::Sms).await, Some(OppositionReason::Stop));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_from_a_number_that_no_member_has_now_holds_for_the_member_who_gets_it_later() {
    let fixture = Fixture::open().await;
    fixture
        .deliver(vec![event(Channel::Sms, mobile(9).as_str(), None, EventKind::Stop)])
        .await
        .unwrap();
    let later = fixture.enrol(0, 9, "s@example.com").await;
    assert_eq!(fixture.reason(0, later, Channel::Sms).await, Some(OppositionReason::Stop));
}

#[rstest]
#[case::of_the_merchant_that_wrote("36200", [Some(OppositionReason::Stop), None])]
#[case::of_the_other_one("36201", [Some(OppositionReason::Stop), Some(OppositionReason::Stop)])]
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_opposes_the_only_merchant_with_its_short_code_and_those_that_wrote_to_the_number(
    #[case] to: &str,
    #[case] opposed: [Option<OppositionReason>; 2],
) {
    let fixture = Fixture::open().await;
    fixture.give_short_code(1, "36201").await;
    let here = fixture.member(0, 7, "h@example.com").await;
    let there = fixture.member(1, 7, "t@example.com").await;
    fixture.sent(0, Channel::Sms, &[here]).await;
    let mut stop = event(Channel::Sms, mobile(7).as_str(), None, EventKind::Stop);
    stop.to = Some(to.to_owned());
    fixture.deliver(vec![stop]).await.unwrap();
    let reasons =
        [fixture.reason(0, here, Channel::Sms).await, fixture.reason(1, there, Channel::Sms).await];
    assert_eq!(reasons, opposed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_that_cannot_be_read_keeps_a_stop_from_no_writer_and_gives_it_to_no_other() {
    let fixture = Fixture::open().await;
    let [wrote, other] =
        [fixture.member(0, 7, "w@example.com").await, fixture.member(1, 7, "o@example.com").await];
    fixture.sent(0, Channel::Sms, &[wrote]).await;
    let unreadable = fixture.corrupt(0).await;
    let stop = || event(Channel::Sms, mobile(7).as_str(), None, EventKind::Stop);
    // Another instance, which has read no settings yet.
    let instance = App { store: fixture.table.store() };
    let account = ProviderAccount {
        provider: ProviderName::Sinch,
        code: AccountCode::parse("shared").unwrap(),
    };
    let message = ProviderEventsMessage { account, events: vec![stop()], texts: vec![] };
    let message = serde_json::to_string(&message).unwrap();
    assert!(matches!(handle(&instance, &message, now()).await, Err(Failed::Retry(_))));
    assert_eq!(fixture.reason(1, other, Channel::Sms).await, None, "nobody knows who wrote");
    fixture.repair(unreadable).await;
    handle(&instance, &message, now()).await.unwrap();
    assert_eq!(fixture.reason(0, wrote, Channel::Sms).await, Some(OppositionReason::Stop));
    assert_eq!(fixture.reason(1, other, Channel::Sms).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_from_a_number_that_another_member_got_since_the_message_holds_for_that_member() {
    let fixture = Fixture::open().await;
    let gone = fixture.member(0, 7, "g@example.com").await;
    fixture.sent(0, Channel::Sms, &[gone]).await;
    fixture.erase(0, gone).await;
    let member = fixture.member(0, 7, "m@example.com").await;
    fixture
        .deliver(vec![event(Channel::Sms, mobile(7).as_str(), None, EventKind::Stop)])
        .await
        .unwrap();
    assert_eq!(fixture.reason(0, member, Channel::Sms).await, Some(OppositionReason::Stop));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipts_stops_and_texts_of_a_mobile_that_a_survivor_took_over_are_the_survivors() {
    let fixture = Fixture::open().await;
    let [survivor, absorbed] =
        [fixture.member(0, 8, "s@example.com").await, fixture.member(0, 7, "a@example.com").await];
    let (store, scope) = (&fixture.app.store, &fixture.shops[0]);
    store.merge_members(scope, survivor, absorbed, now()).await.unwrap();
    store.change_mobile(scope, survivor, &mobile(7), now()).await.unwrap();
    let reference = fixture.sent(0, Channel::Sms, &[survivor]).await;
    // The account's other merchant has written to the number too.
    let there = fixture.member(1, 7, "t@example.com").await;
    fixture.sent(1, Channel::Sms, &[there]).await;
    let number = mobile(7);
    let delivered = event(Channel::Sms, number.as_str(), Some(reference), EventKind::Delivered);
    fixture.deliver(vec![delivered]).await.unwrap();
    assert_eq!(fixture.figures(reference).await.delivered, 1);
    fixture.receive(question(Some(reference), "36200")).await;
    assert_eq!(fixture.texts(0).await, [(survivor, question(None, "").text)]);
    let stop = event(Channel::Sms, number.as_str(), None, EventKind::Stop);
    fixture.deliver(vec![stop]).await.unwrap();
    for (shop, member) in [(0, survivor), (1, there)] {
        let reason = fixture.reason(shop, member, Channel::Sms).await;
        assert_eq!(reason, Some(OppositionReason::Stop));
    }
}

/// A question from the number of member 7.
fn question(reference: Option<Reference>, to: &str) -> InboundTextEvent {
    InboundTextEvent {
        id: "01DEF".to_owned(),
        address: mobile(7).as_str().to_owned(),
        text: "À quelle heure fermez-vous ?".to_owned(),
        reference: reference.map(|reference| reference.to_string()),
        to: Some(to.to_owned()),
        at: now() + 1.hour(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_no_opposition_is_stored_sealed_for_the_only_merchant_that_wrote_to_the_number()
 {
    let fixture = Fixture::open().await;
    let here = fixture.member(0, 7, "h@example.com").await;
    fixture.member(1, 7, "t@example.com").await;
    fixture.receive(question(None, "36200")).await;
    assert_eq!(fixture.texts(0).await, [], "nobody wrote to the number");
    fixture.sent(0, Channel::Sms, &[here]).await;
    for _ in 0..2 {
        fixture.receive(question(None, "36200")).await;
    }
    let expected = (here, "À quelle heure fermez-vous ?".to_owned());
    assert_eq!(fixture.texts(0).await, [expected]);
    assert_eq!(fixture.texts(1).await, []);
    assert_eq!(fixture.reason(0, here, Channel::Sms).await, None);

    let items =
        fixture.table.client().scan().table_name(fixture.table.name()).send().await.unwrap();
    let rows: Vec<_> =
        items.items().iter().filter(|item| format!("{item:?}").contains("INBOUND#")).collect();
    let [row] = &rows[..] else { panic!("one row, not {}", rows.len()) };
    assert!(!format!("{row:?}").contains("fermez"));
    let ttl: i64 = row["ttl"].as_n().unwrap().parse().unwrap();
    assert_eq!(ttl, now().as_second() + 30 * 86_400);
    let scope = &fixture.shops[0];
    let later = now() + (30 * 24).hours();
    let page = fixture.app.store.inbound_texts(scope, None, 10, later).await.unwrap();
    assert!(page.texts.is_empty(), "a text that has expired is not shown");
}

#[rstest]
#[case::the_short_code_is_shared("36200", "36200", None, [0, 0])]
#[case::the_short_code_is_unknown("36201", "36299", None, [0, 0])]
#[case::the_short_code_is_of_one_merchant("36201", "36201", None, [0, 1])]
#[case::the_text_answers_a_message_of_one_merchant("36200", "36200", Some(0), [1, 0])]
#[tokio::test(flavor = "multi_thread")]
async fn a_text_to_two_merchants_that_wrote_to_the_number_is_stored_only_where_the_merchant_is_certain(
    #[case] second_short_code: &str,
    #[case] to: &str,
    #[case] answered: Option<usize>,
    #[case] stored: [usize; 2],
) {
    let fixture = Fixture::open().await;
    fixture.give_short_code(1, second_short_code).await;
    let mut references = Vec::new();
    for shop in [0, 1] {
        let member = fixture.member(shop, 7, "h@example.com").await;
        references.push(fixture.sent(shop, Channel::Sms, &[member]).await);
    }
    fixture.receive(question(answered.map(|shop| references[shop]), to)).await;
    let texts = [fixture.texts(0).await.len(), fixture.texts(1).await.len()];
    assert_eq!(texts, stored);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_erasure_of_a_member_deletes_the_texts_of_the_member() {
    let fixture = Fixture::open().await;
    let member = fixture.member(0, 7, "h@example.com").await;
    fixture.sent(0, Channel::Sms, &[member]).await;
    fixture.receive(question(None, "36200")).await;
    assert_eq!(fixture.texts(0).await.len(), 1);
    fixture.erase(0, member).await;
    assert_eq!(fixture.texts(0).await, []);
}

/// Whether the address is dead, and the figures, after six e-mails to one member with these outcomes.
async fn after(
    outcomes: [EventKind; 6],
    order: [usize; 6],
    repeated: usize,
) -> (bool, [Figures; 6]) {
    let fixture = Fixture::open().await;
    let member = fixture.member(0, 1, "a@example.com").await;
    let mut references = Vec::new();
    for number in 0..6_i64 {
        let at = now() - (10 - number).minutes();
        references.push(fixture.sent_at(0, Channel::Email, &[member], at).await);
        // An SMS between two e-mails does not concern the e-mail address.
        fixture.sent_at(0, Channel::Sms, &[member], at + 1.second()).await;
    }
    for _ in 0..repeated {
        for number in order {
            let reference = Some(references[number]);
            let event = event(Channel::Email, "a@example.com", reference, outcomes[number]);
            fixture.deliver(vec![event]).await.unwrap();
        }
    }
    let mut figures = [Figures::default(); 6];
    for (figure, reference) in figures.iter_mut().zip(references) {
        *figure = fixture.figures(reference).await;
    }
    (fixture.is_dead(member).await, figures)
}

const SOFT: EventKind = EventKind::SoftBounced;
const IN_ORDER: [usize; 6] = [0, 1, 2, 3, 4, 5];

#[rstest]
#[case::six([SOFT, SOFT, SOFT, SOFT, SOFT, SOFT], true)]
#[case::the_last_five([EventKind::Delivered, SOFT, SOFT, SOFT, SOFT, SOFT], true)]
#[case::a_delivery_in_between([SOFT, SOFT, SOFT, EventKind::Delivered, SOFT, SOFT], false)]
#[case::a_delivery_at_last([SOFT, SOFT, SOFT, SOFT, EventKind::Delivered, SOFT], false)]
#[case::a_failure_in_between([SOFT, SOFT, SOFT, EventKind::Failed, SOFT, SOFT], false)]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_dead_after_five_soft_bounces_in_a_row(
    #[case] outcomes: [EventKind; 6],
    #[case] is_dead: bool,
    #[values(IN_ORDER, [5, 4, 3, 2, 1, 0], [3, 5, 0, 4, 1, 2])] order: [usize; 6],
) {
    for repeated in [1, 2] {
        let (dead, figures) = after(outcomes, order, repeated).await;
        assert_eq!(dead, is_dead);
        let sum = |of: fn(&Figures) -> u64| figures.iter().map(of).sum::<u64>();
        // The last soft bounce counts as a bounce. Each other message is counted as reported, once.
        let counted = sum(|one| one.delivered) + sum(|one| one.bounced) + sum(|one| one.failed);
        assert_eq!(counted, 6);
        assert_eq!(sum(|one| one.bounced) > 0, is_dead);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_replaces_a_soft_bounce_and_never_the_other_way_round() {
    let fixture = Fixture::open().await;
    let members =
        [fixture.member(0, 1, "a@example.com").await, fixture.member(0, 2, "b@example.com").await];
    let reference = fixture.sent(0, Channel::Email, &members).await;
    let email = |address, what| event(Channel::Email, address, Some(reference), what);
    let events = [
        vec![email("a@example.com", SOFT), email("b@example.com", EventKind::Delivered)],
        vec![email("a@example.com", EventKind::Delivered), email("b@example.com", SOFT)],
        vec![email("a@example.com", SOFT), email("a@example.com", EventKind::Delivered)],
    ];
    for events in events {
        fixture.deliver(events).await.unwrap();
    }
    let figures = fixture.figures(reference).await;
    assert_eq!(figures.delivered, 2);
    assert_eq!(figures.bounced, 0);
    assert_eq!(figures.failed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn soft_bounces_are_counted_from_zero_for_another_address_of_the_same_person() {
    let fixture = Fixture::open().await;
    let member = fixture.member(0, 1, "a@example.com").await;
    let soft = async |number: i64, address: &str| {
        let at = now() - (10 - number).minutes();
        let reference = fixture.sent_at(0, Channel::Email, &[member], at).await;
        fixture.deliver(vec![event(Channel::Email, address, Some(reference), SOFT)]).await.unwrap();
        fixture.is_dead(member).await
    };
    for number in 0..4 {
        assert!(!soft(number, "a@example.com").await);
    }
    assert!(soft(4, "a@example.com").await);
    let correction =
        Correction { email: Some(Email::parse("b@example.com").ok()), ..Correction::default() };
    fixture.app.store.correct_member(&fixture.shops[0], member, &correction, now()).await.unwrap();
    assert!(!soft(5, "b@example.com").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_an_unknown_address_or_reference_changes_nothing() {
    let fixture = Fixture::open().await;
    let member = fixture.member(0, 1, "a@example.com").await;
    let reference = fixture.sent(0, Channel::Email, &[member]).await;
    let mut foreign = event(Channel::Email, "a@example.com", None, EventKind::Delivered);
    foreign.reference = Some("merchant=42;campaign=7".to_owned());
    let events = vec![
        event(Channel::Email, "nobody@example.com", Some(reference), EventKind::Delivered),
        event(Channel::Email, "not an address", Some(reference), EventKind::Complaint),
        foreign,
    ];
    fixture.deliver(events).await.unwrap();
    assert_eq!(fixture.figures(reference).await, Figures::default());
    assert_eq!(fixture.reason(0, member, Channel::Email).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_of_an_address_counts_for_the_member_who_was_sent_the_message_and_for_nobody_else()
 {
    let fixture = Fixture::open().await;
    let [gone, other, merged, survivor] = [
        fixture.member(0, 1, "a@example.com").await,
        fixture.member(0, 2, "a@example.com").await,
        fixture.member(0, 3, "c@example.com").await,
        fixture.member(0, 4, "d@example.com").await,
    ];
    let reference = fixture.sent(0, Channel::Email, &[gone, other, merged]).await;
    let second = fixture.sent_at(0, Channel::Email, &[gone], now() + 1.minute()).await;
    let delivered = |address: &str, reference| {
        event(Channel::Email, address, Some(reference), EventKind::Delivered)
    };
    fixture.erase(0, gone).await;
    fixture.app.store.merge_members(&fixture.shops[0], survivor, merged, now()).await.unwrap();
    // Only the erased member was sent the second message.
    let events = ["a@example.com", "c@example.com"].map(|address| delivered(address, second));
    fixture.deliver(events.to_vec()).await.unwrap();
    assert_eq!(fixture.figures(second).await, Figures::default());
    let events = ["a@example.com", "c@example.com"].map(|address| delivered(address, reference));
    fixture.deliver(events.to_vec()).await.unwrap();
    assert_eq!(fixture.figures(reference).await.delivered, 2);
    assert_eq!(fixture.figures(second).await, Figures::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_of_a_shared_address_counts_for_the_member_who_claimed_it() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.shops[0]);
    let [claimant, other] =
        [fixture.member(0, 1, "a@example.com").await, fixture.member(0, 2, "b@example.com").await];
    fixture.member(0, 3, "a@example.com").await;
    let reference = fixture.sent(0, Channel::Email, &[claimant, other]).await;
    let email = Email::parse("a@example.com").unwrap();
    let claim = SharingRecipient { member: claimant, email: email.clone() };
    store.claim_addresses(scope, reference.campaign, vec![claim], now()).await.unwrap();
    let correction = Correction { email: Some(Some(email)), ..Correction::default() };
    store.correct_member(scope, other, &correction, now()).await.unwrap();
    let delivered =
        || event(Channel::Email, "a@example.com", Some(reference), EventKind::Delivered);
    fixture.deliver(vec![delivered()]).await.unwrap();
    assert_eq!(fixture.figures(reference).await.delivered, 1);
    fixture.erase(0, claimant).await;
    fixture.deliver(vec![delivered()]).await.unwrap();
    assert_eq!(fixture.figures(reference).await.delivered, 1);
}

#[tokio::test]
async fn a_message_without_events_goes_to_the_dead_letter_queue() {
    let fixture = Fixture::open().await;
    for body in ["", "{}", r#"{"account": "a", "events": [{"what": "danced"}]}"#] {
        assert!(matches!(handle(&fixture.app, body, now()).await, Err(Failed::Poison(_))));
    }
}
