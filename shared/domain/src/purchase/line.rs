//! A line of a basket.

use super::limits::{CATEGORY_LENGTH, LABEL_LENGTH, SKU_LENGTH};
use crate::values::text;
use crate::{Cents, InvalidField, Quantity};

/// A line of a basket. The amounts of a return are without sign too. A file may have lines below zero, of
/// goods that were exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The merchant's code of the article.
    pub sku: Option<String>,
    /// The name that the ticket prints.
    pub label: Option<String>,
    /// The merchant's family of articles.
    pub category: Option<String>,
    /// Pieces, kilograms or metres.
    pub quantity: Quantity,
    /// The price of one, taxes included.
    pub unit_price: Cents,
    /// The discount on the whole line.
    pub discount: Cents,
}

impl Line {
    /// The amount of the line: quantity times price, less the discount.
    #[must_use]
    pub fn amount(&self) -> Cents {
        self.quantity.times(self.unit_price) - self.discount
    }
}

/// The texts of a line: trimmed, bounded, and absent where they are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineTexts {
    /// See [`Line::sku`].
    pub sku: Option<String>,
    /// See [`Line::label`].
    pub label: Option<String>,
    /// See [`Line::category`].
    pub category: Option<String>,
}

/// Reads the texts of a line.
///
/// # Errors
/// The first text that is too long or has control characters.
pub fn line_texts(sku: &str, label: &str, category: &str) -> Result<LineTexts, InvalidField> {
    let read = |text, limit, pointer| {
        text::optional(text, limit).map_err(|error| InvalidField::new(pointer, error))
    };
    Ok(LineTexts {
        sku: read(sku, SKU_LENGTH, "/sku")?,
        label: read(label, LABEL_LENGTH, "/label")?,
        category: read(category, CATEGORY_LENGTH, "/category")?,
    })
}
