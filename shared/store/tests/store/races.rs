//! Every pair of operations on one receipt. The first operation stops before one of its writes, the second
//! runs to its end, and the first goes on. The result is the result of one operation after the other: no
//! points without an entry, no receipt counted twice, no use of a coupon lost.

use domain::coupon::offer::Usage;
use domain::ledger::entry::{Adjustment, AdjustmentReason};
use domain::member::{Details, Enrolment};
use domain::purchase::UsedCoupon;
use domain::purchase::receipt::Operator;
use domain::retention::ErasureReason;
use domain::{
    Cents, CouponCode, Day, Instant, MemberId, Offer, OfferId, Points, Purchase, PurchaseKind,
    Reward, RewardId, Sector,
};
use rstest::rstest;
use std::sync::{Arc, Mutex};
use store::{
    Answered, CodeChange, Correction, Customer, DueMember, IdempotencyKey, MasterKey,
    NewAdjustment, NewMember, NewRedemption, NewVisit, PurchaseToRecord, Scope, Source, Store,
    StoreError, Wanted,
};
use support::{
    Calls, Interleave, Table, instant, merchant, mobile, mug_terms, offer_terms, open_merchant,
    receipt, sale,
};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn today() -> Day {
    Day::parse("2026-11-24").unwrap()
}

/// What is stored before the two operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The receipt was never sent.
    Unrecorded,
    /// The sale has no customer.
    Anonymous,
    /// The sale is Camille's, with two coupons.
    Sold,
    /// A part of Camille's sale was returned.
    Returned,
    /// Camille's sale was cancelled.
    Cancelled,
    /// Camille was merged into Léa after the sale.
    Merged,
}

/// An operation on the receipt, its customer, or the coupons of the sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    /// The sale of Camille is recorded, or repeated.
    Record,
    /// The same receipt is recorded without a customer.
    RecordAnonymous,
    /// Another sale under the same receipt.
    RecordOther,
    ReturnNamed,
    ReturnUnnamed,
    /// The return of the start is cancelled.
    CancelReturn,
    Cancel,
    Attach,
    Transfer,
    Merge,
    Unmerge,
    Correct,
    Erase,
    /// Léa uses the coupons of the sale.
    UseCoupons,
    Reward,
    CancelRedemption,
    Bill,
    Visit,
    Adjust,
}

impl Start {
    /// The operations that can change something from here.
    const fn operations(self) -> &'static [Operation] {
        use Operation::{
            Adjust, Attach, Bill, Cancel, CancelRedemption, CancelReturn, Correct, Erase, Merge,
            Record, RecordAnonymous, RecordOther, ReturnNamed, ReturnUnnamed, Reward, Transfer,
            Unmerge, UseCoupons, Visit,
        };
        match self {
            Self::Unrecorded => {
                &[Record, RecordAnonymous, RecordOther, UseCoupons, Merge, Correct, Erase, Bill]
            }
            Self::Anonymous => {
                &[Record, RecordOther, ReturnNamed, Cancel, Attach, Merge, Correct, Erase]
            }
            Self::Sold => &[
                Record,
                RecordOther,
                ReturnNamed,
                ReturnUnnamed,
                Cancel,
                Attach,
                Transfer,
                Merge,
                Correct,
                Erase,
                UseCoupons,
                Reward,
                CancelRedemption,
                Bill,
                Visit,
                Adjust,
            ],
            Self::Returned => {
                &[Record, ReturnNamed, CancelReturn, Cancel, Transfer, Merge, Correct, Erase]
            }
            Self::Cancelled => {
                &[Record, RecordAnonymous, RecordOther, Cancel, Attach, Transfer, Merge, Erase]
            }
            Self::Merged => &[
                ReturnNamed,
                Cancel,
                Attach,
                Transfer,
                Merge,
                Unmerge,
                Correct,
                UseCoupons,
                CancelRedemption,
            ],
        }
    }
}

impl Operation {
    /// Whether the operation is about the customer only. Two of these do not meet on the receipt.
    const fn is_of_customer(self) -> bool {
        matches!(
            self,
            Self::Correct
                | Self::Reward
                | Self::CancelRedemption
                | Self::Bill
                | Self::Visit
                | Self::Adjust
        )
    }

    /// Whether the operation is decided on the stored sale.
    const fn is_of_sale(self) -> bool {
        matches!(self, Self::ReturnNamed | Self::Cancel | Self::Attach | Self::Transfer)
    }
}

const SINGLE: &str = "RENTREE2026";
const LIMITED: &str = "SOLDES2026";

/// A merchant of its own for each try.
#[derive(Clone)]
struct World {
    store: Store,
    scope: Scope,
    camille: MemberId,
    lea: MemberId,
    single: OfferId,
    limited: OfferId,
    reward: RewardId,
    redemption: domain::RedemptionId,
}

fn coupon(text: &str) -> CouponCode {
    CouponCode::parse(text).unwrap()
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey { text: text.to_owned(), fingerprint: [7; 32] }
}

fn with_coupons(purchase: Purchase) -> Purchase {
    let used = |text| UsedCoupon { code: coupon(text), discount: Cents::new(100) };
    purchase.with_coupons(vec![used(SINGLE), used(LIMITED)]).unwrap()
}

fn a_return(number: &str, of: Option<&str>, cents: i64) -> Purchase {
    let kind = PurchaseKind::Return { of: of.map(receipt) };
    let at = instant("2026-11-24T09:15:00Z");
    Purchase::new(Sector::Retail, receipt(number), kind, at, Cents::new(cents), vec![], None)
        .unwrap()
}

impl World {
    async fn open(table: &Table, number: u128, start: Start) -> Self {
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, number), now()).await;
        let mut members = vec![];
        for number in 1..=2 {
            let (details, enrolment) = (Details::default(), Enrolment::Till);
            let new = NewMember { mobile: mobile(number), details, enrolment };
            members.push(store.create_member(&scope, &new, now()).await.unwrap().0.person.id);
        }
        let mut offers = vec![];
        let limited = Usage::Multi { limit: Some(9), limit_member: Some(1) };
        for (number, (code, usage)) in (1..).zip([(SINGLE, Usage::Single), (LIMITED, limited)]) {
            let terms = offer_terms(Cents::new(100), usage);
            let id = OfferId::mint(now(), number);
            let offer = Offer::new(id, terms, false, Sector::Retail).unwrap();
            store.create_offer(&scope, &offer, None, now()).await.unwrap();
            let change = CodeChange::default();
            store.put_code(&scope, id, &coupon(code), change, now()).await.unwrap();
            offers.push(id);
        }
        let terms = mug_terms(Points::new(20));
        let reward = RewardId::mint(now(), 1);
        let catalogue = Reward::new(reward, terms, false, &[]).unwrap();
        store.create_reward(&scope, &catalogue, None, now()).await.unwrap();
        let mut world = Self {
            store,
            scope,
            camille: members[0],
            lea: members[1],
            single: offers[0],
            limited: offers[1],
            reward,
            redemption: domain::RedemptionId::mint(now(), 1),
        };
        world.record(world.camille, sale("before", 10_000)).await.unwrap();
        world.redemption = world.redeem(Wanted::Bill(Points::new(7)), "before").await.unwrap();
        world.reach(start).await;
        world
    }

    async fn reach(&self, start: Start) {
        match start {
            Start::Unrecorded => {}
            Start::Anonymous => self.carry_out(Operation::RecordAnonymous).await.unwrap(),
            Start::Sold => self.carry_out(Operation::Record).await.unwrap(),
            Start::Returned => {
                self.carry_out(Operation::Record).await.unwrap();
                self.record(self.camille, a_return("first-return", Some("R"), 300)).await.unwrap();
            }
            Start::Cancelled => {
                self.carry_out(Operation::Record).await.unwrap();
                self.carry_out(Operation::Cancel).await.unwrap();
            }
            Start::Merged => {
                self.carry_out(Operation::Record).await.unwrap();
                self.carry_out(Operation::Merge).await.unwrap();
            }
        }
    }

    async fn enter(&self, customer: Customer, purchase: Purchase) -> Result<(), StoreError> {
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        self.store.record_purchase(&self.scope, &customer, &entry, now()).await.map(drop)
    }

    async fn record(&self, member: MemberId, purchase: Purchase) -> Result<(), StoreError> {
        self.enter(Customer::Member(member), purchase).await
    }

    async fn redeem(&self, wanted: Wanted, text: &str) -> Result<domain::RedemptionId, StoreError> {
        let new = NewRedemption { member: self.camille, wanted, today: today() };
        let (Answered::New(made) | Answered::Replayed(made)) =
            self.store.redeem(&self.scope, &new, &key(text), now()).await?;
        Ok(made.redemption.id)
    }

    async fn erase(&self) -> Result<(), StoreError> {
        loop {
            let read = self.store.due_member_fresh(&self.scope, self.camille).await?;
            let tombstone = match read {
                DueMember::Member(member) => {
                    let reason = ErasureReason::Inactive;
                    self.store
                        .decide_erasure(
                            &self.scope,
                            &member,
                            &self.store.login_state(&self.scope, &member.person).await.unwrap(),
                            reason,
                            today(),
                        )
                        .await?
                }
                DueMember::Erased(tombstone) => Some(tombstone),
                DueMember::Merged(_) | DueMember::Gone => return Ok(()),
            };
            if let Some(tombstone) = tombstone {
                self.store.carry_out_erasure(&self.scope, &tombstone, today()).await?;
                // The second look deletes what was written a moment after the first.
                return self.store.carry_out_erasure(&self.scope, &tombstone, today()).await;
            }
        }
    }

    async fn carry_out(&self, operation: Operation) -> Result<(), StoreError> {
        let Self { store, scope, camille, lea, .. } = self;
        let (of, now) = (receipt("R"), now());
        match operation {
            Operation::Record => self.record(*camille, with_coupons(sale("R", 1_000))).await,
            Operation::RecordAnonymous => self.enter(Customer::Anonymous, sale("R", 1_000)).await,
            Operation::RecordOther => self.record(*lea, sale("R", 2_000)).await,
            Operation::ReturnNamed => {
                self.enter(Customer::Anonymous, a_return("named", Some("R"), 400)).await
            }
            Operation::ReturnUnnamed => self.record(*camille, a_return("unnamed", None, 400)).await,
            Operation::CancelReturn => {
                store.cancel_purchase(scope, &receipt("first-return"), now).await.map(drop)
            }
            Operation::Cancel => store.cancel_purchase(scope, &of, now).await.map(drop),
            Operation::Attach => store.attach_purchase(scope, &of, *camille, now).await.map(drop),
            Operation::Transfer => store.move_purchase(scope, &of, *lea, now).await.map(drop),
            Operation::Merge => store.merge_members(scope, *lea, *camille, now).await.map(drop),
            Operation::Unmerge => {
                let unmerge = Box::pin(store.unmerge_members(scope, *lea, *camille, now));
                unmerge.await.map(drop)
            }
            Operation::Correct => {
                let last_name = Some(Some("Durand".to_owned()));
                let correction = Correction { last_name, ..Correction::default() };
                store.correct_member(scope, *camille, &correction, now).await.map(drop)
            }
            Operation::Erase => self.erase().await,
            Operation::UseCoupons => self.record(*lea, with_coupons(sale("other", 1_000))).await,
            Operation::Reward => self.redeem(Wanted::Reward(self.reward), "reward").await.map(drop),
            Operation::CancelRedemption => {
                let cancel =
                    store.cancel_redemption(scope, *camille, self.redemption, today(), now);
                cancel.await.map(drop)
            }
            Operation::Bill => self.redeem(Wanted::Bill(Points::new(80)), "bill").await.map(drop),
            Operation::Visit => {
                let (member, establishment) = (*camille, of.establishment.clone());
                let visit = NewVisit { member, establishment, at: now };
                store.visit(scope, &visit, &key("visit"), now).await.map(drop)
            }
            Operation::Adjust => {
                let adjustment = Adjustment {
                    author: Operator::parse("7").unwrap(),
                    reason: AdjustmentReason::Goodwill,
                    reference: None,
                };
                let points = Points::new(3);
                let new = NewAdjustment { member: *camille, points, adjustment, today: today() };
                store.adjust(scope, &new, &key("adjust"), now).await.map(drop)
            }
        }
    }

    /// The same world, seen through another client.
    fn through(&self, store: Store) -> Self {
        Self { store, ..self.clone() }
    }

    async fn account(&self, name: &str, member: MemberId, tried: &str) -> Option<String> {
        let read = match self.store.member(&self.scope, member).await {
            Err(StoreError::NotFound(_)) => return None,
            read => read.unwrap(),
        };
        if read.person.id != member {
            return Some(format!("{name}: merged"));
        }
        let proof = self.store.prove_member(&self.scope, member).await.unwrap();
        let account = proof.account;
        assert_eq!(account.sum(), proof.sum, "{name}'s entries sum to the balance: {tried}");
        assert!(account.owed >= Points::ZERO, "{account:?}");
        let spend = account.spend;
        Some(format!("{name}: {} points, {} visits, {spend:?}", account.sum(), account.visits))
    }

    /// Everything that an operation can change, by roles and not by identifiers.
    async fn state(&self, tried: &str) -> Vec<String> {
        let mut state = vec![];
        state.extend(self.account("Camille", self.camille, tried).await);
        state.extend(self.account("Léa", self.lea, tried).await);
        for number in ["R", "named", "unnamed", "first-return", "other"] {
            let Ok(read) = self.store.purchase(&self.scope, &receipt(number)).await else {
                continue;
            };
            let of =
                read.member.map(|member| if member == self.camille { "Camille" } else { "Léa" });
            let (points, returned) = (read.points, read.returned);
            let cancelled = read.cancelled_at.is_some();
            state.push(format!("{number}: {of:?} {points} {returned:?} cancelled {cancelled}"));
        }
        for text in [SINGLE, LIMITED] {
            let read = self.store.coupon(&self.scope, &coupon(text), now()).await.unwrap();
            state.push(format!("{text}: {} uses", read.unwrap().state.uses));
        }
        for (name, member) in [("Camille", self.camille), ("Léa", self.lea)] {
            let uses = self.store.member_uses(&self.scope, member, self.limited).await.unwrap();
            state.push(format!("{name}: {uses} uses"));
        }
        let uses = self.store.member_uses(&self.scope, self.lea, self.single).await.unwrap();
        assert_eq!(uses, 0, "the single coupon has no limit for a member");
        state
    }
}

/// The two answers, in the order of the operations, and the state after them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Outcome {
    accepted: [bool; 2],
    state: Vec<String>,
}

fn accepted(done: &Result<(), StoreError>) -> bool {
    assert!(!matches!(done, Err(StoreError::Unavailable(_) | StoreError::Corrupt(_))), "{done:?}");
    done.is_ok()
}

/// A table, and numbers for its merchants.
struct Places {
    table: Table,
    used: u128,
}

impl Places {
    async fn world(&mut self, start: Start) -> World {
        self.used += 1;
        World::open(&self.table, self.used, start).await
    }

    /// The outcomes of one operation after the other, in both orders.
    /// The first operation, with the second one before the call that follows `stop` calls. `None` where the
    /// first operation has fewer calls.
    async fn interleaved(
        &mut self,
        start: Start,
        pair: [Operation; 2],
        (stop, calls): (u32, Calls),
    ) -> Option<Outcome> {
        let [first, second] = pair;
        let world = self.world(start).await;
        let other = Arc::new(Mutex::new(None));
        let interleave = Interleave::default();
        let stopping = world.through(self.stopping(&interleave));
        let (within, done) = (world.clone(), Arc::clone(&other));
        interleave.before_call(stop, calls, async move {
            let outcome = accepted(&within.carry_out(second).await);
            *done.lock().unwrap() = Some(outcome);
        });
        let first_accepted = accepted(&stopping.carry_out(first).await);
        let second_accepted = other.lock().unwrap().take()?;
        let state = world.state(&format!("{second:?} within {first:?}")).await;
        Some(Outcome { accepted: [first_accepted, second_accepted], state })
    }

    async fn serial(&mut self, start: Start, pair: [Operation; 2]) -> [Outcome; 2] {
        let [first, second] = pair;
        let tried = format!("{first:?} and {second:?}, one after the other");
        let world = self.world(start).await;
        let first_before = accepted(&world.carry_out(first).await);
        let second_after = accepted(&world.carry_out(second).await);
        let in_order =
            Outcome { accepted: [first_before, second_after], state: world.state(&tried).await };
        let world = self.world(start).await;
        let second_before = accepted(&world.carry_out(second).await);
        let first_after = accepted(&world.carry_out(first).await);
        let reversed =
            Outcome { accepted: [first_after, second_before], state: world.state(&tried).await };
        [in_order, reversed]
    }

    /// A store that stops where the plan says.
    fn stopping(&self, interleave: &Interleave) -> Store {
        let client = self.table.client();
        let config = client.config().to_builder().interceptor(interleave.clone()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        Store::new(client, self.table.name(), MasterKey::derive("the secret of the tests"))
    }
}

#[rstest]
#[case(Start::Unrecorded)]
#[case(Start::Anonymous)]
#[case(Start::Sold)]
#[case(Start::Returned)]
#[case(Start::Cancelled)]
#[case(Start::Merged)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_runs_within_another_one_runs_before_or_after_it(#[case] start: Start) {
    let mut places = Places { table: Table::start().await, used: 0 };
    let mut broken = vec![];
    for first in start.operations().iter().copied() {
        for second in start.operations().iter().copied() {
            if first.is_of_customer() && second.is_of_customer() {
                continue;
            }
            let calls =
                if first.is_of_sale() && second.is_of_sale() { Calls::All } else { Calls::Writes };
            let mut serial = None;
            for stop in 0.. {
                let pair = [first, second];
                let Some(outcome) = places.interleaved(start, pair, (stop, calls)).await else {
                    break;
                };
                if serial.is_none() {
                    serial = Some(places.serial(start, pair).await);
                }
                let serial = serial.as_ref().unwrap();
                if !serial.contains(&outcome) {
                    broken.push(format!(
                        "{second:?} before call {stop} of {first:?}:\n{outcome:?}\n{serial:?}"
                    ));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n\n"));
}

#[rstest]
#[case(Start::Anonymous)]
#[case(Start::Sold)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operations_at_once_have_the_result_of_one_after_the_other(#[case] start: Start) {
    let mut places = Places { table: Table::start().await, used: 0 };
    let of_sale = start.operations().iter().copied().filter(|operation| operation.is_of_sale());
    for (first, second) in
        of_sale.clone().flat_map(|one| of_sale.clone().map(move |two| (one, two)))
    {
        let serial = places.serial(start, [first, second]).await;
        for _ in 0..3 {
            let world = places.world(start).await;
            let [one, two] = [first, second].map(|operation| {
                let world = world.clone();
                tokio::spawn(async move { accepted(&world.carry_out(operation).await) })
            });
            let accepted = [one.await.unwrap(), two.await.unwrap()];
            let tried = format!("{first:?} and {second:?} at once");
            let outcome = Outcome { accepted, state: world.state(&tried).await };
            assert!(serial.contains(&outcome), "{tried}:\n{outcome:?}\n{serial:?}");
        }
    }
}
