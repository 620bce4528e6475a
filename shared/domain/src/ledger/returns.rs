//! A return: the points of the sale that are taken back.

use crate::ledger::account::Account;
use crate::ledger::context::ProgrammeContext;
use crate::ledger::sale::basket;
use crate::programme::{Programme, ReturnPolicy};
use crate::{Cents, Day, MemberId, Points, Purchase, PurchaseError};

/// A sale that was not cancelled, as the ledger remembers it for its returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleInForce {
    /// The customer of the sale, where it has one.
    pub member: Option<MemberId>,
    /// The printed day.
    pub day: Day,
    /// The amount paid.
    pub total: Cents,
    /// The points that the sale gave.
    pub points: Points,
    /// The amount returned so far.
    pub returned: Cents,
    /// The points taken back so far, those forgiven included.
    pub points_taken: Points,
}

impl SaleInForce {
    /// Returns `amount` of the sale, and gives the points to take back. They are pro rata of everything
    /// returned so far, rounded in the customer's favour. So partial returns never take more than the sale
    /// gave, and the last one takes the rest.
    ///
    /// # Errors
    /// [`PurchaseError::ReturnExceedsSale`].
    pub fn take_return(&mut self, amount: Cents) -> Result<Points, PurchaseError> {
        let returned = self.returned + amount;
        if returned > self.total {
            return Err(PurchaseError::ReturnExceedsSale);
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

/// The points taken back with a sale, and those that the merchant's policy forgave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Points taken from the balance, zero or more.
    pub taken: Points,
    /// Points that the balance no longer had and that are not owed.
    pub forgiven: Points,
}

/// Enters a return. It takes back the share of the points that its sale gave. Where it names no sale, it
/// takes back the points that its amount would earn on its own day, without visits, multipliers and
/// bonuses.
///
/// # Errors
/// [`PurchaseError::ReturnExceedsSale`].
pub fn enter_return(
    account: &mut Account,
    purchase: &Purchase,
    sale: Option<&mut SaleInForce>,
    context: &ProgrammeContext<'_>,
) -> Result<TakenBack, PurchaseError> {
    let day = purchase.receipt().day;
    let programmes = context.programmes;
    let (earned_on, points) = if let Some(sale) = sale {
        (sale.day, sale.take_return(purchase.total())?)
    } else {
        let earning_context = context.of_purchase(purchase);
        let spend =
            |programme: &Programme| programme.earn_for_spend(basket(purchase), &earning_context);
        (day, programmes.on(day).map_or(Points::ZERO, spend))
    };
    let taken_back = take_back(account, earned_on, points, programmes.returns_on(day));
    account.count(day, -purchase.total(), 0);
    account.active_at(purchase.sold_at());
    Ok(taken_back)
}

/// Takes back points that a sale of `day` gave, as far as the merchant's policy allows.
pub(super) fn take_back(
    account: &mut Account,
    day: Day,
    points: Points,
    policy: ReturnPolicy,
) -> TakenBack {
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
