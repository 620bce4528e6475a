//! The data of a merchant: items of every kind that the table holds, live and test data.

use domain::CardNumber;
use domain::campaign::{Campaign, Content, State, Step};
use domain::coupon::offer::{Benefit, Terms, Usage};
use domain::member::{Address, Details, Email};
use domain::retention::ErasureReason;
use domain::reward::{self, Given};
use domain::webhook::{EventType, EventTypes, Reach, WebhookUrl};
use domain::{
    CampaignId, Cents, Channel, CouponBatchId, CouponCode, Credential, Day, EstablishmentId,
    Instant, KeyId, KeyScope, MemberId, MerchantId, Offer, OfferId, Points, Purchase, PurchaseKind,
    Receipt, Reward, RewardId, Segment, UploadId, WebhookId,
};
use store::{
    Addressed, BatchEnd, BatchId, CardStep, Claimed, CodeChange, Counts, Customer, CutBatch, Event,
    EventKey, EventOrigin, FinishedRange, IdempotencyKey, MAX_PURCHASES_PER_TRANSACTION,
    MEMBER_SHARDS, Mode, NewCouponBatch, NewMember, NewRedemption, NewWebhook, PurchaseToRecord,
    RangeClaimed, RangeReport, Scope, Source, Store, TillKey, Upload, WalkPosition, Wanted,
};
use support::{consent, instant, mobile, receipt};

pub(crate) fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

/// So many purchases of one member are more than one page of the index.
pub(crate) const MANY: u32 = 230;

/// Fills the table with a merchant's data of both modes, `many` purchases of one live member among them.
pub(crate) async fn fill(store: &Store, scope: &Scope, many: u32) {
    settings(store, scope).await;
    for mode in [Mode::Live, Mode::Test] {
        let settings = store.settings_fresh(scope.settings.merchant.id, now()).await.unwrap();
        let scope = Scope { settings, mode, credential: Credential::Operator };
        let members = members(store, &scope).await;
        let many = if mode == Mode::Live { many } else { 1 };
        purchases(store, &scope, &members, many).await;
        campaign(store, &scope, &members).await;
        upload(store, &scope).await;
        let offer = coupons(store, &scope, members[2]).await;
        rewards(store, &scope, offer, members[0]).await;
        erasure(store, &scope, members[3]).await;
        events(store, &scope).await;
    }
    // After a campaign, the merchant stays listed under the former account too.
    sms_sender(store, scope, "main-sms").await;
}

/// The account of a merchant's e-mails, which no other merchant uses.
pub(crate) fn own_account(merchant: MerchantId) -> String {
    merchant.to_string().to_ascii_lowercase()
}

/// Till keys and senders.
async fn settings(store: &Store, scope: &Scope) {
    let merchant = scope.settings.merchant.id;
    let random = u128::from_be_bytes(merchant.to_bytes());
    for (mode, number) in [(Mode::Live, 1), (Mode::Test, 2)] {
        let key = TillKey {
            id: KeyId::mint(now(), random + number),
            establishment: EstablishmentId::parse("paris").unwrap(),
            mode,
            scope: KeyScope::Till,
            label: "caisse".to_owned(),
            secret_hash: [7; 32],
            origins: vec![],
            created_at: now(),
            created_by: Credential::Operator,
            revoked: None,
        };
        store.create_till_key(merchant, &key).await.unwrap();
    }
    let sender = support::email_sender(&own_account(merchant));
    store.put_email_sender(merchant, &sender, Credential::Operator).await.unwrap();
    sms_sender(store, scope, "former").await;
}

/// The sender of SMS, by an account that merchants share.
async fn sms_sender(store: &Store, scope: &Scope, account: &str) {
    let (merchant, sender) = (scope.settings.merchant.id, support::sms_sender(account));
    store.put_sms_sender(merchant, &sender, Credential::Operator).await.unwrap();
}

/// Six members: some with a card, one with a lost card, some with a shared e-mail address, one merged into
/// another.
async fn members(store: &Store, scope: &Scope) -> Vec<MemberId> {
    let mut members = Vec::new();
    for number in 0..6 {
        let details = Details {
            last_name: Some("Martin".to_owned()),
            email: Email::parse(&format!("famille{}@example.com", number / 2)).ok(),
            card: (number % 2 == 0).then(|| CardNumber::parse(&format!("CARD{number}")).unwrap()),
            address: Address { street: Some("1 rue de la Paix".to_owned()), ..Address::default() },
            ..Details::default()
        };
        let enrolment = domain::Enrolment::Till;
        let new = NewMember { mobile: mobile(number), details, enrolment };
        let (member, _) = store.create_member(scope, &new, now()).await.unwrap();
        let change = consent(now());
        store.change_consent(scope, member.person.id, Channel::Sms, &change, now()).await.unwrap();
        members.push(member.person.id);
    }
    let replaced = CardStep::Replace(CardNumber::parse("CARD40").unwrap());
    store.step_card(scope, members[4], &replaced, now()).await.unwrap();
    store.merge_members(scope, members[0], members[1], now()).await.unwrap();
    members
}

fn sale(receipt: Receipt, cents: i64) -> PurchaseToRecord {
    let (kind, total) = (PurchaseKind::Sale, Cents::new(cents));
    let sector = domain::Sector::Retail;
    let purchase = Purchase::new(sector, receipt, kind, now(), total, vec![], None).unwrap();
    PurchaseToRecord { card_activated: false, purchase, source: Source::Operator }
}

fn on(day: &str, number: &str) -> Receipt {
    Receipt { day: Day::parse(day).unwrap(), ..receipt(number) }
}

/// Purchases with and without a customer: attached, cancelled and sent again, returned.
async fn purchases(store: &Store, scope: &Scope, members: &[MemberId], many: u32) {
    let record = async |customer: &Customer, entry: &PurchaseToRecord| {
        store.record_purchase(scope, customer, entry, now()).await.unwrap()
    };
    for (number, member) in members.iter().enumerate().take(5) {
        let entry = sale(receipt(&format!("m{number}")), 1_000);
        record(&Customer::Member(*member), &entry).await;
    }
    let many: Vec<_> = (0..many).map(|number| sale(receipt(&format!("many{number}")), 1)).collect();
    for group in many.chunks(MAX_PURCHASES_PER_TRANSACTION) {
        let customer = Customer::Member(members[2]);
        let holder = store.holders(scope, &members[2..3]).await.unwrap().remove(&members[2]);
        let entered = store.record_purchases(scope, &customer, holder.unwrap(), group, now()).await;
        assert!(entered.unwrap().iter().all(Result::is_ok));
    }
    for (number, day) in ["2026-11-24", "2025-12-31", "1985-06-01"].into_iter().enumerate() {
        record(&Customer::Anonymous, &sale(on(day, &format!("n{number}")), 500)).await;
    }
    record(&Customer::Anonymous, &sale(receipt("attached"), 700)).await;
    store.attach_purchase(scope, &receipt("attached"), members[2], now()).await.unwrap();
    for customer in [Customer::Anonymous, Customer::Member(members[2])] {
        let number = if matches!(customer, Customer::Anonymous) { "again-n" } else { "again-m" };
        record(&customer, &sale(receipt(number), 300)).await;
        store.cancel_purchase(scope, &receipt(number), now()).await.unwrap();
        record(&customer, &sale(receipt(number), 400)).await;
    }
    let (kind, total) = (PurchaseKind::Return { of: Some(receipt("n0")) }, Cents::new(100));
    let back =
        Purchase::new(domain::Sector::Retail, receipt("back"), kind, now(), total, vec![], None);
    let back = PurchaseToRecord {
        card_activated: false,
        purchase: back.unwrap(),
        source: Source::Operator,
    };
    record(&Customer::Anonymous, &back).await;
}

/// A running campaign of one batch.
async fn campaign(store: &Store, scope: &Scope, members: &[MemberId]) {
    let tenant = scope.tenant();
    let id = CampaignId::mint(now(), u128::from_be_bytes(tenant.merchant.to_bytes()));
    let campaign = Campaign {
        id,
        name: "Rentrée".to_owned(),
        channel: Channel::Sms,
        content: Content { body: "Bonjour".to_owned(), ..Content::default() },
        segment: Segment::default(),
        state: State::Draft,
        created_at: now(),
        begins_at: None,
        version: 1,
    };
    store.create_campaign(scope, &campaign, None, now()).await.unwrap();
    store.step_campaign(scope, id, Step::Launch, now()).await.unwrap();
    let batch = BatchId { shard: 0, cursor: members[5] };
    let mut plan = store.plan(tenant, id).await.unwrap();
    let cut = Some(CutBatch { id: batch, members, at: now() });
    let end = WalkPosition::start_of(MEMBER_SHARDS);
    assert!(store.cut_batch(tenant, id, &mut plan, cut, end).await.unwrap());
    let Claimed::Ours(mut claim) = store.claim_batch(tenant, id, batch, now()).await.unwrap()
    else {
        panic!("another has the batch");
    };
    let counts = Counts::default();
    let addressed = Addressed { members: members.to_vec(), counts };
    let begun =
        store.begin_sending(tenant, id, &mut claim, Channel::Sms, &addressed, now()).await.unwrap();
    assert!(begun);
    let counts = Counts { sent: 6, ..counts };
    let end = BatchEnd { counts, refused: &[], unsent: None };
    store.end_batch(tenant, id, &claim, &end, now()).await.unwrap();
}

async fn upload(store: &Store, scope: &Scope) {
    let tenant = scope.tenant();
    let id = UploadId::mint(now(), u128::from_be_bytes(tenant.merchant.to_bytes()));
    let paris = EstablishmentId::parse("paris").unwrap();
    let announced = Upload::announced(id, paris, "ventes.csv", scope.credential, now());
    store.announce_upload(scope, &announced).await.unwrap();
    for number in 0..3 {
        let report = RangeReport::default();
        store.finish_range(scope, id, &FinishedRange::new(number, report), now()).await.unwrap();
    }
}

/// An offer with a generated batch, imported codes, and one code that is bound to a member.
async fn coupons(store: &Store, scope: &Scope, member: MemberId) -> OfferId {
    let tenant = scope.tenant();
    let random = u128::from_be_bytes(tenant.merchant.to_bytes());
    let terms = Terms {
        name: "Bienvenue".to_owned(),
        benefit: Benefit::Value(Cents::new(1_000)),
        minimum_spend: Cents::ZERO,
        first_day: Day::parse("2026-11-01").unwrap(),
        last_day: None,
        establishments: vec![],
        usage: Usage::Single,
    };
    let sector = domain::Sector::Retail;
    let offer = Offer::new(OfferId::mint(now(), random), terms, false, sector).unwrap();
    store.create_offer(scope, &offer, None, now()).await.unwrap();
    let batch = CouponBatchId::mint(now(), random);
    let new = NewCouponBatch { id: batch, offer: offer.id, count: 30 };
    store.create_coupon_batch(scope, &new, None, now()).await.unwrap();
    let claimed = store.claim_coupon_range(tenant, offer.id, batch, 0, now()).await.unwrap();
    let RangeClaimed::Ours(mut range) = claimed else { panic!("another has the range") };
    let maker = scope.code_maker();
    assert!(store.make_coupons(scope, &maker, &mut range, now()).await.unwrap());
    let code = |number| CouponCode::parse(&format!("CODE{number:04}")).unwrap();
    let codes: Vec<_> = (0..30).map(code).collect();
    store.import_codes(scope, offer.id, &codes).await.unwrap();
    let given = CodeChange { disabled: false, bound_to: Some(member) };
    store.put_code(scope, offer.id, &code(30), given, now()).await.unwrap();
    offer.id
}

/// A reward with a stock and a limit, redeemed once.
async fn rewards(store: &Store, scope: &Scope, offer: OfferId, member: MemberId) {
    let terms = reward::Terms {
        name: "Bon de bienvenue".to_owned(),
        points: Points::new(1),
        given: Given::Coupon(offer),
        stock: Some(5),
        limit_member: Some(1),
        first_day: Day::parse("2026-11-01").unwrap(),
        last_day: None,
        level: None,
    };
    let id = RewardId::mint(now(), u128::from_be_bytes(scope.tenant().merchant.to_bytes()));
    let reward = Reward::new(id, terms, false, &[]).unwrap();
    store.create_reward(scope, &reward, None, now()).await.unwrap();
    let wanted = Wanted::Reward(id);
    let today = Day::parse("2026-11-24").unwrap();
    let new = NewRedemption { member, wanted, today };
    let key = IdempotencyKey { text: "a-redemption".to_owned(), fingerprint: [7; 32] };
    store.redeem(scope, &new, &key, now()).await.unwrap();
}

/// An endpoint, and events on the last and the first day of a month.
async fn events(store: &Store, scope: &Scope) {
    let url = WebhookUrl::parse("https://hooks.example.com/", Reach::Public).unwrap();
    let random = u128::from_be_bytes(scope.settings.merchant.id.to_bytes());
    let id = WebhookId::mint(now(), random + u128::from(scope.mode == Mode::Test));
    let events = EventTypes::new(EventType::ALL).unwrap();
    let new = NewWebhook { id, mode: scope.mode, url, events, file_events: false };
    let webhooks = store.webhooks_fresh(scope.settings.merchant.id, now()).await.unwrap();
    store
        .create_webhook(&scope.settings, &webhooks, &new, domain::Credential::Operator, now())
        .await
        .unwrap();
    let days = ["2026-10-31T09:00:00Z", "2026-11-01T09:00:00Z"];
    let events = days.map(|at| Event {
        origin: EventOrigin::Service,
        key: EventKey { at: instant(at), id: "evt_1".to_owned() },
        kind: EventType::MemberCreated,
        body: "{}".to_owned(),
    });
    store.put_events(scope.tenant(), &events).await.unwrap();
}

/// A member that is completely erased: its contacts are suppressed, and its erasure is recorded.
async fn erasure(store: &Store, scope: &Scope, member: MemberId) {
    let erased = store.member(scope, member).await.unwrap();
    let (first, second) = (Day::parse("2026-11-22").unwrap(), Day::parse("2026-11-23").unwrap());
    let tombstone = store
        .decide_erasure(
            scope,
            &erased,
            &store.login_state(scope, &erased.person).await.unwrap(),
            ErasureReason::NeverActivated,
            first,
        )
        .await
        .unwrap()
        .unwrap();
    store.carry_out_erasure(scope, &tombstone, first).await.unwrap();
    store.carry_out_erasure(scope, &tombstone, second).await.unwrap();
}
