//! The one ledger: what a document does to an account. The till, the file, the birthday and the
//! merchant's own hand all come through here, and every entry's points sum to the balance.

mod error;

pub use error::LedgerError;

pub mod account;
pub mod daily_run;
pub mod lots;

pub mod entry;

use crate::ledger::account::Given;
use crate::ledger::lots::Lot;
use crate::programme::level::LevelCode;
use crate::programme::{Basket, Earning, EarningContext, Programme, Programmes, ReturnPolicy};
use crate::{
    Account, Cents, Day, DomainError, EstablishmentId, Instant, Kind, MemberId, Points, Purchase,
    PurchaseError,
};
use jiff::tz::TimeZone;

/// What the ledger asks about the customer and the place of a sale beyond the sale itself.
#[derive(Debug, Clone, Copy)]
pub struct ProgrammeContext<'a> {
    /// The merchant's programmes.
    pub programmes: &'a Programmes,
    /// The establishment's zone.
    pub zone: &'a TimeZone,
    /// The month of the customer's birthday, 1 to 12, where it is known.
    pub birth_month: Option<i8>,
}

/// What the ledger remembers of a sale, for the returns and the cancellation that may follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleInForce {
    /// Whose sale it is, where it has a customer.
    pub member: Option<MemberId>,
    /// The day printed on it.
    pub day: Day,
    /// What was paid.
    pub total: Cents,
    /// What it gave.
    pub points: Points,
    /// How much of the total has come back.
    pub returned: Cents,
    /// How many of the points have been taken back, those forgiven among them.
    pub points_taken: Points,
}

impl SaleInForce {
    /// Returns `amount` of it: the points taken back, pro rata of all that came back so far and
    /// rounded in the customer's favour, so that parts never take more than the whole gave and the
    /// last part takes the rest.
    ///
    /// # Errors
    /// [`PurchaseError::ReturnExceedsSale`].
    pub fn take_return(&mut self, amount: Cents) -> Result<Points, DomainError> {
        let returned = self.returned + amount;
        if returned > self.total {
            return Err(PurchaseError::ReturnExceedsSale.into());
        }
        let due = if returned == self.total {
            self.points
        } else {
            let share = i128::from(self.points.get()) * i128::from(returned.get())
                / i128::from(self.total.get().max(1));
            Points::new(i64::try_from(share).unwrap_or(i64::MAX))
        };
        let taken = due - self.points_taken;
        self.returned = returned;
        self.points_taken = due;
        Ok(taken)
    }
}

/// What was taken back with a sale, and what of it the merchant's policy forgave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Taken from the balance, zero or more.
    pub taken: Points,
    /// Not there any more, and let go.
    pub forgiven: Points,
}

/// What a sale of a basket would give, and gives to the account: the points and why, for a sale and
/// for its dry run alike.
pub fn earn_for_sale(
    account: &mut Account,
    basket: Basket<'_>,
    earning_context: &EarningContext<'_>,
    programmes: &Programmes,
) -> Earning {
    let Some(programme) = programmes.on(earning_context.day) else { return Earning::default() };
    let level = level_of(account, programme);
    let earning_context = EarningContext { level: level.as_ref(), ..*earning_context };
    let earning = programme.earn(basket, &earning_context, account.day_so_far(earning_context.day));
    earn(account, Given::by_sale(earning_context.day), earning.total(), programme);
    earning
}

/// Enters a sale: the points it gives by the programme of its day, and why.
pub fn enter_sale(
    account: &mut Account,
    purchase: &Purchase,
    context: &ProgrammeContext<'_>,
) -> Earning {
    let earning_context = earning_context(purchase, context);
    let earning = earn_for_sale(account, basket(purchase), &earning_context, context.programmes);
    count_sale(account, purchase);
    earning
}

/// Enters a visit without a sale, at an establishment: what the programme of its day gives for coming,
/// and why.
pub fn enter_visit(
    account: &mut Account,
    (establishment, at): (&EstablishmentId, Instant),
    context: &ProgrammeContext<'_>,
) -> Earning {
    let day = Day::at(at, context.zone);
    account.count(day, Cents::ZERO, 1);
    account.active_at(at);
    let Some(programme) = context.programmes.on(day) else { return Earning::default() };
    let level = level_of(account, programme);
    let earning_context = EarningContext {
        day,
        minute: Day::minute_at(at, context.zone),
        establishment,
        birth_month: context.birth_month,
        level: level.as_ref(),
    };
    let earning = programme.earn_for_visit(&earning_context, account.day_so_far(day));
    earn(account, Given::by_visit(day), earning.total(), programme);
    earning
}

/// Enters a return: takes back what its share of the sale gave or, where it names none, what money
/// alone would have earned on its own day.
///
/// # Errors
/// [`PurchaseError::ReturnExceedsSale`].
pub fn enter_return(
    account: &mut Account,
    purchase: &Purchase,
    sale: Option<&mut SaleInForce>,
    context: &ProgrammeContext<'_>,
) -> Result<TakenBack, DomainError> {
    let day = purchase.receipt().day;
    let programmes = context.programmes;
    let (earned_on, points) = if let Some(sale) = sale {
        (sale.day, sale.take_return(purchase.total())?)
    } else {
        let earning_context = earning_context(purchase, context);
        let spend =
            |programme: &Programme| programme.earn_for_spend(basket(purchase), &earning_context);
        (day, programmes.on(day).map_or(Points::ZERO, spend))
    };
    let taken_back = take_back(account, earned_on, points, programmes.returns_on(day));
    account.count(day, -purchase.total(), 0);
    account.active_at(purchase.sold_at());
    Ok(taken_back)
}

/// A document to be undone.
#[derive(Debug, Clone, Copy)]
pub struct Undone<'a> {
    /// Sale or return.
    pub kind: &'a Kind,
    /// The day printed on it.
    pub day: Day,
    /// The day of its points: a return's are those of its sale.
    pub earned_on: Day,
    /// Its amount, without sign.
    pub total: Cents,
    /// What it gave, below zero for a return.
    pub points: Points,
}

/// Undoes a document: the balance is what it would be without it, but for what the merchant's policy
/// forgives of a sale whose points were spent.
pub fn cancel(account: &mut Account, undone: &Undone<'_>, programmes: &Programmes) -> TakenBack {
    let Undone { kind, day, earned_on, total, points } = *undone;
    match kind {
        Kind::Sale => {
            let policy = programmes.returns_on(day);
            let taken_back = take_back(account, earned_on, points, policy);
            account.count(day, -total, -1);
            if account.days.iter().any(|count| count.day == day) {
                account.count_in_day(day, Points::ZERO, -1);
            }
            taken_back
        }
        Kind::Return { .. } => {
            account.give(Given::by_sale(earned_on), -points);
            account.count(day, total, 0);
            TakenBack::default()
        }
    }
}

/// Moves a sale that gave `points` from one account to another, which earns exactly them, by the rules
/// of neither. What the first one spent of them already is owed or forgiven as for a cancelled sale.
pub fn move_sale(
    from: &mut Account,
    to: &mut Account,
    purchase: &Purchase,
    points: Points,
    programmes: &Programmes,
) -> TakenBack {
    let day = purchase.receipt().day;
    let (kind, total) = (purchase.kind(), purchase.total());
    let taken_back = cancel(from, &Undone { kind, day, earned_on: day, total, points }, programmes);
    match programmes.on(day) {
        Some(programme) => earn(to, Given::by_sale(day), points, programme),
        None => to.give(Given::by_sale(day), points),
    }
    count_sale(to, purchase);
    taken_back
}

/// Spends points on `today`, those that end soonest first, and names the lots they came from.
///
/// # Errors
/// [`LedgerError::NotEnoughPoints`].
pub fn spend(
    account: &mut Account,
    points: Points,
    today: Day,
    programmes: &Programmes,
) -> Result<Vec<Lot>, DomainError> {
    if points <= Points::ZERO || account.balance_on(today, programmes).available < points {
        return Err(LedgerError::NotEnoughPoints.into());
    }
    let last_active = account.last_active_day();
    Ok(account.lots.draw(points, |lot| {
        let last_day = programmes.expires_on(lot, last_active);
        let active = programmes.available_on(lot) <= today
            && last_day.is_none_or(|last_day| today <= last_day);
        active.then_some((last_day.is_none(), last_day, lot.day))
    }))
}

/// Gives back what was spent, each lot to its own day. What has ended since ends again.
pub fn give_back(account: &mut Account, lots: &[Lot]) {
    for lot in lots {
        let paid = lot.remaining.min(account.owed).max(Points::ZERO);
        account.owed -= paid;
        account.lots.add(Lot { remaining: lot.remaining - paid, ..*lot });
    }
}

/// Takes out the lots that ended before `today`.
pub fn expire(account: &mut Account, today: Day, programmes: &Programmes) -> Vec<Lot> {
    let last_active = account.last_active_day();
    account.lots.draw(Points::new(i64::MAX), |lot| {
        let last_day = programmes.expires_on(lot, last_active)?;
        (last_day < today).then_some((last_day, lot.day))
    })
}

/// Corrects a balance by hand: gives points, or takes some that can be spent (`points` below zero),
/// and names the lots those came from.
///
/// # Errors
/// [`LedgerError::NotEnoughPoints`] where it would take more than the balance holds.
pub fn adjust(
    account: &mut Account,
    points: Points,
    today: Day,
    programmes: &Programmes,
) -> Result<Vec<Lot>, DomainError> {
    if points < Points::ZERO {
        return spend(account, -points, today, programmes);
    }
    account.give(Given::freely(today), points);
    Ok(vec![])
}

fn level_of(account: &Account, programme: &Programme) -> Option<LevelCode> {
    account.level_in(&programme.terms().levels).map(|level| level.code.clone())
}

/// Gives what a visit earned, counts it into its day, and raises the level where it reaches one.
fn earn(account: &mut Account, given: Given, points: Points, programme: &Programme) {
    account.give(given, points);
    if programme.counts_days() {
        account.count_in_day(given.day(), points, 1);
    }
    account.raise_level(&programme.terms().levels, given.day());
}

fn count_sale(account: &mut Account, purchase: &Purchase) {
    let day = purchase.receipt().day;
    account.count(day, purchase.total(), 1);
    account.bought(day, &purchase.receipt().establishment);
    account.active_at(purchase.sold_at());
}

fn take_back(account: &mut Account, day: Day, points: Points, policy: ReturnPolicy) -> TakenBack {
    let taken = match policy {
        ReturnPolicy::Negative => points,
        ReturnPolicy::DownToZero => points.min(account.sum().max(Points::ZERO)),
    };
    account.take_back(day, taken);
    if account.days.iter().any(|count| count.day == day) {
        account.count_in_day(day, -taken, 0);
    }
    TakenBack { taken, forgiven: points - taken }
}

fn basket(purchase: &Purchase) -> Basket<'_> {
    Basket { total: purchase.total(), lines: purchase.lines() }
}

fn earning_context<'a>(
    purchase: &'a Purchase,
    context: &ProgrammeContext<'a>,
) -> EarningContext<'a> {
    EarningContext {
        day: purchase.receipt().day,
        minute: Day::minute_at(purchase.sold_at(), context.zone),
        establishment: &purchase.receipt().establishment,
        birth_month: context.birth_month,
        level: None,
    }
}

#[cfg(test)]
mod tests;
