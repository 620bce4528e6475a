//! A merge makes two records one person: what one of them used counts for both, and no gift stays twice. An unmerge
//! gives each its own back.

use domain::coupon::Refusal as CouponRefusal;
use domain::coupon::offer::Usage;
use domain::member::{Details, Enrolment};
use domain::programme::{Gifts, ReturnPolicy, SpendRule, Terms};
use domain::purchase::UsedCoupon;
use domain::reward::Refusal;
use domain::{
    Cents, CouponCode, CouponError, Day, DomainError, Instant, MemberId, Offer, OfferId, Points,
    Programme, Reward, RewardError, RewardId, Sector,
};
use store::{
    CodeChange, Customer, IdempotencyKey, NewMember, NewRedemption, PurchaseToRecord, Scope,
    Source, Store, StoreError, Wanted,
};
use support::{Table, instant, merchant, mobile, mug_terms, offer_terms, open_merchant_with, sale};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn later() -> Instant {
    instant("2026-11-24T10:20:00Z")
}

fn today() -> Day {
    Day::parse("2026-11-24").unwrap()
}

const CODE: &str = "SOLDES2026";

struct Fixture {
    store: Store,
    scope: Scope,
    _table: Table,
    camille: MemberId,
    double: MemberId,
}

impl Fixture {
    /// Two records of one person, each with the welcome gift of 50 points.
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let programme = Programme::from_stored(Terms {
            spend: vec![SpendRule::of_everything(1, Cents::new(100))],
            gifts: Gifts { welcome: 50, ..Gifts::default() },
            returns: ReturnPolicy::Negative,
            ..Terms::default()
        });
        let shop = merchant(Sector::Retail, 1);
        let scope = open_merchant_with(&store, &shop, &programme, now()).await;
        let mut members = vec![];
        for number in 1..=2 {
            let (details, enrolment) = (Details::default(), Enrolment::Till);
            let new = NewMember { mobile: mobile(number), details, enrolment };
            members.push(store.create_member(&scope, &new, now()).await.unwrap().0.person.id);
        }
        let [camille, double] = [members[0], members[1]];
        Self { store, scope, _table: table, camille, double }
    }

    async fn merge(&self) {
        let merged = self.store.merge_members(&self.scope, self.camille, self.double, later());
        merged.await.unwrap();
    }

    async fn unmerge(&self) {
        let unmerged = self.store.unmerge_members(&self.scope, self.camille, self.double, later());
        Box::pin(unmerged).await.unwrap();
    }

    async fn sell(&self, member: MemberId, receipt: &str, code: bool) -> Result<(), StoreError> {
        let mut purchase = sale(receipt, 2_000);
        if code {
            let code = CouponCode::parse(CODE).unwrap();
            let used = UsedCoupon { code, discount: Cents::new(500) };
            purchase = purchase.with_coupons(vec![used]).unwrap();
        }
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        let customer = Customer::Member(member);
        self.store.record_purchase(&self.scope, &customer, &entry, later()).await.map(drop)
    }

    async fn redeem(
        &self,
        member: MemberId,
        reward: RewardId,
        key: &str,
    ) -> Result<(), StoreError> {
        let new = NewRedemption { member, wanted: Wanted::Reward(reward), today: today() };
        let key = IdempotencyKey { text: key.to_owned(), fingerprint: [7; 32] };
        self.store.redeem(&self.scope, &new, &key, later()).await.map(drop)
    }

    /// The balance of a member, which is the sum of its entries.
    async fn balance(&self, member: MemberId) -> i64 {
        let proof = self.store.prove_member(&self.scope, member).await.unwrap();
        assert_eq!(proof.sum, proof.account.sum());
        proof.sum.get()
    }

    async fn limited_offer(&self, limit_member: u32) {
        let terms = offer_terms(
            Cents::new(500),
            Usage::Multi { limit: Some(9), limit_member: Some(limit_member) },
        );
        let id = OfferId::mint(now(), 1);
        let offer = Offer::new(id, terms, false, Sector::Retail).unwrap();
        self.store.create_offer(&self.scope, &offer, None, now()).await.unwrap();
        let (code, change) = (CouponCode::parse(CODE).unwrap(), CodeChange::default());
        self.store.put_code(&self.scope, id, &code, change, now()).await.unwrap();
    }
}

fn is_coupon_limit(outcome: &Result<(), StoreError>) -> bool {
    let limit = DomainError::Coupon(CouponError::Refused(CouponRefusal::MemberLimit));
    matches!(outcome, Err(StoreError::Refused(refused)) if *refused == limit)
}

fn is_reward_limit(outcome: &Result<(), StoreError>) -> bool {
    let limit = DomainError::Reward(RewardError::Refused(Refusal::MemberLimit));
    matches!(outcome, Err(StoreError::Refused(refused)) if *refused == limit)
}

#[tokio::test]
async fn a_survivor_cannot_use_again_a_coupon_that_the_absorbed_member_used() {
    let fixture = Fixture::open().await;
    fixture.limited_offer(2).await;
    fixture.sell(fixture.double, "1", true).await.unwrap();
    fixture.merge().await;
    fixture.sell(fixture.camille, "2", true).await.unwrap();
    let third = fixture.sell(fixture.camille, "3", true).await;
    assert!(is_coupon_limit(&third), "{third:?}");
    let by_the_other_identifier = fixture.sell(fixture.double, "3", true).await;
    assert!(is_coupon_limit(&by_the_other_identifier), "{by_the_other_identifier:?}");
    // The cancelled sale of the absorbed member gives its use back.
    fixture.store.cancel_purchase(&fixture.scope, &support::receipt("1"), later()).await.unwrap();
    fixture.sell(fixture.camille, "3", true).await.unwrap();
    fixture.unmerge().await;
    fixture.sell(fixture.double, "4", true).await.unwrap();
    let own = fixture.sell(fixture.camille, "5", true).await;
    assert!(is_coupon_limit(&own), "{own:?}");
}

#[tokio::test]
async fn a_survivor_cannot_have_again_a_reward_that_the_absorbed_member_had() {
    let fixture = Fixture::open().await;
    let terms = mug_terms(Points::new(10));
    let id = RewardId::mint(now(), 1);
    let reward = Reward::new(id, terms, false, &[]).unwrap();
    fixture.store.create_reward(&fixture.scope, &reward, None, now()).await.unwrap();
    fixture.redeem(fixture.double, id, "a").await.unwrap();
    fixture.merge().await;
    let again = fixture.redeem(fixture.camille, id, "b").await;
    assert!(is_reward_limit(&again), "{again:?}");
    let members = [fixture.camille, fixture.double];
    let counts = fixture.store.reward_counts(&fixture.scope, &members, &[reward]).await.unwrap();
    assert_eq!(counts[&id].had, 1);
    fixture.unmerge().await;
    fixture.redeem(fixture.camille, id, "c").await.unwrap();
    let own = fixture.redeem(fixture.double, id, "d").await;
    assert!(is_reward_limit(&own), "{own:?}");
}

#[tokio::test]
async fn a_welcome_gift_is_not_kept_twice_and_an_unmerge_gives_it_back() {
    let fixture = Fixture::open().await;
    fixture.sell(fixture.camille, "1", false).await.unwrap();
    fixture.sell(fixture.double, "2", false).await.unwrap();
    fixture.merge().await;
    assert_eq!(fixture.balance(fixture.camille).await, 50 + 20 + 20);
    fixture.sell(fixture.camille, "3", false).await.unwrap();
    fixture.unmerge().await;
    assert_eq!(fixture.balance(fixture.camille).await, 50 + 20 + 20);
    assert_eq!(fixture.balance(fixture.double).await, 50 + 20);
    fixture.merge().await;
    assert_eq!(fixture.balance(fixture.camille).await, 50 + 20 + 20 + 20);
}

#[tokio::test]
async fn a_second_welcome_gift_that_was_spent_is_owed_until_an_unmerge() {
    let fixture = Fixture::open().await;
    for (member, key) in [(fixture.camille, "a"), (fixture.double, "b")] {
        let wanted = Wanted::Bill(Points::new(50));
        let new = NewRedemption { member, wanted, today: today() };
        let key = IdempotencyKey { text: key.to_owned(), fingerprint: [7; 32] };
        fixture.store.redeem(&fixture.scope, &new, &key, now()).await.unwrap();
    }
    fixture.merge().await;
    assert_eq!(fixture.balance(fixture.camille).await, -50);
    fixture.sell(fixture.camille, "1", false).await.unwrap();
    assert_eq!(fixture.balance(fixture.camille).await, -30);
    fixture.unmerge().await;
    assert_eq!(fixture.balance(fixture.camille).await, 20);
    assert_eq!(fixture.balance(fixture.double).await, 0);
}
