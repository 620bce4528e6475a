//! The goods of a rule.

use crate::purchase::Line;
use crate::values::text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Goods, named by code or by category. A rule that names no goods is for all goods; an exclusion that names
/// no goods excludes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Goods {
    /// Codes of articles (stock-keeping units). Case does not matter.
    pub skus: BTreeSet<String>,
    /// Categories. Case and accents do not matter.
    pub categories: BTreeSet<String>,
}

/// How specifically a rule names a line. The more specific rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Specificity {
    All,
    Category,
    Product,
}

impl Goods {
    /// Whether no goods are named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.skus.is_empty() && self.categories.is_empty()
    }

    /// Whether the code or the category of a line is named.
    #[must_use]
    pub fn name(&self, line: &Line) -> bool {
        matches!(self.matches(line), Some(Specificity::Category | Specificity::Product))
    }

    /// Whether both name the same article code or the same category.
    pub(super) fn overlap(&self, other: &Self) -> bool {
        let skus = |sku: &str| other.skus.iter().any(|other| text::same_but_case(sku, other));
        let categories = |name: &str| other.categories.iter().any(|other| text::same(name, other));
        self.skus.iter().any(|sku| skus(sku)) || self.categories.iter().any(|name| categories(name))
    }

    /// How specifically the goods name a line; `None` where they do not name it.
    pub(crate) fn matches(&self, line: &Line) -> Option<Specificity> {
        if self.is_empty() {
            return Some(Specificity::All);
        }
        let is_named = |sku: &str| self.skus.iter().any(|named| text::same_but_case(named, sku));
        if line.sku.as_deref().is_some_and(is_named) {
            return Some(Specificity::Product);
        }
        let category = line.category.as_deref()?;
        let named = self.categories.iter().any(|named| text::same(named, category));
        named.then_some(Specificity::Category)
    }
}
