//! The terms of a programme, as its merchant wrote them.

use super::condition::Condition;
use super::expiry::Expiry;
use super::goods::Goods;
use super::level::Level;
use super::rules::{Bonus, Gifts, Multiplier, Rounding, SpendRule, VisitRule};
use crate::{Cents, Day, Points};
use serde::{Deserialize, Serialize};

/// The unit of balances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Points.
    #[default]
    Points,
    /// Cents of euro that the merchant gives back (*cagnotte*).
    Cents,
}

/// How far a return may take a balance whose points are spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnPolicy {
    /// Below zero: points that were spent are owed, and the next points earned pay them.
    #[default]
    Negative,
    /// To zero: points that were spent are forgiven.
    DownToZero,
}

/// The terms of a programme, as its merchant wrote them. [`super::Programme::check`] checks them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// The unit of balances.
    pub unit: Unit,
    /// The rounding of points.
    pub rounding: Rounding,
    /// Rules that give points for money.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spend: Vec<SpendRule>,
    /// Rules that give points for visits (a stamp card).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitRule>,
    /// Multipliers. Only the greatest of those that apply counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub multipliers: Vec<Multiplier>,
    /// Points that are added after the multiplier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bonuses: Vec<Bonus>,
    /// Points that are given without a sale.
    pub gifts: Gifts,
    /// Goods that earn nothing.
    #[serde(skip_serializing_if = "Goods::is_empty")]
    pub excluded: Goods,
    /// Whether a line sold at a discount earns nothing.
    pub discounts_excluded: bool,
    /// The least amount of a sale that earns points.
    pub minimum_spend: Cents,
    /// The most points that a member earns on one day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_cap: Option<Points>,
    /// How far a return may take a balance.
    pub returns: ReturnPolicy,
    /// The number of days in which points of a sale are pending: the time for returns.
    pub pending_days: u8,
    /// When points that are not spent expire.
    pub expiry: Expiry,
    /// The levels, from the lowest to the highest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
}

impl Terms {
    /// Whether no rule gives points for money, for visits or as a bonus.
    #[must_use]
    pub fn earns_nothing(&self) -> bool {
        let for_money = self.spend.iter().any(|rule| rule.points > 0);
        !for_money && self.visits.is_empty() && self.bonuses.is_empty()
    }

    /// The same terms without the rules that end before `day`.
    #[must_use]
    pub fn without_ended_rules(mut self, day: Day) -> Self {
        let lasts = |when: &Condition| when.until.is_none_or(|until| day <= until);
        self.spend.retain(|rule| lasts(&rule.when));
        self.visits.retain(|rule| lasts(&rule.when));
        self.multipliers.retain(|rule| lasts(&rule.when));
        self.bonuses.retain(|rule| lasts(&rule.when));
        self
    }

    /// Every condition of a rule, with its JSON pointer: `/spend/0/when`.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (String, &Condition)> {
        let spend = self.spend.iter().map(|rule| &rule.when).enumerate();
        let visits = self.visits.iter().map(|rule| &rule.when).enumerate();
        let multipliers = self.multipliers.iter().map(|rule| &rule.when).enumerate();
        let bonuses = self.bonuses.iter().map(|rule| &rule.when).enumerate();
        spend
            .map(|(index, when)| (format!("/spend/{index}/when"), when))
            .chain(visits.map(|(index, when)| (format!("/visits/{index}/when"), when)))
            .chain(multipliers.map(|(index, when)| (format!("/multipliers/{index}/when"), when)))
            .chain(bonuses.map(|(index, when)| (format!("/bonuses/{index}/when"), when)))
    }
}
