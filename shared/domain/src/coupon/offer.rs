//! An offer (*offre*): what its coupons give, when, where, and how often. A merchant's terms are data,
//! checked when they are saved.

use crate::{Cents, CouponError, Day, DomainError, EstablishmentId, OfferId, Sector, ValueError};

/// A share of a basket, in hundredths of a percent: 1 to 10 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u16);

impl Share {
    /// The whole basket.
    const WHOLE: u16 = 10_000;

    /// A share of so many hundredths of a percent.
    ///
    /// # Errors
    /// [`CouponError::OfferShare`] for nothing, and for more than the whole.
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

    /// The share of an amount, a cent begun counting whole, as a till may round it.
    #[must_use]
    pub fn of(self, amount: Cents) -> Cents {
        let product = amount.get().max(0).saturating_mul(i64::from(self.0));
        let whole = i64::from(Self::WHOLE);
        Cents::new(product.saturating_add(whole - 1) / whole)
    }
}

/// What a coupon takes off a basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Benefit {
    /// An amount.
    Value(Cents),
    /// A share of the basket before all discounts.
    Percentage {
        /// The share.
        share: Share,
        /// At most so much.
        most: Option<Cents>,
    },
    /// One piece of an article: the cheapest in the basket.
    Product {
        /// The merchant's code of the article.
        sku: String,
        /// At most so much.
        most: Option<Cents>,
    },
}

/// How often a code gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// With one purchase.
    Single,
    /// With several.
    Multi {
        /// Uses of a code in all; `None` for any number.
        limit: Option<u32>,
        /// Uses of the offer by one member; the customer must then be known.
        limit_member: Option<u32>,
    },
}

impl Usage {
    /// Uses of a code in all; `None` for any number.
    #[must_use]
    pub const fn limit(self) -> Option<u32> {
        match self {
            Self::Single => Some(1),
            Self::Multi { limit, .. } => limit,
        }
    }

    /// Uses of the offer by one member.
    #[must_use]
    pub const fn limit_member(self) -> Option<u32> {
        match self {
            Self::Single => None,
            Self::Multi { limit_member, .. } => limit_member,
        }
    }
}

/// What an offer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What the merchant calls it.
    pub name: String,
    /// What its coupons give.
    pub benefit: Benefit,
    /// The least that the basket must come to before all discounts.
    pub minimum_spend: Cents,
    /// The first day it holds, in the establishment's zone.
    pub first_day: Day,
    /// The last day it holds, that day included; `None` for no end.
    pub last_day: Option<Day>,
    /// Where it holds; everywhere where it is empty.
    pub establishments: Vec<EstablishmentId>,
    /// How often a code of it gives.
    pub usage: Usage,
}

/// An offer of one merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its identifier.
    pub id: OfferId,
    /// Whether it gives nothing for the time being.
    pub disabled: bool,
    terms: Terms,
}

impl Offer {
    /// An offer of a merchant of `sector`.
    ///
    /// # Errors
    /// The field that stands against it and why: one that takes nothing off
    /// ([`ValueError::AmountZero`]), ends before it begins ([`CouponError::OfferDays`]), gives without end
    /// ([`CouponError::OfferWithoutEnd`]), contradicts itself ([`CouponError::OfferLimits`]) or would read an
    /// optician's articles ([`CouponError::OfferArticle`]).
    pub fn new(
        id: OfferId,
        terms: Terms,
        disabled: bool,
        sector: Sector,
    ) -> Result<Self, (&'static str, DomainError)> {
        match &terms.benefit {
            Benefit::Value(value) if value.get() < 1 => {
                return Err(("benefit/value_cents", ValueError::AmountZero.into()));
            }
            Benefit::Percentage { most: Some(most), .. }
            | Benefit::Product { most: Some(most), .. }
                if most.get() < 1 =>
            {
                return Err(("benefit/most_cents", ValueError::AmountZero.into()));
            }
            Benefit::Product { .. } if sector == Sector::Optical => {
                return Err(("benefit/type", CouponError::OfferArticle.into()));
            }
            _ => {}
        }
        if terms.last_day.is_some_and(|last| last < terms.first_day) {
            return Err(("last_day", CouponError::OfferDays.into()));
        }
        if let Usage::Multi { limit, limit_member } = terms.usage {
            if limit == Some(0) {
                return Err(("usage/limit", CouponError::OfferLimitZero.into()));
            }
            if limit_member == Some(0) {
                return Err(("usage/limit_member", CouponError::OfferLimitZero.into()));
            }
            match (limit, limit_member) {
                (None, None) => return Err(("usage/limit", CouponError::OfferWithoutEnd.into())),
                (None, Some(_)) if terms.last_day.is_none() => {
                    return Err(("last_day", CouponError::OfferWithoutEnd.into()));
                }
                (Some(limit), Some(of_member)) if of_member > limit => {
                    return Err(("usage/limit_member", CouponError::OfferLimits.into()));
                }
                _ => {}
            }
        }
        Ok(Self { id, disabled, terms })
    }

    /// An offer that was checked when it was saved.
    #[must_use]
    pub const fn from_stored(id: OfferId, terms: Terms, disabled: bool) -> Self {
        Self { id, disabled, terms }
    }

    /// What it says.
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

    type Found = Result<(), (&'static str, DomainError)>;

    #[rstest]
    #[case(terms(), Ok(()))]
    #[case(Terms { last_day: None, ..terms() }, Ok(()))]
    #[case(Terms { last_day: Some(day("2026-11-01")), ..terms() }, Ok(()))]
    #[case(
        Terms { last_day: Some(day("2026-10-31")), ..terms() },
        Err(("last_day", CouponError::OfferDays.into())),
    )]
    #[case(
        Terms { benefit: Benefit::Value(Cents::ZERO), ..terms() },
        Err(("benefit/value_cents", ValueError::AmountZero.into())),
    )]
    #[case(
        Terms { benefit: product(Some(0)), ..terms() },
        Err(("benefit/most_cents", ValueError::AmountZero.into())),
    )]
    #[case(Terms { usage: multi(Some(500), None), last_day: None, ..terms() }, Ok(()))]
    #[case(Terms { usage: multi(Some(500), Some(1)), ..terms() }, Ok(()))]
    #[case(Terms { usage: multi(None, Some(1)), ..terms() }, Ok(()))]
    #[case(
        Terms { usage: multi(None, Some(1)), last_day: None, ..terms() },
        Err(("last_day", CouponError::OfferWithoutEnd.into())),
    )]
    #[case(
        Terms { usage: multi(None, None), ..terms() },
        Err(("usage/limit", CouponError::OfferWithoutEnd.into())),
    )]
    #[case(
        Terms { usage: multi(Some(0), None), ..terms() },
        Err(("usage/limit", CouponError::OfferLimitZero.into())),
    )]
    #[case(
        Terms { usage: multi(Some(2), Some(3)), ..terms() },
        Err(("usage/limit_member", CouponError::OfferLimits.into())),
    )]
    fn an_offer_is_checked_when_it_is_saved(#[case] terms: Terms, #[case] found: Found) {
        let id = OfferId::from_bytes([1; 16]);
        assert_eq!(Offer::new(id, terms, false, Sector::Retail).map(|_| ()), found);
    }

    #[rstest]
    #[case(Sector::Retail, Ok(()))]
    #[case(Sector::Optical, Err(("benefit/type", CouponError::OfferArticle.into())))]
    fn an_opticians_offer_reads_no_article(#[case] sector: Sector, #[case] found: Found) {
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
    fn a_share_is_of_something_and_of_no_more_than_all(
        #[case] hundredths: i64,
        #[case] of_44_95: Option<i64>,
    ) {
        let share = Share::new(hundredths).ok();
        assert_eq!(share.map(|share| share.of(Cents::new(4_495)).get()), of_44_95);
    }
}
