//! Random sequences of operations on the points of two members, which two tasks carry out at once: sales,
//! anonymous sales that are attached, sales that are moved, returns, cancellations, visits, redemptions,
//! adjustments, daily runs, and the same requests again.

use domain::ledger::entry::{Adjustment, AdjustmentReason};
use domain::member::{Details, Enrolment};
use domain::purchase::receipt::{Operator, ReceiptNumber, Register};
use domain::{
    Account, Cents, Day, EstablishmentId, Instant, MemberId, Mobile, Points, Purchase,
    PurchaseKind, Receipt, RedemptionId, Sector,
};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{
    Answered, Customer, Entity, IdempotencyKey, MemberProof, NewAdjustment, NewMember,
    NewRedemption, NewVisit, PurchaseToRecord, Scope, Source, Store, StoreError, Wanted,
};

/// One operation.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Goods are sold for so many cents.
    Sale(i64),
    /// Goods are sold for so many cents to a customer who is not known.
    AnonymousSale(i64),
    /// The sale of another step is attached to the member.
    Attach(usize),
    /// The sale of another step is moved to the other member, or back.
    Move(usize, bool),
    /// Goods of the sale of another step are returned, for so many cents.
    ReturnOf(usize, i64),
    /// Goods are returned for so many cents, and no sale is named.
    Return(i64),
    /// The sale or return of another step is cancelled.
    Cancel(usize),
    /// The member visits and buys nothing.
    Visit,
    /// So many points are spent off the bill.
    Spend(i64),
    /// The redemption of another step is cancelled.
    CancelSpend(usize),
    /// An employee adjusts the balance by so many points.
    Adjust(i64),
    /// The daily run passes over the member.
    DailyRun,
    /// The request of another step is repeated.
    Again(usize),
}

/// A step with its day and its task.
#[derive(Debug, Clone, Copy)]
struct PlannedStep {
    step: Step,
    /// Counted from the first day of the sequence.
    day: i32,
    second_task: bool,
}

/// A sequence of steps.
#[derive(Debug, Clone)]
pub struct Sequence(Vec<PlannedStep>);

/// The most steps of a sequence.
const MOST_STEPS: usize = 24;

/// Any sequence.
pub fn any_sequence() -> impl Strategy<Value = Sequence> {
    let other = 0..MOST_STEPS;
    let step = prop_oneof![
        4 => (1_i64..20_000).prop_map(Step::Sale),
        1 => (1_i64..20_000).prop_map(Step::AnonymousSale),
        2 => other.clone().prop_map(Step::Attach),
        2 => (other.clone(), any::<bool>()).prop_map(|(of, back)| Step::Move(of, back)),
        2 => (other.clone(), 1_i64..8_000).prop_map(|(of, cents)| Step::ReturnOf(of, cents)),
        1 => (1_i64..5_000).prop_map(Step::Return),
        2 => other.clone().prop_map(Step::Cancel),
        1 => Just(Step::Visit),
        3 => (1_i64..120).prop_map(Step::Spend),
        1 => other.clone().prop_map(Step::CancelSpend),
        1 => (-60_i64..120).prop_map(Step::Adjust),
        2 => Just(Step::DailyRun),
        2 => other.prop_map(Step::Again),
    ];
    let step = (step, 0_i32..120, any::<bool>());
    let step = step.prop_map(|(step, day, second_task)| PlannedStep { step, day, second_task });
    let steps = prop::collection::vec(step, 4..MOST_STEPS);
    steps.prop_map(Sequence)
}

/// A sequence on its way, with two members of its own.
struct Run {
    store: Store,
    scope: Scope,
    member: MemberId,
    /// The member that sales are moved to.
    other: MemberId,
    /// Makes the receipts and keys of this sequence unique.
    number: u32,
    steps: Vec<PlannedStep>,
    /// The redemptions, by their steps.
    redemptions: Mutex<HashMap<usize, RedemptionId>>,
}

/// Carries out a sequence by two tasks at once and proves the ledgers of both members, then repeats every
/// accepted request and proves the ledger again.
///
/// # Errors
/// A sentence on the broken ledger: its entries do not sum to the balance, a debt is below zero, or a
/// repeated request changed something.
pub async fn run(
    store: &Store,
    scope: &Scope,
    number: u32,
    sequence: Sequence,
) -> Result<(), String> {
    let [member, other] =
        [enrol(store, scope, 2 * number).await?, enrol(store, scope, 2 * number + 1).await?];
    let (store, scope) = (store.clone(), scope.clone());
    let (steps, redemptions) = (sequence.0, Mutex::default());
    let run = Arc::new(Run { store, scope, member, other, number, steps, redemptions });
    let tasks = [false, true].map(|second| tokio::spawn(Arc::clone(&run).take_all(second)));
    let mut accepted = Vec::new();
    for task in tasks {
        accepted.extend(task.await.map_err(|error| error.to_string())??);
    }
    let before = run.prove().await?;
    for index in accepted {
        run.take(index).await?;
    }
    let after = run.prove().await?;
    if before == after { Ok(()) } else { Err(format!("repeated: {before:?} became {after:?}")) }
}

async fn enrol(store: &Store, scope: &Scope, number: u32) -> Result<MemberId, String> {
    let mobile = format!("+33639{:06}", 980_000 + number % 10_000);
    let mobile = Mobile::parse(&mobile).map_err(|error| error.to_string())?;
    let new = NewMember { mobile, details: Details::default(), enrolment: Enrolment::Till };
    let made = store.create_member(scope, &new, noon(0)).await;
    Ok(made.map_err(|error| error.to_string())?.0.person.id)
}

fn day_of(day: i32) -> Day {
    Day::from_ordinal(20_454 + day)
}

/// Noon in Paris; one hour later in summer.
fn noon(day: i32) -> Instant {
    let second = 1_767_265_200 + i64::from(day) * 86_400;
    Instant::from_second(second).unwrap_or(Instant::UNIX_EPOCH)
}

impl Run {
    async fn take_all(self: Arc<Self>, second_task: bool) -> Result<Vec<usize>, String> {
        let mut accepted = Vec::new();
        for index in 0..self.steps.len() {
            let planned = self.steps[index];
            // A sale that was moved back would be moved again.
            let is_repeated =
                !matches!(planned.step, Step::DailyRun | Step::Again(_) | Step::Move(..));
            if planned.second_task == second_task && self.take(index).await? && is_repeated {
                accepted.push(index);
            }
        }
        Ok(accepted)
    }

    /// Takes a step; `false` where the store refused it. An error of the table breaks the sequence.
    async fn take(&self, index: usize) -> Result<bool, String> {
        let index = match self.steps[index].step {
            Step::Again(other) => other % self.steps.len(),
            _ => index,
        };
        let PlannedStep { step, day, .. } = self.steps[index];
        let now = noon(day);
        let (store, scope, member) = (&self.store, &self.scope, self.member);
        let done = match step {
            Step::Again(_) | Step::Adjust(0) => return Ok(false),
            Step::Sale(cents) => self.enter(index, PurchaseKind::Sale, cents).await,
            Step::AnonymousSale(cents) => {
                self.enter_for(Customer::Anonymous, index, PurchaseKind::Sale, cents).await
            }
            Step::Attach(sale) => {
                let receipt = self.receipt(sale % self.steps.len());
                store.attach_purchase(scope, &receipt, member, now).await.map(drop)
            }
            Step::Move(sale, back) => {
                let receipt = self.receipt(sale % self.steps.len());
                let to = if back { member } else { self.other };
                store.move_purchase(scope, &receipt, to, now).await.map(drop)
            }
            Step::Return(cents) => {
                self.enter(index, PurchaseKind::Return { of: None }, cents).await
            }
            Step::ReturnOf(sale, cents) => {
                let of = Some(self.receipt(sale % self.steps.len()));
                self.enter(index, PurchaseKind::Return { of }, cents).await
            }
            Step::Cancel(other) => {
                let receipt = self.receipt(other % self.steps.len());
                store.cancel_purchase(scope, &receipt, now).await.map(drop)
            }
            Step::Visit => self.visit(index).await,
            Step::Spend(points) => self.spend(index, points).await,
            Step::CancelSpend(other) => self.cancel_spend(other % self.steps.len(), day).await,
            Step::Adjust(points) => self.adjust(index, points).await,
            Step::DailyRun => store.run_day(scope, member, day_of(day), now).await.map(drop),
        };
        match done {
            Ok(()) => Ok(true),
            Err(error @ (StoreError::Unavailable(_) | StoreError::Corrupt(_))) => {
                Err(format!("step {index} {step:?}: {error}"))
            }
            Err(_) => Ok(false),
        }
    }

    async fn enter(&self, index: usize, kind: PurchaseKind, cents: i64) -> Result<(), StoreError> {
        self.enter_for(Customer::Member(self.member), index, kind, cents).await
    }

    async fn enter_for(
        &self,
        customer: Customer,
        index: usize,
        kind: PurchaseKind,
        cents: i64,
    ) -> Result<(), StoreError> {
        let (receipt, at) = (self.receipt(index), noon(self.steps[index].day));
        let total = Cents::new(cents);
        let purchase = Purchase::new(Sector::Retail, receipt, kind, at, total, vec![], None)?;
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        self.store.record_purchase(&self.scope, &customer, &entry, at).await.map(drop)
    }

    async fn visit(&self, index: usize) -> Result<(), StoreError> {
        let at = noon(self.steps[index].day);
        let establishment = EstablishmentId::parse("paris")?;
        let new = NewVisit { member: self.member, establishment, at };
        self.store.visit(&self.scope, &new, &self.key(index), at).await.map(drop)
    }

    async fn spend(&self, index: usize, points: i64) -> Result<(), StoreError> {
        let day = self.steps[index].day;
        let new = NewRedemption {
            member: self.member,
            wanted: Wanted::Bill(Points::new(points)),
            today: day_of(day),
        };
        let (Answered::New(made) | Answered::Replayed(made)) =
            self.store.redeem(&self.scope, &new, &self.key(index), noon(day)).await?;
        let mut redemptions = self.redemptions.lock().unwrap_or_else(PoisonError::into_inner);
        redemptions.insert(index, made.redemption.id);
        Ok(())
    }

    async fn cancel_spend(&self, of: usize, day: i32) -> Result<(), StoreError> {
        let id = self.redemptions.lock().unwrap_or_else(PoisonError::into_inner).get(&of).copied();
        let Some(id) = id else { return Err(StoreError::NotFound(Entity::Redemption)) };
        let (today, now) = (day_of(day), noon(day));
        self.store.cancel_redemption(&self.scope, self.member, id, today, now).await.map(drop)
    }

    async fn adjust(&self, index: usize, points: i64) -> Result<(), StoreError> {
        let day = self.steps[index].day;
        let (reason, reference) = (AdjustmentReason::Goodwill, None);
        let author = Operator::parse("7")?;
        let new = NewAdjustment {
            member: self.member,
            points: Points::new(points),
            adjustment: Adjustment { author, reason, reference },
            today: day_of(day),
        };
        self.store.adjust(&self.scope, &new, &self.key(index), noon(day)).await.map(drop)
    }

    fn receipt(&self, index: usize) -> Receipt {
        let number = format!("{}-{index}", self.number);
        Receipt {
            establishment: EstablishmentId::parse("paris").expect("a code"),
            register: Register::default(),
            day: day_of(self.steps[index].day),
            number: ReceiptNumber::parse(&number).expect("a receipt number"),
        }
    }

    fn key(&self, index: usize) -> IdempotencyKey {
        let text = format!("{}-{index}", self.number);
        let mut fingerprint = [0; 32];
        fingerprint[..8].copy_from_slice(&index.to_be_bytes());
        IdempotencyKey { text, fingerprint }
    }

    /// The accounts and the numbers of their entries, where the entries sum to the account.
    async fn prove(&self) -> Result<[(Account, u64); 2], String> {
        Ok([self.prove_member(self.member).await?, self.prove_member(self.other).await?])
    }

    async fn prove_member(&self, member: MemberId) -> Result<(Account, u64), String> {
        let proved = self.store.prove_member(&self.scope, member).await;
        let MemberProof { account, entries, sum } = proved.map_err(|error| error.to_string())?;
        let lots = account.lots.as_slice();
        if account.owed < Points::ZERO || lots.iter().any(|lot| lot.remaining <= Points::ZERO) {
            return Err(format!("below zero: {account:?}"));
        }
        if account.sum() == sum {
            Ok((account, entries))
        } else {
            Err(format!("entries sum to {sum}, the account to {}", account.sum()))
        }
    }
}
