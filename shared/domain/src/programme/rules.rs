//! The rules of a programme.

use super::condition::Condition;
use super::goods::Goods;
use crate::{Cents, Points};
use serde::{Deserialize, Serialize};

/// The rounding of points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// A fraction of a point is nothing.
    #[default]
    Down,
    /// To the nearest whole point, a half upwards.
    Nearest,
    /// A fraction of a point is a point.
    Up,
}

impl Rounding {
    /// `numerator` over `denominator`, in whole points. Neither is below zero.
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

/// Points for money: 1 point for each euro is 1 point per 100 cents.
///
/// A line of the basket earns by the rule that names the line most specifically: by its code, then by its
/// category, then by all goods. Of equally specific rules, the one that gives most counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendRule {
    /// The merchant's name for the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The points for each [`SpendRule::per`].
    pub points: u32,
    /// The amount that gives [`SpendRule::points`].
    pub per: Cents,
    /// The goods that earn.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    pub goods: Goods,
    /// When the rule applies.
    pub when: Condition,
}

impl SpendRule {
    /// A rule for all goods, without a condition.
    #[must_use]
    pub fn of_everything(points: u32, per: Cents) -> Self {
        Self { name: None, points, per, goods: Goods::default(), when: Condition::default() }
    }
}

/// Points for visits: a stamp for each visit is 1 point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRule {
    /// The merchant's name for the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The points of a visit.
    pub points: u32,
    /// The most visits of one day that count. Sales and visits without a sale count together.
    pub most_a_day: u8,
    /// When the rule applies.
    pub when: Condition,
}

/// Multiplies the points of spending and of visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multiplier {
    /// The merchant's name for the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The factor, in hundredths: twice the points is 200.
    pub hundredths: u32,
    /// When the rule applies.
    pub when: Condition,
}

/// How often a bonus is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Each {
    /// Once for each sale that has some of the goods.
    Sale,
    /// Once for each whole piece of the goods, up to a number of points for each sale.
    Piece {
        /// The most points of one sale.
        most_a_sale: u32,
    },
}

/// Points that are added after the multiplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bonus {
    /// The merchant's name for the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The points of the bonus.
    pub points: u32,
    /// How often the bonus is given.
    pub each: Each,
    /// The goods that earn the bonus.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    pub goods: Goods,
    /// When the rule applies.
    pub when: Condition,
}

/// Points that are given without a sale; zero for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gifts {
    /// When the person becomes a member.
    pub welcome: u32,
    /// When the member's card is activated.
    pub activation: u32,
    /// On the member's birthday, once a year.
    pub birthday: u32,
}
