//! An offer of coupons and a reward, valid from November 2026 on.

use domain::coupon::offer::{Benefit, Terms as OfferTerms, Usage};
use domain::reward::{Given, Terms as RewardTerms};
use domain::{Cents, Day, Points};

fn first_day() -> Day {
    Day::parse("2026-11-01").expect("a day")
}

/// An offer that takes `value` off any sale.
#[must_use]
pub fn offer_terms(value: Cents, usage: Usage) -> OfferTerms {
    OfferTerms {
        name: "Bienvenue".to_owned(),
        benefit: Benefit::Value(value),
        minimum_spend: Cents::ZERO,
        first_day: first_day(),
        last_day: None,
        establishments: vec![],
        usage,
    }
}

/// A mug that each member can have once.
#[must_use]
pub fn mug_terms(points: Points) -> RewardTerms {
    RewardTerms {
        name: "Tasse".to_owned(),
        points,
        given: Given::Goods,
        stock: None,
        limit_member: Some(1),
        first_day: first_day(),
        last_day: None,
        level: None,
    }
}
