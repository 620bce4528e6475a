//! The dry run of a sale: what the sale would give. Nothing is written.

use crate::coupon::redeem::{CouponBasket, CouponCustomer, TriedCoupon};
use crate::purchase::customer::{Customer, Holder};
use crate::{Consistency, Scope, Store, StoreError};
use domain::coupon::Refusal;
use domain::ledger::Balance;
use domain::programme::{Basket, Earning, EarningContext};
use domain::{Account, Cents, CouponCode, Day, EstablishmentId, Instant, MemberId, ledger};

/// A sale to try.
#[derive(Clone, Copy)]
pub struct DryRunSale<'a> {
    /// The customer.
    pub customer: &'a Customer,
    /// The establishment.
    pub establishment: &'a EstablishmentId,
    /// When the sale is made.
    pub sold_at: Instant,
    /// The basket, before the coupons.
    pub basket: Basket<'a>,
    /// The codes of the coupons.
    pub codes: &'a [CouponCode],
}

/// What a sale would give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseDryRun {
    /// The points, each part with its reason.
    pub earning: Earning,
    /// The customer, where the sale has one.
    pub customer: Option<DryRunCustomer>,
    /// The coupons, in the order of the request.
    pub coupons: Vec<DryRunCoupon>,
}

/// A coupon that was tried on the basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRunCoupon {
    /// The code.
    pub code: CouponCode,
    /// The name of the offer; absent for a code that does not exist.
    pub offer: Option<String>,
    /// The discount, or the reason of the refusal.
    pub gives: Result<Cents, Refusal>,
}

/// The customer's balance before and after the sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DryRunCustomer {
    /// The member; absent where the sale would make the customer a member.
    pub member: Option<MemberId>,
    /// The balance before the sale.
    pub before: Balance,
    /// The balance after the sale. Points that are owed are paid first.
    pub after: Balance,
}

/// The account that the sale is tried on.
#[derive(Default)]
struct TrialAccount {
    account: Account,
    member: Option<MemberId>,
    birth_month: Option<i8>,
    /// The customer who uses the coupons. A person who would become a member has no identifier yet, so no
    /// coupon is bound to this person.
    customer: Option<CouponCustomer>,
}

impl TrialAccount {
    fn of(holder: Option<Holder>) -> Self {
        match holder {
            Some(Holder::Member { stored, birth_month }) => {
                let member = stored.member;
                let customer = Some(CouponCustomer { member, is_new: false });
                Self { account: stored.account, member: Some(member), birth_month, customer }
            }
            Some(Holder::New { person: new, .. }) => {
                let member = MemberId::from_bytes([0; 16]);
                let customer = Some(CouponCustomer { member, is_new: true });
                let birth_month = new.details.birth_date.map(Day::month_of_year);
                Self { birth_month, customer, ..Self::default() }
            }
            None => Self::default(),
        }
    }
}

impl Store {
    /// Computes what [`Store::record_purchase`] would give. Each coupon is tried on the whole basket. The
    /// discounts together are at most the amount of the basket, and the points are earned on the amount
    /// that is left to pay.
    ///
    /// | Customer | Round trips | Read units |
    /// | --- | --- | --- |
    /// | a member by identifier | 1 | 0.5 |
    /// | a member by contact | 2 | 1 |
    /// | anonymous | 0 | 0 |
    ///
    /// Each coupon adds 1 round trip. The balance is read eventually: a sale of a moment ago may be missing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a customer who is not a member.
    pub async fn dry_run_purchase(
        &self,
        scope: &Scope,
        sale: &DryRunSale<'_>,
        now: Instant,
    ) -> Result<PurchaseDryRun, StoreError> {
        let DryRunSale { customer, establishment, sold_at, mut basket, codes } = *sale;
        let holder = self.holder(scope, customer, sold_at, None, Consistency::Eventual).await?;
        let mut trial = TrialAccount::of(holder);
        let context = scope.context_at(establishment, trial.birth_month);
        let day = Day::at(sold_at, context.zone);
        let coupon_basket = CouponBasket {
            gross: basket.total,
            lines: basket.lines,
            day,
            establishment,
            customer: trial.customer,
        };
        let mut coupons = Vec::with_capacity(codes.len());
        for code in codes {
            let TriedCoupon { coupon, discount } =
                self.try_coupon(scope, code, &coupon_basket, now).await?;
            let gives = discount.map(|discount| discount.min(basket.total));
            basket.total = basket.total - gives.unwrap_or(Cents::ZERO);
            let offer = coupon.map(|coupon| coupon.offer.terms().name.clone());
            coupons.push(DryRunCoupon { code: code.clone(), offer, gives });
        }
        let earning_context = EarningContext {
            day,
            minute: Day::minute_at(sold_at, context.zone),
            establishment,
            birth_month: trial.birth_month,
            level: None,
        };
        let programmes = context.programmes;
        let account = &mut trial.account;
        let before = account.balance_on(day, programmes);
        let earning = ledger::earn_for_sale(account, basket, &earning_context, programmes);
        let after = account.balance_on(day, programmes);
        let member = trial.member;
        let customer = trial.customer.map(|_| DryRunCustomer { member, before, after });
        Ok(PurchaseDryRun { earning, customer, coupons })
    }
}
