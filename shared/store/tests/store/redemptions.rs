//! Redemptions, the counters of rewards and manual corrections.

use domain::coupon::offer::Usage;
use domain::coupon::{self, CouponState, Refusal as CouponRefusal};
use domain::ledger::entry::{Adjustment, AdjustmentReason, Author};
use domain::member::{Details, Enrolment};
use domain::programme::{SpendRule, Terms as Programme};
use domain::reward::redemption::{Spent, State};
use domain::reward::{Given, Refusal, Terms};
use domain::{
    Cents, Day, DomainError, Instant, LedgerError, MemberId, Offer, Points, Redemption,
    RequestError, Reward, RewardError, RewardId, Sector,
};
use rstest::rstest;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::{
    Answered, Customer, Entered, Entity, HistoryEntry, IdempotencyKey, MEMBER_SHARDS,
    NewAdjustment, NewCouponBatch, NewMember, NewRedemption, PurchaseToRecord, Redeemed,
    RewardCounts, Scope, Source, Store, StoreError, Wanted,
};
use support::{Table, instant, merchant, mobile, open_merchant_with, sale};

const LATER: &str = "2026-11-24T10:00:00Z";

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn today() -> Day {
    Day::parse("2026-11-24").unwrap()
}

fn key(text: &str) -> IdempotencyKey {
    // All requests with a key have the same body.
    IdempotencyKey { text: text.to_owned(), fingerprint: [7; 32] }
}

fn terms() -> Terms {
    Terms {
        name: "Tasse".to_owned(),
        points: Points::new(100),
        given: Given::Goods,
        stock: None,
        limit_member: None,
        first_day: Day::parse("2026-11-01").unwrap(),
        last_day: None,
        level: None,
    }
}

/// A merchant whose members have points.
struct Fixture {
    table: Table,
    store: Store,
    scope: Scope,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let spend = vec![SpendRule::of_everything(1, Cents::new(100))];
        let programme = domain::Programme::from_stored(Programme { spend, ..Programme::default() });
        let merchant = merchant(Sector::Retail, 1);
        let scope = open_merchant_with(&store, &merchant, &programme, now()).await;
        Self { table, store, scope }
    }

    /// A member with points.
    async fn member(&self, number: u16, points: i64) -> MemberId {
        let (details, enrolment) = (Details::default(), Enrolment::Till);
        let new = NewMember { mobile: mobile(number), details, enrolment };
        let member = self.store.create_member(&self.scope, &new, now()).await.unwrap().0.person.id;
        self.sell(member, &format!("of-{number}"), points).await;
        member
    }

    async fn sell(&self, member: MemberId, receipt: &str, points: i64) {
        let entry = PurchaseToRecord {
            card_activated: false,
            purchase: sale(receipt, points * 100),
            source: Source::Operator,
        };
        self.store
            .record_purchase(&self.scope, &Customer::Member(member), &entry, now())
            .await
            .unwrap();
    }

    async fn reward(&self, number: u128, terms: Terms) -> RewardId {
        let reward = Reward::new(RewardId::mint(now(), number), terms, false, &[]).unwrap();
        self.store.create_reward(&self.scope, &reward, None, now()).await.unwrap();
        reward.id
    }

    async fn offer(&self) -> Offer {
        let offer = crate::coupon::codes::offer(1, Usage::Single);
        self.store.create_offer(&self.scope, &offer, None, now()).await.unwrap();
        offer
    }

    async fn request(
        &self,
        member: MemberId,
        wanted: Wanted,
        key: &IdempotencyKey,
    ) -> Result<Answered<Redeemed>, StoreError> {
        let new = NewRedemption { member, wanted, today: today() };
        self.store.redeem(&self.scope, &new, key, now()).await
    }

    /// A new redemption with a key of its own.
    async fn redeem(&self, member: MemberId, wanted: Wanted, text: &str) -> Redeemed {
        match self.request(member, wanted, &key(text)).await.unwrap() {
            Answered::New(redeemed) => redeemed,
            Answered::Replayed(other) => panic!("not new: {other:?}"),
        }
    }

    async fn refused(&self, member: MemberId, wanted: Wanted, text: &str) -> DomainError {
        match self.request(member, wanted, &key(text)).await {
            Err(StoreError::Refused(invalid)) => invalid,
            other => panic!("not refused: {other:?}"),
        }
    }

    async fn cancel(&self, of: &Redeemed) -> Result<Redeemed, StoreError> {
        let (member, id, at) = (of.member, of.redemption.id, instant(LATER));
        self.store.cancel_redemption(&self.scope, member, id, today(), at).await
    }

    async fn adjust(
        &self,
        member: MemberId,
        points: i64,
        text: &str,
    ) -> Result<Entered, DomainError> {
        let adjustment = Adjustment {
            author: Author::parse("V12").unwrap(),
            reason: AdjustmentReason::Goodwill,
            reference: None,
        };
        let points = Points::new(points);
        let new = NewAdjustment { member, points, adjustment, today: today() };
        match self.store.adjust(&self.scope, &new, &key(text), now()).await {
            Ok(Answered::New(adjusted) | Answered::Replayed(adjusted)) => Ok(adjusted),
            Err(StoreError::Refused(invalid)) => Err(invalid),
            Err(other) => panic!("{other}"),
        }
    }

    async fn balance(&self, member: MemberId) -> i64 {
        self.store.member(&self.scope, member).await.unwrap().account.sum().get()
    }

    async fn given(&self, member: MemberId, reward: RewardId) -> RewardCounts {
        let reward = self.store.reward(self.scope.tenant(), reward).await.unwrap().reward;
        let asked = std::slice::from_ref(&reward);
        let counts = self.store.reward_counts(&self.scope, &[member], asked).await.unwrap();
        counts.get(&reward.id).copied().unwrap_or_default()
    }

    async fn history(&self, member: MemberId) -> Vec<Redemption> {
        let page = self.store.history(&self.scope, member, &BTreeMap::new(), 50).await.unwrap();
        let redemptions = page.entries.into_iter().filter_map(|entry| match entry {
            HistoryEntry::Redemption { redemption, .. } => Some(*redemption),
            _ => None,
        });
        redemptions.collect()
    }

    /// Whether every balance is the sum of its entries.
    async fn is_proved(&self) -> bool {
        for shard in 0..MEMBER_SHARDS {
            let page = self.store.prove(&self.scope, shard, None).await.unwrap();
            if !page.unproved.is_empty() {
                return false;
            }
        }
        true
    }

    async fn coupon(&self, redemption: &Redemption) -> store::StoredCoupon {
        let Spent::Coupon(_, code) = &redemption.spent else { panic!("no coupon") };
        self.store.coupon(&self.scope, code, now()).await.unwrap().unwrap()
    }

    async fn redeem_coupon(&self, coupon: &store::StoredCoupon, member: MemberId) {
        let mut transaction = self.store.transaction();
        coupon.redeem(&mut transaction, &self.scope, 0, Some(member)).unwrap();
        assert!(transaction.commit().await.unwrap().is_committed());
    }
}

fn bill(points: i64) -> Wanted {
    Wanted::Bill(Points::new(points))
}

#[tokio::test]
async fn points_off_a_bill_are_spent_and_given_back() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, 120).await;
    let spent = fixture.redeem(member, bill(50), "a").await;
    assert_eq!(spent.redemption.state, State::Fulfilled);
    assert_eq!(spent.redemption.points, Points::new(50));
    assert_eq!(spent.balance.available.get(), 70);
    assert_eq!(fixture.balance(member).await, 70);
    let active = fixture.store.member(&fixture.scope, member).await.unwrap().account.last_activity;
    assert_eq!(active, Some(now()), "a redemption is an activity");
    assert!(fixture.is_proved().await);
    let cancelled = fixture.cancel(&spent).await.unwrap();
    assert_eq!(cancelled.redemption.state, State::Cancelled);
    assert_eq!(cancelled.balance.available.get(), 120);
    assert_eq!(
        fixture.cancel(&spent).await.unwrap(),
        cancelled,
        "cancelling again changes nothing"
    );
    assert_eq!(fixture.balance(member).await, 120);
    assert!(fixture.is_proved().await);
    assert_eq!(fixture.history(member).await, [cancelled.redemption]);
}

#[tokio::test]
async fn a_repeated_request_redeems_once_and_another_with_its_key_is_refused() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, 60).await;
    let first = fixture.redeem(member, bill(50), "a").await;
    let again = fixture.request(member, bill(50), &key("a")).await.unwrap();
    assert_eq!(again, Answered::Replayed(first), "although the rest is too little");
    let other = IdempotencyKey { fingerprint: [8; 32], ..key("a") };
    let other = fixture.request(member, bill(10), &other).await;
    assert!(matches!(
        other,
        Err(StoreError::Refused(DomainError::Request(RequestError::IdempotencyKeyReused)))
    ));
    assert_eq!(fixture.balance(member).await, 10);
    assert_eq!(fixture.refused(member, bill(11), "b").await, LedgerError::NotEnoughPoints.into());
    fixture.redeem(member, bill(10), "b").await;
}

#[rstest]
#[case::the_last_points(Terms { points: Points::new(100), ..terms() }, 100, LedgerError::NotEnoughPoints.into())]
#[case::the_last_of_a_stock(Terms { stock: Some(1), ..terms() }, 500, RewardError::Refused(Refusal::OutOfStock).into())]
#[case::a_members_last(Terms { limit_member: Some(1), ..terms() }, 500, RewardError::Refused(Refusal::MemberLimit).into())]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_concurrent_requests_for_the_last_one_succeeds(
    #[case] terms: Terms,
    #[case] points: i64,
    #[case] refusal: DomainError,
) {
    let fixture = Arc::new(Fixture::open().await);
    let member = fixture.member(1, points).await;
    // A stock is shared by all members: the second till then has another customer.
    let other = if terms.stock.is_some() { fixture.member(2, points).await } else { member };
    let reward = fixture.reward(1, terms).await;
    let tills = [(member, "a"), (other, "b")].map(|(member, text)| {
        let fixture = Arc::clone(&fixture);
        tokio::spawn(
            async move { fixture.request(member, Wanted::Reward(reward), &key(text)).await },
        )
    });
    let mut refused = Vec::new();
    for till in tills {
        let answer = tokio::time::timeout(Duration::from_secs(20), till).await.unwrap().unwrap();
        match answer {
            Ok(Answered::New(_)) => {}
            Err(StoreError::Refused(invalid)) => refused.push(invalid),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, [refusal]);
    let spent = fixture.history(member).await.len();
    let spent = spent + if other == member { 0 } else { fixture.history(other).await.len() };
    assert_eq!(spent, 1);
    assert!(fixture.is_proved().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_concurrent_copies_of_a_request_redeem_once() {
    const TILLS: usize = 4;
    let fixture = Arc::new(Fixture::open().await);
    let member = fixture.member(1, 100).await;
    let reward = fixture.reward(1, Terms { stock: Some(1), ..terms() }).await;
    let tills: Vec<_> = (0..TILLS)
        .map(|_| {
            let fixture = Arc::clone(&fixture);
            tokio::spawn(
                async move { fixture.request(member, Wanted::Reward(reward), &key("a")).await },
            )
        })
        .collect();
    let (mut new, mut ids) = (0, Vec::new());
    for till in tills {
        let answer = tokio::time::timeout(Duration::from_secs(20), till).await.unwrap().unwrap();
        match answer.unwrap() {
            Answered::New(redeemed) => {
                new += 1;
                ids.push(redeemed);
            }
            Answered::Replayed(redeemed) => ids.push(redeemed),
        }
    }
    assert_eq!(new, 1);
    assert_eq!(ids.len(), TILLS);
    assert!(ids.iter().all(|redeemed| *redeemed == ids[0]));
    assert_eq!(fixture.balance(member).await, 0);
    assert_eq!(fixture.given(member, reward).await.given, 1);
}

#[tokio::test]
async fn a_cancelled_redemption_is_not_counted_and_a_fulfilled_one_cannot_be_cancelled() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, 500).await;
    let reward =
        fixture.reward(1, Terms { stock: Some(2), limit_member: Some(1), ..terms() }).await;
    let first = fixture.redeem(member, Wanted::Reward(reward), "a").await;
    assert_eq!(first.redemption.state, State::Requested);
    assert_eq!(fixture.given(member, reward).await, RewardCounts { given: 1, had: 1 });
    let limited = fixture.refused(member, Wanted::Reward(reward), "b").await;
    assert_eq!(limited, RewardError::Refused(Refusal::MemberLimit).into());
    for _ in 0..2 {
        fixture.cancel(&first).await.unwrap();
        assert_eq!(fixture.given(member, reward).await, RewardCounts { given: 0, had: 0 });
    }
    let second = fixture.redeem(member, Wanted::Reward(reward), "b").await;
    let (scope, id) = (&fixture.scope, second.redemption.id);
    for _ in 0..2 {
        let done = fixture.store.fulfil_redemption(scope, member, id, today(), instant(LATER));
        assert_eq!(done.await.unwrap().redemption.state, State::Fulfilled);
    }
    let late = fixture.cancel(&second).await;
    assert!(
        matches!(
            late,
            Err(StoreError::Refused(DomainError::Reward(RewardError::RedemptionFulfilled)))
        ),
        "{late:?}"
    );
    let gone = fixture.store.fulfil_redemption(scope, member, first.redemption.id, today(), now());
    let gone = gone.await;
    assert!(
        matches!(
            gone,
            Err(StoreError::Refused(DomainError::Reward(RewardError::RedemptionCancelled)))
        ),
        "{gone:?}"
    );
    assert_eq!(fixture.balance(member).await, 400);
    assert_eq!(fixture.given(member, reward).await, RewardCounts { given: 1, had: 1 });
}

#[tokio::test]
async fn an_empty_stock_is_refused_for_some_seconds_without_a_write() {
    let fixture = Fixture::open().await;
    let (camille, lea) = (fixture.member(1, 500).await, fixture.member(2, 500).await);
    let reward = fixture.reward(1, Terms { stock: Some(1), ..terms() }).await;
    let wanted = Wanted::Reward(reward);
    let last = fixture.redeem(camille, wanted, "the last").await;
    let out_of_stock = RewardError::Refused(Refusal::OutOfStock).into();
    assert_eq!(fixture.refused(lea, wanted, "too late").await, out_of_stock);
    // Another instance gives the piece back. This one has not seen it, and does not try.
    let elsewhere = fixture.table.store();
    let (member, id) = (last.member, last.redemption.id);
    elsewhere.cancel_redemption(&fixture.scope, member, id, today(), now()).await.unwrap();
    assert_eq!(fixture.refused(lea, wanted, "again").await, out_of_stock);
    let new = NewRedemption { member: lea, wanted, today: today() };
    let later = now() + jiff::SignedDuration::from_secs(10);
    let redeemed = fixture.store.redeem(&fixture.scope, &new, &key("later"), later).await;
    assert!(matches!(redeemed, Ok(Answered::New(_))), "{redeemed:?}");
}

#[tokio::test]
async fn a_piece_that_this_instance_gave_back_is_given_at_once() {
    let fixture = Fixture::open().await;
    let (camille, lea) = (fixture.member(1, 500).await, fixture.member(2, 500).await);
    let reward = fixture.reward(1, Terms { stock: Some(1), ..terms() }).await;
    let wanted = Wanted::Reward(reward);
    let last = fixture.redeem(camille, wanted, "the last").await;
    fixture.refused(lea, wanted, "too late").await;
    fixture.cancel(&last).await.unwrap();
    fixture.redeem(lea, wanted, "now").await;
}

#[tokio::test]
async fn a_coupon_bought_with_points_takes_no_number_of_the_batches() {
    let fixture = Fixture::open().await;
    let offer = fixture.offer().await;
    let member = fixture.member(1, 500).await;
    let reward = fixture.reward(1, Terms { given: Given::Coupon(offer.id), ..terms() }).await;
    for number in 0..3 {
        fixture.redeem(member, Wanted::Reward(reward), &number.to_string()).await;
    }
    let scan = fixture.table.client().scan().table_name(fixture.table.name()).send().await;
    let items = scan.unwrap().items.unwrap_or_default();
    assert!(items.iter().all(|item| item["sk"].as_s().is_ok_and(|sk| sk != "NUMBERS")));
}

#[tokio::test]
async fn a_stock_of_zero_is_out_of_stock_and_an_unknown_reward_is_not_found() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, 500).await;
    let reward = fixture.reward(1, Terms { stock: Some(0), ..terms() }).await;
    let none = fixture.refused(member, Wanted::Reward(reward), "a").await;
    assert_eq!(none, RewardError::Refused(Refusal::OutOfStock).into());
    let unknown = Wanted::Reward(RewardId::mint(now(), 9));
    let unknown = fixture.request(member, unknown, &key("a")).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(Entity::Reward))), "{unknown:?}");
}

#[tokio::test]
async fn a_bought_coupon_is_its_members_own_and_is_withdrawn_with_the_redemption() {
    let fixture = Fixture::open().await;
    let (camille, lea) = (fixture.member(1, 500).await, fixture.member(2, 500).await);
    let offer = fixture.offer().await;
    let reward = fixture.reward(1, Terms { given: Given::Coupon(offer.id), ..terms() }).await;
    let bought = fixture.redeem(camille, Wanted::Reward(reward), "a").await;
    assert_eq!(bought.redemption.state, State::Fulfilled);
    let coupon = fixture.coupon(&bought.redemption).await;
    let bound = CouponState { bound_to: Some(camille), ..CouponState::default() };
    assert_eq!(coupon.state, bound);
    assert!(coupon.code.is_ours());
    let establishment = domain::EstablishmentId::parse("paris").unwrap();
    let basket = coupon::Basket {
        gross: Cents::new(5_000),
        lines: &[],
        user: Some(coupon::User { member: lea, uses: 0 }),
        day: today(),
        establishment: &establishment,
    };
    let of_another = coupon::redeem(&coupon.offer, &coupon.state, &basket);
    assert_eq!(of_another, Err(CouponRefusal::OfAnotherMember));

    fixture.redeem_coupon(&coupon, camille).await;
    let used = fixture.cancel(&bought).await;
    assert!(
        matches!(
            used,
            Err(StoreError::Refused(DomainError::Reward(RewardError::RedemptionCouponUsed)))
        ),
        "{used:?}"
    );
    assert_eq!(fixture.balance(camille).await, 400);
    let mut transaction = fixture.store.transaction();
    let (scope, code) = (&fixture.scope, &coupon.code);
    fixture.store.release_coupon(&mut transaction, scope, code, offer.id).await.unwrap();
    assert!(transaction.commit().await.unwrap().is_committed());
    for _ in 0..2 {
        assert_eq!(fixture.cancel(&bought).await.unwrap().redemption.state, State::Cancelled);
        assert!(fixture.coupon(&bought.redemption).await.state.disabled);
        assert_eq!(fixture.balance(camille).await, 500);
    }
    assert!(fixture.is_proved().await);
}

#[tokio::test]
async fn a_bought_coupon_has_a_code_of_its_own() {
    const BATCH_CODES: u32 = 3;
    let fixture = Fixture::open().await;
    let member = fixture.member(1, 500).await;
    let offer = fixture.offer().await;
    let reward = fixture.reward(1, Terms { given: Given::Coupon(offer.id), ..terms() }).await;
    let store = &fixture.store;
    let code = |redeemed: &Redeemed| match &redeemed.redemption.spent {
        Spent::Coupon(_, code) => code.clone(),
        other => panic!("{other:?}"),
    };
    let mut codes = vec![code(&fixture.redeem(member, Wanted::Reward(reward), "a").await)];
    let batch = async |number| {
        let id = domain::CouponBatchId::mint(now(), number);
        let new = NewCouponBatch { id, offer: offer.id, count: BATCH_CODES };
        let made = store.create_coupon_batch(&fixture.scope, &new, None, now()).await;
        let Answered::New(batch) = made.unwrap() else { panic!("a batch of its own") };
        batch
    };
    let before = batch(1).await;
    codes.push(code(&fixture.redeem(member, Wanted::Reward(reward), "b").await));
    let after = batch(2).await;
    let maker = fixture.scope.code_maker();
    for batch in [before, after] {
        codes.extend((0..BATCH_CODES).map(|place| batch.code(&maker, place).unwrap()));
    }
    let distinct: HashSet<_> = codes.iter().collect();
    assert_eq!(distinct.len(), codes.len());
}

#[tokio::test]
async fn a_redemption_of_an_absorbed_member_is_found_and_cancelled_through_the_survivor() {
    let fixture = Fixture::open().await;
    let (survivor, absorbed) = (fixture.member(1, 100).await, fixture.member(2, 200).await);
    let reward = fixture.reward(1, Terms { limit_member: Some(1), ..terms() }).await;
    let spent = fixture.redeem(absorbed, Wanted::Reward(reward), "a").await;
    let (scope, id) = (&fixture.scope, spent.redemption.id);
    let elsewhere = fixture.store.redemption(scope, survivor, id, today()).await;
    assert!(matches!(elsewhere, Err(StoreError::NotFound(Entity::Redemption))), "{elsewhere:?}");
    fixture.store.merge_members(scope, survivor, absorbed, now()).await.unwrap();
    let found = fixture.store.redemption(scope, survivor, id, today()).await.unwrap();
    assert_eq!(found.member, survivor);
    assert_eq!(found.balance.available.get(), 200);
    let cancelled = fixture.cancel(&spent).await.unwrap();
    assert_eq!(cancelled.member, survivor);
    assert_eq!(cancelled.balance.available.get(), 300);
    assert_eq!(fixture.given(absorbed, reward).await, RewardCounts { given: 0, had: 0 });
    assert!(fixture.is_proved().await);
    let unmerged = fixture.store.unmerge_members(scope, survivor, absorbed, instant(LATER));
    assert_eq!(Box::pin(unmerged).await.unwrap().given_back.given, Points::new(200));
    assert_eq!(fixture.balance(survivor).await, 100);
    assert_eq!(fixture.balance(absorbed).await, 200);
    assert!(fixture.is_proved().await);
}

#[tokio::test]
async fn a_manual_correction_is_made_once_and_never_below_zero() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, 30).await;
    let given = fixture.adjust(member, 20, "a").await.unwrap();
    assert_eq!(given.entry.lots.len(), 0);
    assert_eq!(given.balance.available.get(), 50);
    assert_eq!(fixture.adjust(member, 20, "a").await, Ok(given));
    assert_eq!(fixture.adjust(member, -51, "b").await, Err(LedgerError::NotEnoughPoints.into()));
    let taken = fixture.adjust(member, -40, "b").await.unwrap();
    let lots: Points = taken.entry.lots.iter().map(|lot| lot.remaining).sum();
    assert_eq!(lots, Points::new(40));
    assert_eq!(taken.balance.available.get(), 10);
    assert_eq!(fixture.adjust(member, -40, "b").await, Ok(taken));
    assert_eq!(fixture.balance(member).await, 10);
    assert!(fixture.is_proved().await);
}

#[tokio::test]
async fn a_rewritten_reward_has_its_new_price_at_once_and_is_listed_once() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, 500).await;
    let ids = [fixture.reward(1, terms()).await, fixture.reward(2, terms()).await];
    fixture.redeem(member, Wanted::Reward(ids[0]), "a").await;
    let tenant = fixture.scope.tenant();
    let dearer = Terms { points: Points::new(401), ..terms() };
    let dearer = Reward::new(ids[0], dearer, false, &[]).unwrap();
    fixture.store.rewrite_reward(&fixture.scope, &dearer).await.unwrap();
    let refused = fixture.refused(member, Wanted::Reward(ids[0]), "b").await;
    assert_eq!(refused, LedgerError::NotEnoughPoints.into());
    let (first, next) = fixture.store.rewards(tenant, None, 1).await.unwrap();
    let (second, _) = fixture.store.rewards(tenant, next, 1).await.unwrap();
    assert_eq!(
        [first, second].concat().iter().map(|stored| stored.reward.id).collect::<Vec<_>>(),
        [ids[1], ids[0]]
    );
    let unknown = Reward::new(RewardId::mint(now(), 9), terms(), false, &[]).unwrap();
    let unknown = fixture.store.rewrite_reward(&fixture.scope, &unknown).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(Entity::Reward))));
}

#[tokio::test]
async fn a_members_redemptions_are_erased_with_the_member() {
    let fixture = Fixture::open().await;
    let member = fixture.member(1, 500).await;
    let offer = fixture.offer().await;
    let coupon = Terms { given: Given::Coupon(offer.id), limit_member: Some(9), ..terms() };
    let reward = fixture.reward(1, coupon).await;
    let spent = fixture.redeem(member, Wanted::Reward(reward), "a").await;
    let Spent::Coupon(_, code) = &spent.redemption.spent else { panic!("no coupon") };
    let (store, scope) = (&fixture.store, &fixture.scope);
    let read = store.member(scope, member).await.unwrap();
    let reason = domain::retention::ErasureReason::Inactive;
    let tombstone = store
        .decide_erasure(
            scope,
            &read,
            &store.login_state(scope, &read.person).await.unwrap(),
            reason,
            today(),
        )
        .await
        .unwrap()
        .unwrap();
    store.carry_out_erasure(scope, &tombstone, today()).await.unwrap();
    assert!(store.coupon(scope, code, now()).await.unwrap().is_none());
    let client = fixture.table.client();
    let items = client.scan().table_name(fixture.table.name()).send().await.unwrap();
    let rows = format!("#MEMBER#{member}");
    let of_member = items.items().iter().filter(|item| item["pk"].as_s().unwrap().ends_with(&rows));
    assert_eq!(of_member.count(), 0);
}
