//! Reduces an optician's basket to the form that is stored: an amount for each commercial family.
//!
//! The lines of an optician reveal health data, which the GDPR register excludes. So labels and
//! codes are removed before anything is stored.

use super::line::Line;
use crate::values::text;
use crate::{Cents, Quantity};

/// The closed list of commercial families of an optician.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Frames and lenses, undivided.
    Optical,
    /// Sunglasses.
    Sun,
    /// Cases, cords, sprays.
    Accessory,
    /// Everything else.
    Other,
}

impl Family {
    /// The family of a category of a till or a file. A category that is not on the list is
    /// [`Family::Other`].
    #[must_use]
    pub fn of(category: Option<&str>) -> Self {
        match category.map(|category| text::folded(category.trim())).as_deref() {
            Some("optique") => Self::Optical,
            Some("solaire") => Self::Sun,
            Some("accessoire" | "accessoires") => Self::Accessory,
            _ => Self::Other,
        }
    }

    /// The family's French name, as the merchant reads it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optical => "optique",
            Self::Sun => "solaire",
            Self::Accessory => "accessoire",
            Self::Other => "autre",
        }
    }
}

/// Whether a category names one of the families, in whatever case and with whatever accents.
#[must_use]
pub fn is_family(category: &str) -> bool {
    Family::of(Some(category)) != Family::Other || text::folded(category.trim()) == "autre"
}

/// Reduces a basket to one line for each family, with its amount and nothing else.
#[must_use]
pub fn cut_down(lines: &[Line]) -> Vec<Line> {
    let families = [Family::Optical, Family::Sun, Family::Accessory, Family::Other];
    families
        .into_iter()
        .filter_map(|family| {
            let mut amounts = lines
                .iter()
                .filter(|line| Family::of(line.category.as_deref()) == family)
                .map(Line::amount)
                .peekable();
            amounts.peek()?;
            Some(Line {
                sku: None,
                label: None,
                category: Some(family.name().to_owned()),
                quantity: Quantity::ONE,
                unit_price: amounts.sum(),
                discount: Cents::ZERO,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opticians_basket_is_reduced_to_families_and_amounts_without_health_data() {
        let line = |label: &str, category: Option<&str>, cents| Line {
            sku: Some("VERRE-PROG-+2.50".to_owned()),
            label: Some(label.to_owned()),
            category: category.map(str::to_owned),
            quantity: Quantity::ONE,
            unit_price: Cents::new(cents),
            discount: Cents::ZERO,
        };
        let kept = cut_down(&[
            line("Verre progressif +2,50", Some("Optique"), 30_000),
            line("Monture", Some("optique"), 12_000),
            line("Lentilles toriques", Some("Contactologie"), 4_000),
            line("Étui", Some("accessoires"), 500),
        ]);
        let seen: Vec<_> = kept
            .iter()
            .map(|line| (line.category.as_deref().unwrap(), line.amount().get()))
            .collect();
        assert_eq!(seen, [("optique", 42_000), ("accessoire", 500), ("autre", 4_000)]);
        assert!(kept.iter().all(|line| line.sku.is_none() && line.label.is_none()));
    }
}
