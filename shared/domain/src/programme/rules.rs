//! What a programme gives, and for what.

use super::condition::Condition;
use super::goods::Goods;
use crate::{Cents, Points};
use serde::{Deserialize, Serialize};

/// What becomes of a fraction of a point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Only whole points already reached.
    #[default]
    Down,
    /// The nearest whole point, a half counting as one.
    Nearest,
    /// Every fraction begun is a point.
    Up,
}

impl Rounding {
    /// `numerator` over `denominator` in whole points; neither is below zero.
    pub(crate) fn divide(self, numerator: i128, denominator: i128) -> Points {
        let denominator = denominator.max(1);
        let added = match self {
            Self::Down => 0,
            Self::Nearest => denominator / 2,
            Self::Up => denominator - 1,
        };
        let whole = numerator.max(0).saturating_add(added) / denominator;
        Points::new(i64::try_from(whole).unwrap_or(i64::MAX))
    }
}

/// So many points for so many cents: 1 point for each euro is 1 per 100. A line of the basket earns
/// by the rule that means it most particularly (its code, then its category, then all goods), and of
/// equals by the one that gives most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendRule {
    /// What the merchant calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The points of each [`SpendRule::per`].
    pub points: u32,
    /// The amount that gives [`SpendRule::points`].
    pub per: Cents,
    /// For which goods.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    pub goods: Goods,
    /// When.
    pub when: Condition,
}

impl SpendRule {
    /// A rule for whatever is sold, whenever.
    #[must_use]
    pub fn of_everything(points: u32, per: Cents) -> Self {
        Self { name: None, points, per, goods: Goods::default(), when: Condition::default() }
    }
}

/// Points for coming: one stamp a visit is 1 point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRule {
    /// What the merchant calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The points of a visit.
    pub points: u32,
    /// How many visits of one day count, sales and others together.
    pub most_a_day: u8,
    /// When.
    pub when: Condition,
}

/// More of what spending and coming earned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multiplier {
    /// What the merchant calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In hundredths: twice the points is 200.
    pub hundredths: u32,
    /// When.
    pub when: Condition,
}

/// What a bonus is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Each {
    /// Once a sale that has some of the goods.
    Sale,
    /// Once for each whole piece of them, up to so many points a sale.
    Piece {
        /// The most of one sale.
        most_a_sale: u32,
    },
}

/// Points added after the multiplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bonus {
    /// What the merchant calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many.
    pub points: u32,
    /// For what.
    pub each: Each,
    /// For which goods.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    pub goods: Goods,
    /// When.
    pub when: Condition,
}

/// What is given without a sale; zero where nothing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gifts {
    /// On becoming a member.
    pub welcome: u32,
    /// On completing the registration.
    pub activation: u32,
    /// On the birthday, once a year.
    pub birthday: u32,
}
