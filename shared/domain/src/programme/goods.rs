//! Which goods a rule is about.

use crate::Line;
use crate::values::text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Goods by their code or their category; both empty is all goods where a rule is about goods, and
/// none where goods are excluded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Goods {
    /// Stock-keeping units, as the till writes them.
    pub skus: BTreeSet<String>,
    /// Categories, in whatever case and with whatever accents.
    pub categories: BTreeSet<String>,
}

/// How particularly goods are meant: the more particular rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meant {
    All,
    Category,
    Product,
}

impl Goods {
    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.skus.is_empty() && self.categories.is_empty()
    }

    /// Whether a line is named, by its code or by its category.
    #[must_use]
    pub fn name(&self, line: &Line) -> bool {
        matches!(self.meant(line), Some(Meant::Category | Meant::Product))
    }

    pub(crate) fn meant(&self, line: &Line) -> Option<Meant> {
        if self.is_empty() {
            return Some(Meant::All);
        }
        if line.sku.as_ref().is_some_and(|sku| self.skus.contains(sku)) {
            return Some(Meant::Product);
        }
        let category = line.category.as_deref()?;
        let named = self.categories.iter().any(|named| text::same(named, category));
        named.then_some(Meant::Category)
    }
}
