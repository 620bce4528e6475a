//! The dry run of a sale: what the sale would give. Nothing is written.

use crate::coupon::redeem::{CouponBasket, CouponCustomer, TriedCoupon};
use crate::ledger::entry::welcome_gift;
use crate::member::account::StoredAccount;
use crate::member::activation::{activate_by_use, activate_in_person};
use crate::purchase::customer::{Customer, Holder};
use crate::{Consistency, Scope, Store, StoreError};
use domain::coupon::Refusal;
use domain::ledger::Balance;
use domain::member::Person;
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
    /// Whether the customer is present and activates the card.
    pub card_activated: bool,
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

/// The customer's balance of now, without the sale and with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DryRunCustomer {
    /// The member; absent where the sale would make the customer a member.
    pub member: Option<MemberId>,
    /// The balance before the sale.
    pub before: Balance,
    /// The balance after the sale, with the gifts of an enrolment and of an activation by the sale. Points that are
    /// owed are paid first.
    pub after: Balance,
}

/// The customer that the sale is tried on.
struct TrialCustomer {
    stored: StoredAccount,
    birth_month: Option<i8>,
    /// The person, where the sale would make the customer a member. No coupon is bound to this person.
    new: Option<Person>,
}

impl TrialCustomer {
    fn of(scope: &Scope, holder: Holder, now: Instant) -> Result<Self, StoreError> {
        Ok(match holder {
            Holder::Member { stored, birth_month } => Self { stored, birth_month, new: None },
            Holder::New { person: new, .. } => {
                let person = new.person(scope, now)?;
                let account = Account::default();
                let stored = StoredAccount { member: person.id, account, version: 0 };
                let birth_month = person.details.birth_date.map(Day::month_of_year);
                Self { stored, birth_month, new: Some(person) }
            }
        })
    }

    fn coupon_customer(&self) -> CouponCustomer {
        CouponCustomer {
            member: self.stored.member,
            absorbed: self.stored.account.absorbed.clone(),
            is_new: self.new.is_some(),
        }
    }

    /// Adds the gifts that the sale gives beside its own points: for the enrolment, and for the activation of the
    /// card.
    fn add_gifts(
        &mut self,
        scope: &Scope,
        sale: &DryRunSale<'_>,
        now: Instant,
    ) -> Result<(), StoreError> {
        if let Some(person) = &self.new {
            welcome_gift(scope, person, &mut self.stored.account, now)?;
        }
        if sale.card_activated {
            activate_in_person(scope, &mut self.stored, sale.sold_at, now)?;
        } else if self.new.is_none() {
            activate_by_use(scope, &mut self.stored, sale.sold_at, now)?;
        }
        Ok(())
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
        let DryRunSale { customer, establishment, sold_at, mut basket, codes, .. } = *sale;
        let holder = self.holder(scope, customer, sold_at, None, Consistency::Eventual).await?;
        let trial = holder.map(|holder| TrialCustomer::of(scope, holder, now)).transpose()?;
        let birth_month = trial.as_ref().and_then(|trial| trial.birth_month);
        let context = scope.context_at(establishment, birth_month);
        let day = Day::at(sold_at, context.zone);
        let coupon_basket = CouponBasket {
            gross: basket.total,
            lines: basket.lines,
            day,
            establishment,
            customer: trial.as_ref().map(TrialCustomer::coupon_customer),
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
            birth_month,
            level: None,
        };
        let programmes = context.programmes;
        let earn = |account: &mut Account| {
            ledger::earn_for_sale(account, basket, &earning_context, programmes)
        };
        let Some(mut trial) = trial else {
            let earning = earn(&mut Account::default());
            return Ok(PurchaseDryRun { earning, customer: None, coupons });
        };
        let today = Day::at(now, context.zone);
        let before = trial.stored.account.balance_on(today, programmes);
        trial.add_gifts(scope, sale, now)?;
        // The sale is an activity, which may postpone the expiry of other points.
        trial.stored.account.active_at(sold_at.min(now));
        trial.stored.account.bought(day.min(today), establishment);
        let earning = earn(&mut trial.stored.account);
        let after = trial.stored.account.balance_on(today, programmes);
        let member = trial.new.is_none().then_some(trial.stored.member);
        let customer = Some(DryRunCustomer { member, before, after });
        Ok(PurchaseDryRun { earning, customer, coupons })
    }
}
