//! A line of a receipt, read from one row.

use crate::file::cell::{read, read_code};
use crate::file::columns::Column;
use crate::file::document_type::DocumentType;
use crate::file::refusal::RowRefusal;
use domain::purchase::{self, LABEL_LENGTH, LineTexts};
use domain::{Cents, Line, Quantity, Sector, ValueError};

/// A line with its sign in a field of its own, since only the last row shows whether the document is a return.
pub(crate) struct SignedLine {
    /// The line, with quantity, price and discount without their signs.
    pub(crate) line: Line,
    pub(crate) is_negative: bool,
    /// The document type of the row.
    pub(crate) document_type: Option<DocumentType>,
}

/// The amounts of a row, without their signs.
struct Amounts {
    quantity: Quantity,
    unit_price: Cents,
    discount: Cents,
    is_negative: bool,
}

/// Whether a row is worth nothing: a gift with the quantity 0, and no amount of the line. It adds nothing to its
/// receipt.
pub(crate) fn is_worth_nothing<'c>(cell: &impl Fn(Column) -> &'c str) -> bool {
    let is_zero = |text: &str| {
        text.contains('0') && text.chars().all(|character| matches!(character, '0' | ',' | '.'))
    };
    let amount = cell(Column::LineAmount);
    is_zero(cell(Column::Quantity))
        && (amount.is_empty() || Cents::parse(amount) == Ok(Cents::ZERO))
}

impl SignedLine {
    /// Reads the line of a row; `None` where the row has no amount.
    pub(crate) fn read<'c>(
        cell: &impl Fn(Column) -> &'c str,
        sector: Sector,
        document_type: Option<DocumentType>,
    ) -> Result<Option<Self>, RowRefusal> {
        let Some(amounts) = Amounts::read(cell)? else { return Ok(None) };
        let Amounts { quantity, unit_price, discount, is_negative } = amounts;
        let LineTexts { sku, label, category } = texts(cell, sector)?;
        let line = Line { sku, label, category, quantity, unit_price, discount };
        Ok(Some(Self { line, is_negative, document_type }))
    }

    pub(crate) fn amount(&self) -> Cents {
        if self.is_negative { -self.line.amount() } else { self.line.amount() }
    }

    /// The line of the finished document. A line against the direction of its document has a negative price,
    /// which includes the discount.
    pub(crate) fn finish(self) -> Line {
        if !self.is_negative {
            self.line
        } else if self.line.discount == Cents::ZERO {
            Line { unit_price: -self.line.unit_price, ..self.line }
        } else {
            Line {
                quantity: Quantity::ONE,
                unit_price: -self.line.amount(),
                discount: Cents::ZERO,
                ..self.line
            }
        }
    }
}

impl Amounts {
    /// Reads the amounts of a row; `None` where the row has neither an amount nor a unit price.
    fn read<'c>(cell: &impl Fn(Column) -> &'c str) -> Result<Option<Self>, RowRefusal> {
        let quantity = read(cell, Column::Quantity, Quantity::parse_signed)?;
        let unit_price = read(cell, Column::UnitPrice, Cents::parse)?;
        let amount = read(cell, Column::LineAmount, Cents::parse)?;
        let (negative_quantity, quantity) = quantity.unwrap_or((false, Quantity::ONE));
        let computed = unit_price.map(|price| quantity.times(price.abs()));
        Ok(Some(match (amount, unit_price, computed) {
            // The amount of the line counts. Where quantity and price give more, the difference is a discount.
            (Some(amount), Some(price), Some(computed)) if computed >= amount.abs() => Self {
                quantity,
                unit_price: price.abs(),
                discount: computed - amount.abs(),
                is_negative: amount < Cents::ZERO
                    || (amount == Cents::ZERO && (negative_quantity ^ (price < Cents::ZERO))),
            },
            // The amount divided by the quantity would not be an exact unit price.
            (Some(amount), ..) => Self {
                quantity: Quantity::ONE,
                unit_price: amount.abs(),
                discount: Cents::ZERO,
                is_negative: amount < Cents::ZERO,
            },
            (None, Some(price), _) => Self {
                quantity,
                unit_price: price.abs(),
                discount: read(cell, Column::Discount, Cents::parse)?
                    .map_or(Cents::ZERO, Cents::abs),
                is_negative: negative_quantity ^ (price < Cents::ZERO),
            },
            (None, None, _) => return Ok(None),
        }))
    }
}

/// The SKU, the label and the category of a line. A label is cut to its maximum length, and its line ends become
/// spaces. Of an optician's line only the category is read, and only one of the closed list.
fn texts<'c>(cell: &impl Fn(Column) -> &'c str, sector: Sector) -> Result<LineTexts, RowRefusal> {
    let category = cell(Column::Category);
    if sector == Sector::Optical {
        return Ok(purchase::line_texts("", "", category).unwrap_or_default());
    }
    let label = cell(Column::Label);
    let fits = label.len() <= LABEL_LENGTH && !label.contains(char::is_control);
    let cut: String;
    let label = if fits {
        label
    } else {
        cut = label
            .chars()
            .map(|character| if character.is_control() { ' ' } else { character })
            .take(LABEL_LENGTH)
            .collect();
        &cut
    };
    let sku = read_code(cell, Column::Sku, |sku| Ok::<_, ValueError>(sku.to_owned()))?;
    purchase::line_texts(&sku.unwrap_or_default(), label, category).map_err(|field| {
        let column = match &*field.pointer {
            "/sku" => Column::Sku,
            "/label" => Column::Label,
            _ => Column::Category,
        };
        RowRefusal::value(column, field.error)
    })
}
