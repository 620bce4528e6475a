//! Coupons: redeemed, released, imported and changed.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::coupon::offer::{Benefit, Terms, Usage};
use domain::coupon::{CouponState, Refusal};
use domain::member::{Details, Enrolment};
use domain::purchase::UsedCoupon;
use domain::retention::ErasureReason;
use domain::{
    Cents, CouponCode, CouponError, Day, DomainError, Instant, MemberId, Offer, OfferId, Sector,
};
use rstest::rstest;
use std::time::Duration;
use store::{
    CodeChange, Customer, Entity, Imported, NewMember, PurchaseToRecord, Scope, Source, Store,
    StoreError, StoredCoupon,
};
use support::{Table, instant, merchant, mobile, open_merchant, receipt, sale};

pub(crate) fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn code(text: &str) -> CouponCode {
    CouponCode::parse(text).unwrap()
}

pub(crate) fn offer(number: u128, usage: Usage) -> Offer {
    let terms = Terms {
        name: "Bienvenue".to_owned(),
        benefit: Benefit::Value(Cents::new(1_000)),
        minimum_spend: Cents::ZERO,
        first_day: Day::parse("2026-11-01").unwrap(),
        last_day: Some(Day::parse("2026-11-30").unwrap()),
        establishments: vec![],
        usage,
    };
    let id = OfferId::mint(now(), number);
    Offer::new(id, terms, false, Sector::Retail).unwrap()
}

/// A merchant with an offer.
pub(crate) struct Fixture {
    pub(crate) table: Table,
    pub(crate) store: Store,
    pub(crate) scope: Scope,
    pub(crate) offer: Offer,
}

impl Fixture {
    pub(crate) async fn open(usage: Usage) -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        let offer = offer(1, usage);
        store.create_offer(&scope, &offer, None, now()).await.unwrap();
        Self { table, store, scope, offer }
    }

    async fn put(&self, text: &str, change: CodeChange) -> Result<CouponState, StoreError> {
        self.store.put_code(&self.scope, self.offer.id, &code(text), change, now()).await
    }

    pub(crate) async fn coupon(&self, text: &str) -> Option<StoredCoupon> {
        self.store.coupon(&self.scope, &code(text), now()).await.unwrap()
    }

    async fn uses(&self, text: &str) -> u32 {
        self.coupon(text).await.unwrap().state.uses
    }

    /// Redeems a coupon in a transaction of its own. Returns whether it was redeemed.
    async fn redeem(&self, coupon: &StoredCoupon, member: Option<MemberId>) -> bool {
        let mut transaction = self.store.transaction();
        coupon.redeem(&mut transaction, &self.scope, 0, member).unwrap();
        transaction.commit().await.unwrap().is_committed()
    }

    /// Releases a use. Returns the number of counters that were lowered.
    async fn release(&self, text: &str, member: Option<MemberId>) -> usize {
        let (offer, code) = (self.offer.id, code(text));
        let mut transaction = self.store.transaction();
        let release = self.store.release_coupon(&mut transaction, &self.scope, &code, offer);
        release.await.unwrap();
        if let Some(member) = member {
            let uncount = self.store.uncount(&mut transaction, &self.scope, member, offer);
            uncount.await.unwrap();
        }
        let released = transaction.writes();
        assert!(released == 0 || transaction.commit().await.unwrap().is_committed());
        released
    }

    async fn member(&self, number: u16) -> MemberId {
        let (details, enrolment) = (Details::default(), Enrolment::Till);
        let new = NewMember { mobile: mobile(number), details, enrolment };
        self.store.create_member(&self.scope, &new, now()).await.unwrap().0.person.id
    }
}

#[tokio::test]
async fn an_unknown_code_is_no_coupon() {
    let fixture = Fixture::open(Usage::Single).await;
    assert!(fixture.coupon("BIENVENUE10").await.is_none());
    fixture.put("BIENVENUE10", CodeChange::default()).await.unwrap();
    let coupon = fixture.coupon("bienvenue-10").await.unwrap();
    assert_eq!(coupon.state, CouponState::default());
    assert_eq!(&*coupon.offer, &fixture.offer);
    let other = open_merchant(&fixture.store, &merchant(Sector::Retail, 2), now()).await;
    let elsewhere = fixture.store.coupon(&other, &code("BIENVENUE10"), now()).await.unwrap();
    assert!(elsewhere.is_none(), "the code is another merchant's");
}

#[rstest]
#[case(Usage::Single, 1)]
#[case(Usage::Multi { limit: Some(5), limit_member: None }, 5)]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_concurrent_redemptions_of_the_last_use_one_succeeds(
    #[case] usage: Usage,
    #[case] limit: u32,
) {
    let fixture = Fixture::open(usage).await;
    fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    let coupon = fixture.coupon("RENTREE26").await.unwrap();
    for _ in 1..limit {
        assert!(fixture.redeem(&coupon, None).await);
    }
    let fixture = std::sync::Arc::new(fixture);
    let tills: Vec<_> = (0..2)
        .map(|_| {
            let (fixture, coupon) = (std::sync::Arc::clone(&fixture), coupon.clone());
            tokio::spawn(async move { fixture.redeem(&coupon, None).await })
        })
        .collect();
    let mut won = 0;
    for till in tills {
        let redeemed = tokio::time::timeout(Duration::from_secs(20), till).await.unwrap();
        won += u32::from(redeemed.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(fixture.uses("RENTREE26").await, limit);
}

#[tokio::test]
async fn a_released_use_can_be_redeemed_again_and_no_counter_falls_below_zero() {
    let fixture = Fixture::open(Usage::Single).await;
    fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    let coupon = fixture.coupon("RENTREE26").await.unwrap();
    assert_eq!(fixture.release("RENTREE26", None).await, 0);
    assert!(fixture.redeem(&coupon, None).await);
    assert!(!fixture.redeem(&coupon, None).await);
    assert_eq!(fixture.release("RENTREE26", None).await, 1);
    assert_eq!(fixture.release("RENTREE26", None).await, 0);
    assert_eq!(fixture.uses("RENTREE26").await, 0);
    assert!(fixture.redeem(&coupon, None).await);
    assert_eq!(fixture.release("AUTREBON", None).await, 0, "the code does not exist");
}

#[tokio::test]
async fn the_member_limit_of_an_offer_counts_the_uses_of_all_its_codes() {
    let fixture = Fixture::open(Usage::Multi { limit: Some(10), limit_member: Some(2) }).await;
    let (camille, lea) = (fixture.member(1).await, fixture.member(2).await);
    for text in ["RENTREE26", "SOLDES26"] {
        fixture.put(text, CodeChange::default()).await.unwrap();
    }
    let [first, second] = [fixture.coupon("RENTREE26").await, fixture.coupon("SOLDES26").await];
    let (first, second) = (first.unwrap(), second.unwrap());
    let anonymous = first.redeem(&mut fixture.store.transaction(), &fixture.scope, 0, None);
    let needs =
        StoreError::Refused(DomainError::Coupon(CouponError::Refused(Refusal::NeedsMember)));
    assert_eq!(anonymous.unwrap_err().to_string(), needs.to_string());
    assert!(fixture.redeem(&first, Some(camille)).await);
    assert!(fixture.redeem(&second, Some(camille)).await);
    assert!(!fixture.redeem(&first, Some(camille)).await);
    assert_eq!(fixture.uses("RENTREE26").await, 1, "a member over the limit redeems nothing");
    assert!(fixture.redeem(&first, Some(lea)).await);
    let used = async |member| {
        fixture.store.member_uses(&fixture.scope, member, fixture.offer.id).await.unwrap()
    };
    assert_eq!(used(camille).await, 2);
    assert_eq!(used(lea).await, 1);
    assert_eq!(fixture.release("RENTREE26", Some(camille)).await, 2);
    assert_eq!(used(camille).await, 1);
    assert!(fixture.redeem(&first, Some(camille)).await);
}

#[tokio::test]
async fn a_code_that_any_number_of_customers_may_use_is_not_written_by_sales() {
    let fixture = Fixture::open(Usage::Multi { limit: None, limit_member: Some(1) }).await;
    let (camille, lea) = (fixture.member(1).await, fixture.member(2).await);
    fixture.put("SOLDES26", CodeChange::default()).await.unwrap();
    let coupon = fixture.coupon("SOLDES26").await.unwrap();
    let mut transaction = fixture.store.transaction();
    coupon.redeem(&mut transaction, &fixture.scope, 0, Some(camille)).unwrap();
    assert_eq!(transaction.writes(), 1, "the member's count only");
    assert!(transaction.commit().await.unwrap().is_committed());
    assert!(!fixture.redeem(&coupon, Some(camille)).await, "the member's limit holds");
    assert!(fixture.redeem(&coupon, Some(lea)).await);
    assert_eq!(fixture.uses("SOLDES26").await, 0);
    // The code of one member is written at that member's pace, and so it is counted.
    fixture
        .put("ANNIVERSAIRE", CodeChange { disabled: false, bound_to: Some(camille) })
        .await
        .unwrap();
    let own = fixture.coupon("ANNIVERSAIRE").await.unwrap();
    let mut transaction = fixture.store.transaction();
    own.redeem(&mut transaction, &fixture.scope, 0, Some(camille)).unwrap();
    assert_eq!(transaction.writes(), 2);
}

#[tokio::test]
async fn a_cancelled_sale_gives_back_no_use_that_it_did_not_count() {
    let fixture = Fixture::open(Usage::Multi { limit: None, limit_member: Some(1) }).await;
    let (camille, lea) = (fixture.member(1).await, fixture.member(2).await);
    fixture.put("SOLDES26", CodeChange::default()).await.unwrap();
    let used = UsedCoupon { code: code("SOLDES26"), discount: Cents::new(500) };
    let purchase = sale("1", 2_000).with_coupons(vec![used]).unwrap();
    let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
    let customer = Customer::Member(camille);
    fixture.store.record_purchase(&fixture.scope, &customer, &entry, now()).await.unwrap();
    // The merchant limits the code, and another customer uses it.
    let usage = Usage::Multi { limit: Some(5), limit_member: Some(1) };
    let limited =
        Offer::new(fixture.offer.id, offer(1, usage).terms().clone(), false, Sector::Retail);
    fixture.store.rewrite_offer(&fixture.scope, &limited.unwrap()).await.unwrap();
    let coupon = fixture.coupon("SOLDES26").await.unwrap();
    assert!(fixture.redeem(&coupon, Some(lea)).await);
    let cancelled = fixture.store.cancel_purchase(&fixture.scope, &receipt("1"), now()).await;
    assert!(cancelled.is_ok(), "{:?}", cancelled.err());
    assert_eq!(fixture.uses("SOLDES26").await, 1, "the use of the other customer stays");
    let counted = fixture.store.member_uses(&fixture.scope, camille, fixture.offer.id).await;
    assert_eq!(counted.unwrap(), 0);
}

#[tokio::test]
async fn a_code_that_was_disabled_since_it_was_read_is_not_redeemed() {
    let fixture = Fixture::open(Usage::Single).await;
    fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    let coupon = fixture.coupon("RENTREE26").await.unwrap();
    let disabled = CodeChange { disabled: true, bound_to: None };
    assert!(fixture.put("RENTREE26", disabled).await.unwrap().disabled);
    assert!(!fixture.redeem(&coupon, None).await);
    fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    assert!(fixture.redeem(&coupon, None).await);
    let again = fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    assert_eq!(again.uses, 1, "putting a code again gives no use back");
}

#[tokio::test]
async fn a_code_has_one_offer_and_a_generated_code_cannot_be_chosen() {
    let fixture = Fixture::open(Usage::Single).await;
    fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    let other = offer(2, Usage::Single);
    fixture.store.create_offer(&fixture.scope, &other, None, now()).await.unwrap();
    let change = CodeChange::default();
    let taken =
        fixture.store.put_code(&fixture.scope, other.id, &code("RENTREE26"), change, now()).await;
    assert!(
        matches!(taken, Err(StoreError::Refused(DomainError::Coupon(CouponError::Taken)))),
        "{taken:?}"
    );
    let ours = CouponCode::of_number(42);
    let made_here = fixture.put(ours.as_str(), change).await;
    assert!(matches!(
        made_here,
        Err(StoreError::Refused(DomainError::Coupon(CouponError::MadeHere)))
    ));
}

#[tokio::test]
async fn codes_imported_twice_change_nothing() {
    let fixture = Fixture::open(Usage::Single).await;
    let other = offer(2, Usage::Single);
    fixture.store.create_offer(&fixture.scope, &other, None, now()).await.unwrap();
    fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    let coupon = fixture.coupon("RENTREE26").await.unwrap();
    assert!(fixture.redeem(&coupon, None).await);
    let mut codes: Vec<_> = (0..150).map(|number| code(&format!("IMPORT{number:03}"))).collect();
    codes.extend([code("RENTREE26"), CouponCode::of_number(42)]);
    let import =
        async |offer| fixture.store.import_codes(&fixture.scope, offer, &codes).await.unwrap();
    let refused = Imported::Refused(CouponError::MadeHere.into());
    let first = import(fixture.offer.id).await;
    assert!(first[..150].iter().all(|imported| *imported == Imported::New));
    assert_eq!(first[150..], [Imported::There, refused]);
    let again = import(fixture.offer.id).await;
    assert!(again[..151].iter().all(|imported| *imported == Imported::There));
    let taken = import(other.id).await;
    assert!(taken[..151].iter().all(|one| *one == Imported::Refused(CouponError::Taken.into())));
    assert_eq!(fixture.uses("RENTREE26").await, 1);
    assert!(!fixture.redeem(&coupon, None).await);
}

#[tokio::test]
async fn every_instance_sees_a_changed_offer_within_a_minute() {
    let fixture = Fixture::open(Usage::Single).await;
    fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    let elsewhere = fixture.table.store();
    let seen = async |at| {
        let coupon = elsewhere.coupon(&fixture.scope, &code("RENTREE26"), at).await.unwrap();
        coupon.unwrap().offer.disabled
    };
    assert!(!seen(now()).await);
    let mut disabled = fixture.offer.clone();
    disabled.disabled = true;
    fixture.store.rewrite_offer(&fixture.scope, &disabled).await.unwrap();
    assert!(fixture.coupon("RENTREE26").await.unwrap().offer.disabled);
    assert!(seen(Instant::from_second(now().as_second() + 60).unwrap()).await);
    let unknown = offer(9, Usage::Single);
    let written = fixture.store.rewrite_offer(&fixture.scope, &unknown).await;
    assert!(matches!(written, Err(StoreError::NotFound(Entity::Offer))));
}

#[tokio::test]
async fn a_members_own_coupon_is_erased_with_the_member() {
    let fixture = Fixture::open(Usage::Multi { limit: Some(9), limit_member: Some(9) }).await;
    let (camille, lea) = (fixture.member(1).await, fixture.member(2).await);
    let bound = CodeChange { disabled: false, bound_to: Some(camille) };
    assert_eq!(fixture.put("ANNIVERSAIRE", bound).await.unwrap().bound_to, Some(camille));
    let other = CodeChange { bound_to: Some(lea), ..bound };
    assert!(fixture.put("ANNIVERSAIRE", other).await.is_err(), "the coupon is another member's");
    fixture.put("RENTREE26", CodeChange::default()).await.unwrap();
    let coupon = fixture.coupon("ANNIVERSAIRE").await.unwrap();
    assert!(!fixture.redeem(&coupon, Some(lea)).await);
    assert!(fixture.redeem(&coupon, Some(camille)).await);
    let proof = fixture.store.prove_member(&fixture.scope, camille).await.unwrap();
    assert_eq!(proof.entries, 1, "the history has an entry for the coupon");
    assert_eq!(proof.sum, proof.account.sum(), "the entry moves no points");

    let day = Day::parse("2027-03-01").unwrap();
    let member = fixture.store.member(&fixture.scope, camille).await.unwrap();
    let reason = ErasureReason::NeverActivated;
    let tombstone = fixture
        .store
        .decide_erasure(
            &fixture.scope,
            &member,
            &fixture.store.login_state(&fixture.scope, &member.person).await.unwrap(),
            reason,
            day,
        )
        .await
        .unwrap();
    fixture.store.carry_out_erasure(&fixture.scope, &tombstone.unwrap(), day).await.unwrap();
    assert!(fixture.coupon("ANNIVERSAIRE").await.is_none());
    assert!(fixture.coupon("RENTREE26").await.is_some());
    let counted = fixture.store.member_uses(&fixture.scope, camille, fixture.offer.id).await;
    assert_eq!(counted.unwrap(), 0);
    let erased = fixture.put("ANNIVERSAIRE", bound).await;
    assert!(matches!(erased, Err(StoreError::NotFound(Entity::Member))), "{erased:?}");
}

#[tokio::test]
async fn a_code_that_is_created_again_during_an_interrupted_erasure_stays() {
    let fixture = Fixture::open(Usage::Multi { limit: Some(9), limit_member: None }).await;
    let camille = fixture.member(1).await;
    let bound = CodeChange { disabled: false, bound_to: Some(camille) };
    fixture.put("ANNIVERSAIRE", bound).await.unwrap();
    let day = Day::parse("2027-03-01").unwrap();
    let member = fixture.store.member(&fixture.scope, camille).await.unwrap();
    let reason = ErasureReason::NeverActivated;
    let tombstone = fixture
        .store
        .decide_erasure(
            &fixture.scope,
            &member,
            &fixture.store.login_state(&fixture.scope, &member.person).await.unwrap(),
            reason,
            day,
        )
        .await
        .unwrap()
        .unwrap();
    // The erasure ends between the deletion of the coupon and that of the member's row.
    let coupons = fixture.table.client().scan().table_name(fixture.table.name());
    let coupons = coupons.filter_expression("bound_to = :member");
    let member = AttributeValue::S(camille.to_string());
    let coupons = coupons.expression_attribute_values(":member", member).send().await.unwrap();
    let [coupon] = coupons.items() else { panic!("{coupons:?}") };
    let delete = fixture.table.client().delete_item().table_name(fixture.table.name());
    let delete = delete.key("pk", coupon["pk"].clone()).key("sk", coupon["sk"].clone());
    delete.send().await.unwrap();

    fixture.put("ANNIVERSAIRE", CodeChange::default()).await.unwrap();
    fixture.store.carry_out_erasure(&fixture.scope, &tombstone, day).await.unwrap();
    assert!(fixture.coupon("ANNIVERSAIRE").await.is_some());
}
