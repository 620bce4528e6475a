//! An offer (*offre*): the benefit of its coupons, and when, where and how often they can be used.

use crate::{
    Cents, CouponError, Day, DomainError, EstablishmentId, InvalidField, OfferId, Sector,
    ValueError,
};

/// A share of a basket, in hundredths of a percent: 1 to 10 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u16);

impl Share {
    /// The whole basket.
    const WHOLE: u16 = 10_000;

    /// A share of 1 to 10 000 hundredths of a percent.
    ///
    /// # Errors
    /// [`CouponError::OfferShare`].
    pub fn new(hundredths: i64) -> Result<Self, DomainError> {
        match u16::try_from(hundredths) {
            Ok(share @ 1..=Self::WHOLE) => Ok(Self(share)),
            _ => Err(CouponError::OfferShare.into()),
        }
    }

    /// The hundredths of a percent.
    #[must_use]
    pub const fn hundredths(self) -> u16 {
        self.0
    }

    /// The share of an amount, rounded up to a whole cent, as tills may round it.
    #[must_use]
    pub fn of(self, amount: Cents) -> Cents {
        let product = amount.get().max(0).saturating_mul(i64::from(self.0));
        let whole = i64::from(Self::WHOLE);
        Cents::new(product.saturating_add(whole - 1) / whole)
    }
}

/// The discount that a coupon gives on a basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Benefit {
    /// An amount.
    Value(Cents),
    /// A share of the basket before all discounts.
    Percentage {
        /// The share.
        share: Share,
        /// The largest discount.
        most: Option<Cents>,
    },
    /// One piece of an article: the cheapest in the basket.
    Product {
        /// The merchant's code of the article.
        sku: String,
        /// The largest discount.
        most: Option<Cents>,
    },
}

/// How often a code can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// With one purchase.
    Single,
    /// With several purchases.
    Multi {
        /// The uses of a code in all; `None` for any number.
        limit: Option<u32>,
        /// The uses of the offer by one member. The customer must then be known.
        limit_member: Option<u32>,
    },
}

impl Usage {
    /// The most uses of one code where the customers share a limit. Each use is a write to the code's item, so the
    /// limit bounds these writes. A code without such a limit is not counted.
    pub const MOST_SHARED_USES: u32 = 10_000;

    /// The uses of a code in all; `None` for any number.
    #[must_use]
    pub const fn limit(self) -> Option<u32> {
        match self {
            Self::Single => Some(1),
            Self::Multi { limit, .. } => limit,
        }
    }

    /// The uses of the offer by one member.
    #[must_use]
    pub const fn limit_member(self) -> Option<u32> {
        match self {
            Self::Single => None,
            Self::Multi { limit_member, .. } => limit_member,
        }
    }
}

/// The terms of an offer, as its merchant wrote them. [`Offer::new`] checks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The merchant's name for the offer.
    pub name: String,
    /// The discount that a coupon gives.
    pub benefit: Benefit,
    /// The least amount of the basket before all discounts.
    pub minimum_spend: Cents,
    /// The first day on which coupons can be used, in the establishment's zone.
    pub first_day: Day,
    /// The last day on which coupons can be used, included; `None` for no end.
    pub last_day: Option<Day>,
    /// The establishments where coupons can be used; empty for all.
    pub establishments: Vec<EstablishmentId>,
    /// How often a code can be used.
    pub usage: Usage,
}

/// An offer of one merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its identifier.
    pub id: OfferId,
    /// Whether the merchant disabled the offer: its coupons then give nothing.
    pub disabled: bool,
    terms: Terms,
}

impl Offer {
    /// An offer of a merchant of `sector`.
    ///
    /// # Errors
    /// The first field that is not accepted: the benefit is nothing ([`ValueError::AmountZero`]), or an
    /// article at an optician's ([`CouponError::OfferArticle`]); the offer ends before it begins
    /// ([`CouponError::OfferDays`]) or never ends ([`CouponError::OfferWithoutEnd`]); a limit is zero
    /// ([`CouponError::OfferLimitZero`]), too high ([`CouponError::OfferLimitHigh`]), or contradicts the other
    /// ([`CouponError::OfferLimits`]).
    pub fn new(
        id: OfferId,
        terms: Terms,
        disabled: bool,
        sector: Sector,
    ) -> Result<Self, InvalidField> {
        let refuse = |pointer, error: DomainError| Err(InvalidField::new(pointer, error));
        match &terms.benefit {
            Benefit::Value(value) if value.get() < 1 => {
                return refuse("/benefit/value_cents", ValueError::AmountZero.into());
            }
            Benefit::Percentage { most: Some(most), .. }
            | Benefit::Product { most: Some(most), .. }
                if most.get() < 1 =>
            {
                return refuse("/benefit/most_cents", ValueError::AmountZero.into());
            }
            Benefit::Product { .. } if sector == Sector::Optical => {
                return refuse("/benefit/type", CouponError::OfferArticle.into());
            }
            _ => {}
        }
        if terms.last_day.is_some_and(|last| last < terms.first_day) {
            return refuse("/last_day", CouponError::OfferDays.into());
        }
        if let Usage::Multi { limit, limit_member } = terms.usage {
            if limit == Some(0) {
                return refuse("/usage/limit", CouponError::OfferLimitZero.into());
            }
            if limit.is_some_and(|limit| limit > Usage::MOST_SHARED_USES) {
                return refuse("/usage/limit", CouponError::OfferLimitHigh.into());
            }
            if limit_member == Some(0) {
                return refuse("/usage/limit_member", CouponError::OfferLimitZero.into());
            }
            match (limit, limit_member) {
                (None, None) => return refuse("/usage/limit", CouponError::OfferWithoutEnd.into()),
                (None, Some(_)) if terms.last_day.is_none() => {
                    return refuse("/last_day", CouponError::OfferWithoutEnd.into());
                }
                (Some(limit), Some(of_member)) if of_member > limit => {
                    return refuse("/usage/limit_member", CouponError::OfferLimits.into());
                }
                _ => {}
            }
        }
        Ok(Self { id, disabled, terms })
    }

    /// An offer that [`Offer::new`] checked before it was stored. For the store only.
    #[must_use]
    pub const fn from_stored(id: OfferId, terms: Terms, disabled: bool) -> Self {
        Self { id, disabled, terms }
    }

    /// Its terms.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn terms() -> Terms {
        Terms {
            name: "Bienvenue".to_owned(),
            benefit: Benefit::Value(Cents::new(1_000)),
            minimum_spend: Cents::ZERO,
            first_day: day("2026-11-01"),
            last_day: Some(day("2026-11-30")),
            establishments: vec![],
            usage: Usage::Single,
        }
    }

    const fn multi(limit: Option<u32>, limit_member: Option<u32>) -> Usage {
        Usage::Multi { limit, limit_member }
    }

    fn product(most: Option<i64>) -> Benefit {
        Benefit::Product { sku: "CAFE-250".to_owned(), most: most.map(Cents::new) }
    }

    type Found = Result<(), InvalidField>;

    fn refused(pointer: &'static str, error: impl Into<DomainError>) -> Found {
        Err(InvalidField::new(pointer, error))
    }

    #[rstest]
    #[case(terms(), Ok(()))]
    #[case(Terms { last_day: None, ..terms() }, Ok(()))]
    #[case(Terms { last_day: Some(day("2026-11-01")), ..terms() }, Ok(()))]
    #[case(
        Terms { last_day: Some(day("2026-10-31")), ..terms() },
        refused("/last_day", CouponError::OfferDays),
    )]
    #[case(
        Terms { benefit: Benefit::Value(Cents::ZERO), ..terms() },
        refused("/benefit/value_cents", ValueError::AmountZero),
    )]
    #[case(
        Terms { benefit: product(Some(0)), ..terms() },
        refused("/benefit/most_cents", ValueError::AmountZero),
    )]
    #[case(Terms { usage: multi(Some(500), None), last_day: None, ..terms() }, Ok(()))]
    #[case(Terms { usage: multi(Some(500), Some(1)), ..terms() }, Ok(()))]
    #[case(Terms { usage: multi(None, Some(1)), ..terms() }, Ok(()))]
    #[case(
        Terms { usage: multi(None, Some(1)), last_day: None, ..terms() },
        refused("/last_day", CouponError::OfferWithoutEnd),
    )]
    #[case(
        Terms { usage: multi(None, None), ..terms() },
        refused("/usage/limit", CouponError::OfferWithoutEnd),
    )]
    #[case(
        Terms { usage: multi(Some(0), None), ..terms() },
        refused("/usage/limit", CouponError::OfferLimitZero),
    )]
    #[case(Terms { usage: multi(Some(10_000), None), ..terms() }, Ok(()))]
    #[case(
        Terms { usage: multi(Some(10_001), None), ..terms() },
        refused("/usage/limit", CouponError::OfferLimitHigh),
    )]
    #[case(
        Terms { usage: multi(Some(2), Some(3)), ..terms() },
        refused("/usage/limit_member", CouponError::OfferLimits),
    )]
    fn an_offer_that_contradicts_itself_is_refused_with_its_field(
        #[case] terms: Terms,
        #[case] found: Found,
    ) {
        let id = OfferId::from_bytes([1; 16]);
        assert_eq!(Offer::new(id, terms, false, Sector::Retail).map(|_| ()), found);
    }

    #[rstest]
    #[case(Sector::Retail, Ok(()))]
    #[case(Sector::Optical, refused("/benefit/type", CouponError::OfferArticle))]
    fn an_opticians_offer_is_never_on_an_article(#[case] sector: Sector, #[case] found: Found) {
        let terms = Terms { benefit: product(None), ..terms() };
        let id = OfferId::from_bytes([1; 16]);
        assert_eq!(Offer::new(id, terms, false, sector).map(|_| ()), found);
    }

    #[rstest]
    #[case(0, None)]
    #[case(1, Some(1))]
    #[case(1_000, Some(450))]
    #[case(10_000, Some(4_495))]
    #[case(10_001, None)]
    #[case(-1, None)]
    fn a_share_is_more_than_nothing_and_at_most_the_whole(
        #[case] hundredths: i64,
        #[case] of_44_95: Option<i64>,
    ) {
        let share = Share::new(hundredths).ok();
        assert_eq!(share.map(|share| share.of(Cents::new(4_495)).get()), of_44_95);
    }
}
