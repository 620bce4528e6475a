//! The one ledger: what a document does to an account. The till, the file and later the birthday
//! all come through here, and every entry's points sum to the balance.

use crate::{Account, Cents, Day, EarningRules, Invalid, Kind, MemberId, Points, Purchase};

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
    /// How many of the points have been taken back.
    pub points_taken: Points,
}

impl SaleInForce {
    /// Returns `amount` of it: the points taken back, pro rata of all that came back so far and
    /// rounded in the customer's favour, so that parts never take more than the whole gave and the
    /// last part takes the rest.
    ///
    /// # Errors
    /// [`Invalid::ReturnExceedsSale`].
    pub fn take_return(&mut self, amount: Cents) -> Result<Points, Invalid> {
        let returned = self.returned + amount;
        if returned > self.total {
            return Err(Invalid::ReturnExceedsSale);
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

/// Gives what a sale of `total` on `day` earns: the points, for a sale and for its dry run alike.
pub fn reward(account: &mut Account, day: Day, total: Cents, rules: &EarningRules) -> Points {
    let points = rules.earned(day, total);
    account.give(day, points);
    points
}

/// Enters a sale: the points it gives by the rule of its day.
pub fn enter_sale(account: &mut Account, purchase: &Purchase, rules: &EarningRules) -> Points {
    let day = purchase.receipt().day;
    let points = reward(account, day, purchase.total(), rules);
    account.count(day, purchase.total(), 1);
    account.bought(day, &purchase.receipt().establishment);
    account.active_at(purchase.sold_at());
    points
}

/// Enters a return: zero or fewer points, those its sale gave or, where it names none, those the
/// rule of its own day would have given.
///
/// # Errors
/// [`Invalid::ReturnExceedsSale`].
pub fn enter_return(
    account: &mut Account,
    purchase: &Purchase,
    sale: Option<&mut SaleInForce>,
    rules: &EarningRules,
) -> Result<Points, Invalid> {
    let day = purchase.receipt().day;
    let (earned_on, points) = match sale {
        Some(sale) => (sale.day, sale.take_return(purchase.total())?),
        None => (day, rules.earned(day, purchase.total())),
    };
    account.take_back(earned_on, points);
    account.count(day, -purchase.total(), 0);
    account.active_at(purchase.sold_at());
    Ok(-points)
}

/// Undoes a document of `day` that gave `points` (fewer than zero for a return): the balance is what
/// it would be without it. `earned_on` is the day of the points: a return's are those of its sale.
pub fn cancel(
    account: &mut Account,
    kind: &Kind,
    day: Day,
    earned_on: Day,
    total: Cents,
    points: Points,
) {
    match kind {
        Kind::Sale => {
            account.take_back(earned_on, points);
            account.count(day, -total, -1);
        }
        Kind::Return { .. } => {
            account.give(earned_on, -points);
            account.count(day, total, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::{ReceiptNumber, Register};
    use crate::{EarningRule, EstablishmentId, Instant, Receipt, Rounding, Sector};
    use proptest::prelude::*;

    fn rules() -> EarningRules {
        let rule = EarningRule::new(1, Cents::new(100), Rounding::Down).unwrap();
        EarningRules::new(vec![(Day::FIRST, rule)])
    }

    fn purchase(kind: Kind, cents: i64) -> Purchase {
        let receipt = Receipt {
            establishment: EstablishmentId::parse("paris").unwrap(),
            register: Register::default(),
            day: Day::parse("2026-11-24").unwrap(),
            number: ReceiptNumber::parse("1").unwrap(),
        };
        let total = Cents::new(cents);
        Purchase::new(Sector::Retail, receipt, kind, Instant::UNIX_EPOCH, total, vec![], None)
            .unwrap()
    }

    fn sale_of(cents: i64, points: i64) -> SaleInForce {
        SaleInForce {
            member: None,
            day: Day::parse("2026-11-20").unwrap(),
            total: Cents::new(cents),
            points: Points::new(points),
            returned: Cents::ZERO,
            points_taken: Points::ZERO,
        }
    }

    #[test]
    fn a_return_that_names_its_sale_takes_back_its_share() {
        let mut account = Account::default();
        enter_sale(&mut account, &purchase(Kind::Sale, 9_999), &rules());
        let mut sale = sale_of(9_999, 99);
        let part = purchase(Kind::Return { of: None }, 3_333);
        let taken: Vec<_> = (0..3)
            .map(|_| enter_return(&mut account, &part, Some(&mut sale), &rules()).unwrap().get())
            .collect();
        assert_eq!(taken, [-33, -33, -33]);
        assert_eq!(account.balance(), Points::ZERO);
        assert_eq!(
            enter_return(&mut account, &part, Some(&mut sale), &rules()),
            Err(Invalid::ReturnExceedsSale)
        );
    }

    #[test]
    fn a_return_that_names_no_sale_takes_by_the_rule_of_its_day() {
        let mut account = Account::default();
        let back = purchase(Kind::Return { of: None }, 1_250);
        assert_eq!(enter_return(&mut account, &back, None, &rules()), Ok(Points::new(-12)));
        assert_eq!(account.balance(), Points::new(-12));
    }

    #[test]
    fn a_cancelled_sale_leaves_the_account_as_if_it_had_not_been() {
        let mut account = Account::default();
        let sale = purchase(Kind::Sale, 1_250);
        let points = enter_sale(&mut account, &sale, &rules());
        let day = sale.receipt().day;
        cancel(&mut account, sale.kind(), day, day, sale.total(), points);
        assert_eq!((account.balance(), account.visits), (Points::ZERO, 0));
        assert_eq!((account.spend, account.earned), (Cents::ZERO, Points::ZERO));
    }

    proptest! {
        #[test]
        fn parts_returned_never_take_more_than_the_whole_gave(
            points in 0i64..10_000, parts in prop::collection::vec(0i64..5_000, 1..20),
        ) {
            let total: i64 = parts.iter().sum();
            let mut sale = sale_of(total, points);
            let mut taken = 0;
            for part in parts {
                let share = sale.take_return(Cents::new(part)).unwrap().get();
                prop_assert!(share >= 0);
                taken += share;
                prop_assert!(taken <= points);
            }
            prop_assert_eq!(taken, points);
        }
    }
}
