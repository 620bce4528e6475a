//! What an optician's basket may keep. Its lines reveal health: the amount and one family of a
//! closed list stay, label and sku go before anything is stored (register: sensitive data, none).

use crate::values::text;
use crate::{Cents, Line, Quantity};

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
    /// The family a till's or a file's category means; what is not one of the list is [`Family::Other`].
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

/// Cuts a basket down to one line a family, with its amount and nothing else.
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
    fn an_opticians_basket_keeps_amounts_and_families_and_nothing_of_health() {
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
