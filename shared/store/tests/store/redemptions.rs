//! Points spent and given back, rewards counted, balances corrected, on a real engine.

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
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{
    Answered, Customer, Entered, Entity, Entry, HistoryEntry, IdempotencyKey, MEMBER_SHARDS,
    NewAdjustment, NewMember, NewRedemption, Redeemed, Scope, Source, Store, StoreError, Wanted,
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
    // Of one body in all of a test's requests under a key.
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
struct Counter {
    table: Table,
    store: Store,
    scope: Scope,
}

impl Counter {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let spend = vec![SpendRule::of_everything(1, Cents::new(100))];
        let programme = domain::Programme::from_stored(Programme { spend, ..Programme::default() });
        let shop = merchant(Sector::Retail, 1);
        let scope = open_merchant_with(&store, &shop, &programme, now()).await;
        Self { table, store, scope }
    }

    /// A member who earned so many points.
    async fn member(&self, number: u16, points: i64) -> MemberId {
        let (details, enrolment) = (Details::default(), Enrolment::Till);
        let new = NewMember { mobile: mobile(number), details, enrolment };
        let member = self.store.create_member(&self.scope, &new, now()).await.unwrap().0.person.id;
        self.sell(member, &format!("of-{number}"), points).await;
        member
    }

    async fn sell(&self, member: MemberId, receipt: &str, points: i64) {
        let entry = Entry { purchase: sale(receipt, points * 100), source: Source::Operator };
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
        let offer = crate::coupons::offer(1, Usage::Single);
        self.store.create_offer(&self.scope, &offer, None, now()).await.unwrap();
        offer
    }

    async fn ask(
        &self,
        member: MemberId,
        wanted: Wanted,
        key: &IdempotencyKey,
    ) -> Result<Answered<Redeemed>, StoreError> {
        let new = NewRedemption { member, wanted, today: today(), by: Source::Operator };
        self.store.redeem(&self.scope, &new, key, now()).await
    }

    /// A redemption that is made, under a key of its own.
    async fn redeem(&self, member: MemberId, wanted: Wanted, text: &str) -> Redeemed {
        match self.ask(member, wanted, &key(text)).await.unwrap() {
            Answered::New(redeemed) => redeemed,
            Answered::Replayed(other) => panic!("made before: {other:?}"),
        }
    }

    async fn refused(&self, member: MemberId, wanted: Wanted, text: &str) -> DomainError {
        match self.ask(member, wanted, &key(text)).await {
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

    async fn given(&self, member: MemberId, reward: RewardId) -> (u32, u32) {
        let reward = self.store.reward(self.scope.tenant(), reward).await.unwrap();
        let asked = std::slice::from_ref(&reward);
        let counts = self.store.reward_counts(&self.scope, Some(member), asked).await.unwrap();
        let counts = counts.get(&reward.id).copied().unwrap_or_default();
        (counts.given, counts.had)
    }

    async fn history(&self, member: MemberId) -> Vec<Redemption> {
        let page = self.store.history(&self.scope, member, &HashMap::new(), 50).await.unwrap();
        let redemptions = page.entries.into_iter().filter_map(|entry| match entry {
            HistoryEntry::Redemption { redemption, .. } => Some(*redemption),
            _ => None,
        });
        redemptions.collect()
    }

    /// Every balance is the sum of its entries.
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
async fn points_off_a_bill_are_spent_and_given_back_and_every_balance_is_proved() {
    let counter = Counter::open().await;
    let member = counter.member(1, 120).await;
    let spent = counter.redeem(member, bill(50), "a").await;
    assert_eq!(
        (spent.redemption.state, spent.redemption.points),
        (State::Fulfilled, Points::new(50))
    );
    assert_eq!((spent.balance.available.get(), counter.balance(member).await), (70, 70));
    let active = counter.store.member(&counter.scope, member).await.unwrap().account.last_activity;
    assert_eq!(active, Some(now()), "a redemption is an activity");
    assert!(counter.is_proved().await);
    let cancelled = counter.cancel(&spent).await.unwrap();
    assert_eq!(
        (cancelled.redemption.state, cancelled.balance.available.get()),
        (State::Cancelled, 120)
    );
    assert_eq!(counter.cancel(&spent).await.unwrap(), cancelled, "again changes nothing");
    assert_eq!(counter.balance(member).await, 120);
    assert!(counter.is_proved().await);
    assert_eq!(counter.history(member).await, [cancelled.redemption]);
}

#[tokio::test]
async fn the_same_request_under_its_key_spends_once_and_another_is_a_conflict() {
    let counter = Counter::open().await;
    let member = counter.member(1, 60).await;
    let first = counter.redeem(member, bill(50), "a").await;
    let again = counter.ask(member, bill(50), &key("a")).await.unwrap();
    assert_eq!(again, Answered::Replayed(first), "though what is left would not do");
    let other = IdempotencyKey { fingerprint: [8; 32], ..key("a") };
    let other = counter.ask(member, bill(10), &other).await;
    assert!(matches!(
        other,
        Err(StoreError::Refused(DomainError::Request(RequestError::IdempotencyKeyReused)))
    ));
    assert_eq!(counter.balance(member).await, 10);
    assert_eq!(counter.refused(member, bill(11), "b").await, LedgerError::NotEnoughPoints.into());
    counter.redeem(member, bill(10), "b").await;
}

#[rstest]
#[case::the_last_points(Terms { points: Points::new(100), ..terms() }, 100, LedgerError::NotEnoughPoints.into())]
#[case::the_last_of_a_stock(Terms { stock: Some(1), ..terms() }, 500, RewardError::Refused(Refusal::OutOfStock).into())]
#[case::a_members_last(Terms { limit_member: Some(1), ..terms() }, 500, RewardError::Refused(Refusal::MemberLimit).into())]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_tills_that_want_the_last_at_one_instant_exactly_one_wins(
    #[case] terms: Terms,
    #[case] points: i64,
    #[case] refusal: DomainError,
) {
    let counter = Arc::new(Counter::open().await);
    let member = counter.member(1, points).await;
    // What is short is a stock for all of them: then the other till has another customer.
    let other = if terms.stock.is_some() { counter.member(2, points).await } else { member };
    let reward = counter.reward(1, terms).await;
    let tills = [(member, "a"), (other, "b")].map(|(member, text)| {
        let counter = Arc::clone(&counter);
        tokio::spawn(async move { counter.ask(member, Wanted::Reward(reward), &key(text)).await })
    });
    let mut refused = Vec::new();
    for till in tills {
        let told = tokio::time::timeout(Duration::from_secs(20), till).await.unwrap().unwrap();
        match told {
            Ok(Answered::New(_)) => {}
            Err(StoreError::Refused(invalid)) => refused.push(invalid),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, [refusal]);
    let spent = counter.history(member).await.len();
    let spent = spent + if other == member { 0 } else { counter.history(other).await.len() };
    assert_eq!(spent, 1);
    assert!(counter.is_proved().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_sent_by_four_at_one_instant_spends_once() {
    let counter = Arc::new(Counter::open().await);
    let member = counter.member(1, 100).await;
    let reward = counter.reward(1, Terms { stock: Some(1), ..terms() }).await;
    let tills: Vec<_> = (0..4)
        .map(|_| {
            let counter = Arc::clone(&counter);
            tokio::spawn(
                async move { counter.ask(member, Wanted::Reward(reward), &key("a")).await },
            )
        })
        .collect();
    let (mut new, mut ids) = (0, Vec::new());
    for till in tills {
        let told = tokio::time::timeout(Duration::from_secs(20), till).await.unwrap().unwrap();
        match told.unwrap() {
            Answered::New(redeemed) => {
                new += 1;
                ids.push(redeemed);
            }
            Answered::Replayed(redeemed) => ids.push(redeemed),
        }
    }
    assert_eq!((new, ids.len()), (1, 4));
    assert!(ids.iter().all(|redeemed| *redeemed == ids[0]));
    assert_eq!((counter.balance(member).await, counter.given(member, reward).await.0), (0, 1));
}

#[tokio::test]
async fn what_is_cancelled_is_counted_no_more_and_what_was_handed_out_stays() {
    let counter = Counter::open().await;
    let member = counter.member(1, 500).await;
    let reward =
        counter.reward(1, Terms { stock: Some(2), limit_member: Some(1), ..terms() }).await;
    let first = counter.redeem(member, Wanted::Reward(reward), "a").await;
    assert_eq!(first.redemption.state, State::Requested);
    assert_eq!(counter.given(member, reward).await, (1, 1));
    let limited = counter.refused(member, Wanted::Reward(reward), "b").await;
    assert_eq!(limited, RewardError::Refused(Refusal::MemberLimit).into());
    for _ in 0..2 {
        counter.cancel(&first).await.unwrap();
        assert_eq!(counter.given(member, reward).await, (0, 0));
    }
    let second = counter.redeem(member, Wanted::Reward(reward), "b").await;
    let (scope, id) = (&counter.scope, second.redemption.id);
    for _ in 0..2 {
        let done = counter.store.fulfil_redemption(scope, member, id, today(), instant(LATER));
        assert_eq!(done.await.unwrap().redemption.state, State::Fulfilled);
    }
    let late = counter.cancel(&second).await;
    assert!(
        matches!(
            late,
            Err(StoreError::Refused(DomainError::Reward(RewardError::RedemptionFulfilled)))
        ),
        "{late:?}"
    );
    let gone = counter.store.fulfil_redemption(scope, member, first.redemption.id, today(), now());
    let gone = gone.await;
    assert!(
        matches!(
            gone,
            Err(StoreError::Refused(DomainError::Reward(RewardError::RedemptionCancelled)))
        ),
        "{gone:?}"
    );
    assert_eq!((counter.balance(member).await, counter.given(member, reward).await), (400, (1, 1)));
}

#[tokio::test]
async fn a_stock_of_none_gives_none_and_a_reward_that_is_gone_is_not_found() {
    let counter = Counter::open().await;
    let member = counter.member(1, 500).await;
    let reward = counter.reward(1, Terms { stock: Some(0), ..terms() }).await;
    let none = counter.refused(member, Wanted::Reward(reward), "a").await;
    assert_eq!(none, RewardError::Refused(Refusal::OutOfStock).into());
    let unknown = Wanted::Reward(RewardId::mint(now(), 9));
    let unknown = counter.ask(member, unknown, &key("a")).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(Entity::Reward))), "{unknown:?}");
}

#[tokio::test]
async fn a_coupon_bought_with_points_is_its_members_and_goes_with_the_redemption() {
    let counter = Counter::open().await;
    let (camille, lea) = (counter.member(1, 500).await, counter.member(2, 500).await);
    let offer = counter.offer().await;
    let reward = counter.reward(1, Terms { given: Given::Coupon(offer.id), ..terms() }).await;
    let bought = counter.redeem(camille, Wanted::Reward(reward), "a").await;
    assert_eq!(bought.redemption.state, State::Fulfilled);
    let coupon = counter.coupon(&bought.redemption).await;
    let bound = CouponState { bound_to: Some(camille), ..CouponState::default() };
    assert_eq!((coupon.state, coupon.code.is_ours()), (bound, true));
    let shop = domain::EstablishmentId::parse("paris").unwrap();
    let basket = coupon::Basket {
        gross: Cents::new(5_000),
        lines: &[],
        user: Some(coupon::User { member: lea, uses: 0 }),
        day: today(),
        establishment: &shop,
    };
    let of_another = coupon::redeem(&coupon.offer, &coupon.state, &basket);
    assert_eq!(of_another, Err(CouponRefusal::OfAnotherMember));

    counter.redeem_coupon(&coupon, camille).await;
    let used = counter.cancel(&bought).await;
    assert!(
        matches!(
            used,
            Err(StoreError::Refused(DomainError::Reward(RewardError::RedemptionCouponUsed)))
        ),
        "{used:?}"
    );
    assert_eq!(counter.balance(camille).await, 400);
    let mut transaction = counter.store.transaction();
    let (scope, code) = (&counter.scope, &coupon.code);
    counter.store.release_coupon(&mut transaction, scope, code, offer.id, None).await.unwrap();
    assert!(transaction.commit().await.unwrap().is_committed());
    for _ in 0..2 {
        assert_eq!(counter.cancel(&bought).await.unwrap().redemption.state, State::Cancelled);
        assert!(counter.coupon(&bought.redemption).await.state.disabled);
        assert_eq!(counter.balance(camille).await, 500);
    }
    assert!(counter.is_proved().await);
}

#[tokio::test]
async fn no_coupon_that_is_bought_has_the_code_of_another_or_of_a_batch() {
    let counter = Counter::open().await;
    let member = counter.member(1, 500).await;
    let offer = counter.offer().await;
    let reward = counter.reward(1, Terms { given: Given::Coupon(offer.id), ..terms() }).await;
    let store = &counter.store;
    let code = |redeemed: &Redeemed| match &redeemed.redemption.spent {
        Spent::Coupon(_, code) => code.clone(),
        other => panic!("{other:?}"),
    };
    let mut codes = vec![code(&counter.redeem(member, Wanted::Reward(reward), "a").await)];
    let batch = async |number| {
        let id = (domain::CouponBatchId::mint(now(), number), 3);
        let made = store.create_coupon_batch(&counter.scope, offer.id, id, None, now()).await;
        let Answered::New(batch) = made.unwrap() else { panic!("a batch of its own") };
        batch
    };
    let before = batch(1).await;
    codes.push(code(&counter.redeem(member, Wanted::Reward(reward), "b").await));
    let after = batch(2).await;
    let maker = counter.scope.code_maker();
    for batch in [before, after] {
        codes.extend((0..3).filter_map(|place| batch.code(&maker, place)));
    }
    assert_eq!(codes.len(), 8);
    assert_eq!(codes.iter().collect::<std::collections::HashSet<_>>().len(), 8);
}

#[tokio::test]
async fn a_redemption_of_a_merged_member_is_found_and_cancelled_through_the_kept_one() {
    let counter = Counter::open().await;
    let (kept, absorbed) = (counter.member(1, 100).await, counter.member(2, 200).await);
    let reward = counter.reward(1, Terms { limit_member: Some(1), ..terms() }).await;
    let spent = counter.redeem(absorbed, Wanted::Reward(reward), "a").await;
    let (scope, id) = (&counter.scope, spent.redemption.id);
    let elsewhere = counter.store.redemption(scope, kept, id, today()).await;
    assert!(matches!(elsewhere, Err(StoreError::NotFound(Entity::Redemption))), "{elsewhere:?}");
    let by = Source::Operator;
    counter.store.merge_members(scope, kept, absorbed, &by, now()).await.unwrap();
    let found = counter.store.redemption(scope, kept, id, today()).await.unwrap();
    assert_eq!((found.member, found.balance.available.get()), (kept, 200));
    let cancelled = counter.cancel(&spent).await.unwrap();
    assert_eq!((cancelled.member, cancelled.balance.available.get()), (kept, 300));
    assert_eq!(counter.given(absorbed, reward).await, (0, 0));
    assert!(counter.is_proved().await);
    let parted = counter.store.unmerge_members(scope, kept, absorbed, &by, instant(LATER));
    assert_eq!(Box::pin(parted).await.unwrap().given_back.given, Points::new(200));
    assert_eq!((counter.balance(kept).await, counter.balance(absorbed).await), (100, 200));
    assert!(counter.is_proved().await);
}

#[tokio::test]
async fn a_balance_corrected_by_hand_is_corrected_once_and_never_below_what_is_there() {
    let counter = Counter::open().await;
    let member = counter.member(1, 30).await;
    let given = counter.adjust(member, 20, "a").await.unwrap();
    assert_eq!((given.entry.lots.len(), given.balance.available.get()), (0, 50));
    assert_eq!(counter.adjust(member, 20, "a").await, Ok(given));
    assert_eq!(counter.adjust(member, -51, "b").await, Err(LedgerError::NotEnoughPoints.into()));
    let taken = counter.adjust(member, -40, "b").await.unwrap();
    let lots: Points = taken.entry.lots.iter().map(|lot| lot.remaining).sum();
    assert_eq!((lots, taken.balance.available.get()), (Points::new(40), 10));
    assert_eq!(counter.adjust(member, -40, "b").await, Ok(taken));
    assert_eq!(counter.balance(member).await, 10);
    assert!(counter.is_proved().await);
}

#[tokio::test]
async fn a_reward_written_anew_is_given_so_at_once_here_and_listed_once() {
    let counter = Counter::open().await;
    let member = counter.member(1, 500).await;
    let ids = [counter.reward(1, terms()).await, counter.reward(2, terms()).await];
    counter.redeem(member, Wanted::Reward(ids[0]), "a").await;
    let tenant = counter.scope.tenant();
    let dearer = Terms { points: Points::new(401), ..terms() };
    let dearer = Reward::new(ids[0], dearer, false, &[]).unwrap();
    counter.store.rewrite_reward(tenant, &dearer).await.unwrap();
    let refused = counter.refused(member, Wanted::Reward(ids[0]), "b").await;
    assert_eq!(refused, LedgerError::NotEnoughPoints.into());
    let (first, next) = counter.store.rewards(tenant, None, 1).await.unwrap();
    let (second, _) = counter.store.rewards(tenant, next, 1).await.unwrap();
    assert_eq!(
        [first, second].concat().iter().map(|reward| reward.id).collect::<Vec<_>>(),
        [ids[1], ids[0]]
    );
    let unknown = Reward::new(RewardId::mint(now(), 9), terms(), false, &[]).unwrap();
    let unknown = counter.store.rewrite_reward(tenant, &unknown).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(Entity::Reward))));
}

#[tokio::test]
async fn what_a_member_redeemed_goes_with_the_member() {
    let counter = Counter::open().await;
    let member = counter.member(1, 500).await;
    let offer = counter.offer().await;
    let coupon = Terms { given: Given::Coupon(offer.id), limit_member: Some(9), ..terms() };
    let reward = counter.reward(1, coupon).await;
    let spent = counter.redeem(member, Wanted::Reward(reward), "a").await;
    let Spent::Coupon(_, code) = &spent.redemption.spent else { panic!("no coupon") };
    let (store, scope) = (&counter.store, &counter.scope);
    let read = store.member(scope, member).await.unwrap();
    let reason = domain::retention::ErasureReason::Inactive;
    let tombstone = store.decide_erasure(scope, &read, reason, today()).await.unwrap().unwrap();
    store.carry_out_erasure(scope, &tombstone, today()).await.unwrap();
    assert!(store.coupon(scope, code, now()).await.unwrap().is_none());
    let client = counter.table.client();
    let items = client.scan().table_name(counter.table.name()).send().await.unwrap();
    let rows = format!("#MEMBER#{member}");
    let of_member = items.items().iter().filter(|item| item["pk"].as_s().unwrap().ends_with(&rows));
    assert_eq!(of_member.count(), 0);
}
