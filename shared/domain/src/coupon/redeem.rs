//! The discount that a coupon gives on a basket, or the reason why the coupon gives none.

use crate::coupon::offer::{Benefit, Offer, Usage};
use crate::coupon::refusal::Refusal;
use crate::{Cents, Day, EstablishmentId, Line, MemberId, Quantity};

/// The stored state of a coupon's code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CouponState {
    /// The number of purchases that used the code while its uses were [counted](CouponState::is_counted).
    pub uses: u32,
    /// Whether the merchant disabled the code.
    pub disabled: bool,
    /// The only member who can use the code.
    pub bound_to: Option<MemberId>,
}

impl CouponState {
    /// Whether the uses of the code are counted. They are where a limit needs the count, and where only one member
    /// can use the code. A code that any number of customers may use has no count: every sale would write it.
    #[must_use]
    pub const fn is_counted(&self, usage: Usage) -> bool {
        usage.limit().is_some() || self.bound_to.is_some()
    }
}

/// A customer, and how often the customer used the offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// The customer.
    pub member: MemberId,
    /// The customer's uses of the offer so far.
    pub uses: u32,
}

/// The purchase that a coupon is used with.
#[derive(Debug, Clone, Copy)]
pub struct Basket<'a> {
    /// The amount before all discounts: the total paid plus every discount stated.
    pub gross: Cents,
    /// The lines that the till sent, perhaps none.
    pub lines: &'a [Line],
    /// The customer, where one is known.
    pub user: Option<User>,
    /// The day of the purchase, in the establishment's zone.
    pub day: Day,
    /// The establishment of the purchase.
    pub establishment: &'a EstablishmentId,
}

/// The largest discount that a coupon gives on a basket. It is never more than the basket's amount.
///
/// # Errors
/// The first [`Refusal`] that applies. Refusals of the coupon itself come before those of this basket.
pub fn redeem(offer: &Offer, coupon: &CouponState, basket: &Basket<'_>) -> Result<Cents, Refusal> {
    let terms = offer.terms();
    valid_on(offer, coupon, basket.day)?;
    if !terms.establishments.is_empty() && !terms.establishments.contains(basket.establishment) {
        return Err(Refusal::NotHere);
    }
    left_for(terms.usage, coupon, basket.user)?;
    if basket.gross < terms.minimum_spend {
        return Err(Refusal::BelowMinimum);
    }
    let gives = match &terms.benefit {
        Benefit::Value(value) => *value,
        Benefit::Percentage { share, most } => at_most(share.of(basket.gross), *most),
        Benefit::Product { sku, most } => {
            let cheapest = basket.lines.iter().filter(|line| line.sku.as_deref() == Some(sku));
            let cheapest = cheapest.map(one_piece).min().ok_or(Refusal::NoProduct)?;
            at_most(cheapest, *most)
        }
    };
    Ok(gives.min(basket.gross))
}

/// Checks that a member can still use a coupon: on `today` or, where the offer has not begun, on its first day. No
/// establishment and no basket is checked.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn usable_by(
    offer: &Offer,
    coupon: &CouponState,
    user: User,
    today: Day,
) -> Result<(), Refusal> {
    valid_on(offer, coupon, today.max(offer.terms().first_day))?;
    left_for(offer.terms().usage, coupon, Some(user))
}

/// Checks that a coupon is valid on a day.
fn valid_on(offer: &Offer, coupon: &CouponState, day: Day) -> Result<(), Refusal> {
    let terms = offer.terms();
    if offer.disabled || coupon.disabled {
        return Err(Refusal::Disabled);
    }
    if day < terms.first_day {
        return Err(Refusal::NotBegun);
    }
    if terms.last_day.is_some_and(|last| day > last) {
        return Err(Refusal::Expired);
    }
    Ok(())
}

/// Checks that a coupon has a use left for the customer.
fn left_for(usage: Usage, coupon: &CouponState, user: Option<User>) -> Result<(), Refusal> {
    if usage.limit().is_some_and(|limit| coupon.uses >= limit) {
        return Err(Refusal::UsedUp);
    }
    let limit_member = usage.limit_member();
    match user {
        None if coupon.bound_to.is_some() || limit_member.is_some() => Err(Refusal::NeedsMember),
        Some(user) if coupon.bound_to.is_some_and(|member| member != user.member) => {
            Err(Refusal::OfAnotherMember)
        }
        Some(user) if limit_member.is_some_and(|limit| user.uses >= limit) => {
            Err(Refusal::MemberLimit)
        }
        _ => Ok(()),
    }
}

/// Accepts the discount that the till states: at most what the coupon gives.
///
/// # Errors
/// [`Refusal::TooMuch`].
pub fn accept(stated: Cents, gives: Cents) -> Result<Cents, Refusal> {
    if stated > gives { Err(Refusal::TooMuch) } else { Ok(stated) }
}

fn at_most(amount: Cents, most: Option<Cents>) -> Cents {
    most.map_or(amount, |most| amount.min(most))
}

/// The price of one piece of a line, or of the whole line where its quantity is below one, as for weighed
/// goods.
fn one_piece(line: &Line) -> Cents {
    if line.quantity < Quantity::ONE {
        line.quantity.times(line.unit_price)
    } else {
        line.unit_price
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coupon::offer::{Share, Terms};
    use crate::{OfferId, Sector};
    use proptest::prelude::*;
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn shop(code: &str) -> EstablishmentId {
        EstablishmentId::parse(code).unwrap()
    }

    fn member(number: u8) -> MemberId {
        MemberId::from_bytes([number; 16])
    }

    fn terms() -> Terms {
        Terms {
            name: "Bienvenue".to_owned(),
            benefit: Benefit::Value(Cents::new(1_000)),
            minimum_spend: Cents::new(2_000),
            first_day: day("2026-11-01"),
            last_day: Some(day("2026-11-30")),
            establishments: vec![shop("paris"), shop("lyon")],
            usage: Usage::Multi { limit: Some(3), limit_member: Some(2) },
        }
    }

    fn offer(terms: Terms) -> Offer {
        Offer::new(OfferId::from_bytes([1; 16]), terms, false, Sector::Retail).unwrap()
    }

    fn line(sku: &str, thousandths: i64, cents: i64) -> Line {
        Line {
            sku: Some(sku.to_owned()),
            label: None,
            category: None,
            quantity: Quantity::from_thousandths(thousandths).unwrap(),
            unit_price: Cents::new(cents),
            discount: Cents::ZERO,
        }
    }

    /// A basket that every condition of an offer accepts.
    struct At {
        gross: i64,
        user: Option<User>,
        day: &'static str,
        shop: &'static str,
        state: CouponState,
    }

    impl Default for At {
        fn default() -> Self {
            let user = Some(of_member(1, 1));
            let state = CouponState { uses: 2, ..CouponState::default() };
            Self { gross: 2_000, user, day: "2026-11-24", shop: "paris", state }
        }
    }

    fn of_member(number: u8, uses: u32) -> User {
        User { member: member(number), uses }
    }

    fn bound(number: u8) -> CouponState {
        CouponState { bound_to: Some(member(number)), ..CouponState::default() }
    }

    #[rstest]
    #[case(At::default(), Ok(1_000))]
    #[case(At { day: "2026-11-01", ..At::default() }, Ok(1_000))]
    #[case(At { day: "2026-11-30", ..At::default() }, Ok(1_000))]
    #[case(At { day: "2026-10-31", ..At::default() }, Err(Refusal::NotBegun))]
    #[case(At { day: "2026-12-01", ..At::default() }, Err(Refusal::Expired))]
    #[case(At { shop: "lyon", ..At::default() }, Ok(1_000))]
    #[case(At { shop: "lille", ..At::default() }, Err(Refusal::NotHere))]
    #[case(At { gross: 1_999, ..At::default() }, Err(Refusal::BelowMinimum))]
    #[case(At { user: None, ..At::default() }, Err(Refusal::NeedsMember))]
    #[case(At { user: Some(of_member(1, 2)), ..At::default() }, Err(Refusal::MemberLimit))]
    #[case(At { state: bound(1), ..At::default() }, Ok(1_000))]
    #[case(At { state: bound(2), ..At::default() }, Err(Refusal::OfAnotherMember))]
    #[case(
        At { state: CouponState { uses: 3, ..CouponState::default() }, ..At::default() },
        Err(Refusal::UsedUp),
    )]
    #[case(
        At { state: CouponState { disabled: true, ..CouponState::default() }, ..At::default() },
        Err(Refusal::Disabled),
    )]
    fn each_reason_to_refuse_a_coupon_has_its_own_refusal(
        #[case] at: At,
        #[case] gives: Result<i64, Refusal>,
    ) {
        let basket = Basket {
            gross: Cents::new(at.gross),
            lines: &[],
            user: at.user,
            day: day(at.day),
            establishment: &shop(at.shop),
        };
        assert_eq!(redeem(&offer(terms()), &at.state, &basket), gives.map(Cents::new));
    }

    #[rstest]
    #[case::last_day("2026-11-30", bound(1), 1, Ok(()))]
    #[case::not_begun("2026-10-01", bound(1), 1, Ok(()))]
    #[case::ended("2026-12-01", bound(1), 1, Err(Refusal::Expired))]
    #[case::disabled("2026-11-24", CouponState { disabled: true, ..bound(1) }, 1, Err(Refusal::Disabled))]
    #[case::used_up("2026-11-24", CouponState { uses: 3, ..bound(1) }, 1, Err(Refusal::UsedUp))]
    #[case::used_up_before_it_begins("2026-10-01", CouponState { uses: 3, ..bound(1) }, 1, Err(Refusal::UsedUp))]
    #[case::of_another_member("2026-11-24", bound(2), 1, Err(Refusal::OfAnotherMember))]
    #[case::used_often_enough("2026-11-24", bound(1), 2, Err(Refusal::MemberLimit))]
    fn a_member_can_still_use_a_coupon_that_has_a_use_left_and_has_not_ended(
        #[case] today: &str,
        #[case] coupon: CouponState,
        #[case] uses: u32,
        #[case] found: Result<(), Refusal>,
    ) {
        let user = of_member(1, uses);
        assert_eq!(usable_by(&offer(terms()), &coupon, user, day(today)), found);
    }

    fn percentage(hundredths: i64, most: Option<i64>) -> Benefit {
        let share = Share::new(hundredths).unwrap();
        Benefit::Percentage { share, most: most.map(Cents::new) }
    }

    fn coffee(most: Option<i64>) -> Benefit {
        Benefit::Product { sku: "CAFE".to_owned(), most: most.map(Cents::new) }
    }

    #[rstest]
    #[case(Benefit::Value(Cents::new(5_000)), Ok(4_495))]
    #[case(percentage(1_000, None), Ok(450))]
    #[case(percentage(1_000, Some(300)), Ok(300))]
    #[case(percentage(10_000, None), Ok(4_495))]
    #[case(coffee(None), Ok(350))]
    #[case(coffee(Some(200)), Ok(200))]
    #[case(Benefit::Product { sku: "VRAC".to_owned(), most: None }, Ok(500))]
    #[case(Benefit::Product { sku: "THE".to_owned(), most: None }, Err(Refusal::NoProduct))]
    fn a_coupon_gives_the_benefit_of_its_offer_and_no_more_than_the_basket(
        #[case] benefit: Benefit,
        #[case] gives: Result<i64, Refusal>,
    ) {
        let usage = Usage::Single;
        let offer = offer(Terms { benefit, usage, minimum_spend: Cents::ZERO, ..terms() });
        let lines = [line("CAFE", 2_000, 500), line("CAFE", 1_000, 350), line("VRAC", 250, 2_000)];
        let basket = Basket {
            gross: Cents::new(4_495),
            lines: &lines,
            user: None,
            day: day("2026-11-24"),
            establishment: &shop("paris"),
        };
        let given = redeem(&offer, &CouponState::default(), &basket);
        assert_eq!(given, gives.map(Cents::new));
    }

    #[rstest]
    #[case(Usage::Single, false, true)]
    #[case(Usage::Multi { limit: Some(500), limit_member: None }, false, true)]
    #[case(Usage::Multi { limit: None, limit_member: Some(1) }, false, false)]
    #[case(Usage::Multi { limit: None, limit_member: Some(1) }, true, true)]
    fn a_code_that_any_number_of_customers_may_use_is_not_counted(
        #[case] usage: Usage,
        #[case] of_one_member: bool,
        #[case] counted: bool,
    ) {
        let state = if of_one_member { bound(1) } else { CouponState::default() };
        assert_eq!(state.is_counted(usage), counted);
    }

    #[test]
    fn a_disabled_offer_gives_nothing() {
        let mut offer = offer(terms());
        offer.disabled = true;
        let basket = Basket {
            gross: Cents::new(5_000),
            lines: &[],
            user: Some(of_member(1, 0)),
            day: day("2026-11-24"),
            establishment: &shop("paris"),
        };
        let given = redeem(&offer, &CouponState::default(), &basket);
        assert_eq!(given, Err(Refusal::Disabled));
    }

    #[test]
    fn a_till_may_take_off_less_than_the_coupon_gives_but_not_more() {
        let gives = Cents::new(450);
        assert_eq!(accept(Cents::new(449), gives), Ok(Cents::new(449)));
        assert_eq!(accept(gives, gives), Ok(gives));
        assert_eq!(accept(Cents::new(451), gives), Err(Refusal::TooMuch));
    }

    proptest! {
        #[test]
        fn a_coupon_never_takes_off_more_than_the_basket(
            gross in 0_i64..1_000_000,
            value in 1_i64..1_000_000,
            hundredths in 1_i64..=10_000,
            price in 0_i64..1_000_000,
        ) {
            let lines = [line("CAFE", 1_000, price)];
            let benefits =
                [Benefit::Value(Cents::new(value)), percentage(hundredths, None), coffee(None)];
            for benefit in benefits {
                let usage = Usage::Single;
                let offer =
                    offer(Terms { benefit, usage, minimum_spend: Cents::ZERO, ..terms() });
                let basket = Basket {
                    gross: Cents::new(gross),
                    lines: &lines,
                    user: None,
                    day: day("2026-11-24"),
                    establishment: &shop("paris"),
                };
                let gives = redeem(&offer, &CouponState::default(), &basket).unwrap();
                prop_assert!((0..=gross).contains(&gives.get()));
            }
        }
    }
}
