//! What a sale would give, computed as if it were recorded. Nothing is written.

use crate::coupon::redeem::Tried;
use crate::purchase::read::{Customer, Holder};
use crate::{Consistency, Scope, Store, StoreError};
use domain::coupon::Refusal;
use domain::ledger::Balance;
use domain::programme::{Basket, Earning, EarningContext};
use domain::{Account, Cents, CouponCode, Day, EstablishmentId, Instant, MemberId, ledger};

/// What a sale would give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseDryRun {
    /// The points, and why.
    pub earning: Earning,
    /// Of whom, where the sale has a customer.
    pub customer: Option<DryRunCustomer>,
    /// What each coupon would take off, or why it would not, in the order they were given.
    pub coupons: Vec<DryRunCoupon>,
}

/// A coupon tried on a basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRunCoupon {
    /// The code.
    pub code: CouponCode,
    /// What the merchant calls its offer; absent for a code that there is not.
    pub offer: Option<String>,
    /// What it would take off.
    pub gives: Result<Cents, Refusal>,
}

/// What a sale would make of its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DryRunCustomer {
    /// The member; absent where the sale would make one.
    pub member: Option<MemberId>,
    /// The balance before it.
    pub before: Balance,
    /// The balance after it: what is owed is paid first.
    pub after: Balance,
}

impl Store {
    /// Reckons a sale of a basket at an establishment by the programme that [`Store::record_purchase`] would
    /// apply. Each coupon is tried on the whole basket; together they take off no more than it comes to,
    /// and the points are those of what is left to pay.
    ///
    /// No round trip for nobody, 1 for a member given by identifier (half a read unit), 2 by contact
    /// (1 read unit), and 1 more a coupon. The balance is read eventually: one of a sale just made may be missing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a customer that is no member.
    pub async fn dry_run_purchase(
        &self,
        scope: &Scope,
        customer: &Customer,
        (establishment, sold_at): (&EstablishmentId, Instant),
        basket: Basket<'_>,
        codes: &[CouponCode],
        now: Instant,
    ) -> Result<PurchaseDryRun, StoreError> {
        let buyer = (customer, sold_at);
        let holder = self.holder(scope, buyer, None, Consistency::Eventual).await?;
        let known = holder.is_some();
        let (member, mut account, birth_month) = match holder {
            Some(Holder::Member { id, account, birth_month, .. }) => {
                (Some(id), account, birth_month)
            }
            Some(Holder::New(new)) => {
                (None, Account::default(), new.details.birth_date.map(Day::month_of_year))
            }
            None => (None, Account::default(), None),
        };
        let context = scope.context_at(establishment, birth_month);
        let day = Day::at(sold_at, context.zone);
        let minute = Day::minute_at(sold_at, context.zone);
        let earning_context =
            EarningContext { day, minute, establishment, birth_month, level: None };
        let programmes = context.programmes;
        let tried = Tried {
            gross: basket.total,
            lines: basket.lines,
            day,
            establishment,
            member: match (member, known) {
                (Some(member), _) => Some((member, false)),
                // Who would become a member has no identifier yet, and no coupon that is bound to one.
                (None, true) => Some((MemberId::from_bytes([0; 16]), true)),
                (None, false) => None,
            },
        };
        let mut basket = basket;
        let mut coupons = Vec::with_capacity(codes.len());
        for code in codes {
            let (coupon, gives) = self.try_coupon(scope, code, &tried, now).await?;
            let gives = gives.map(|gives| gives.min(basket.total));
            basket.total = basket.total - gives.unwrap_or(Cents::ZERO);
            let offer = coupon.map(|coupon| coupon.offer.terms().name.clone());
            coupons.push(DryRunCoupon { code: code.clone(), offer, gives });
        }
        let before = account.balance_on(day, programmes);
        let earning = ledger::earn_for_sale(&mut account, basket, &earning_context, programmes);
        let after = account.balance_on(day, programmes);
        let customer = known.then_some(DryRunCustomer { member, before, after });
        Ok(PurchaseDryRun { earning, customer, coupons })
    }
}
