//! Rows of totals: the foot of a list, or a subtotal. Such a row is no purchase and no line of a receipt.

use crate::file::cell;
use crate::file::columns::Column;
use crate::file::dialect::Dialect;
use crate::file::refused;
use crate::file::splitter::Row;

/// The most rows of amounts alone at the foot of a file.
pub(crate) const MOST_AT_FOOT: usize = 8;

/// What shows that a row has totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Totals {
    /// A word: `Total`, `Sous-total HT`.
    Named,
    /// The row has amounts, and nothing else. Only at the foot of a file is it sure that the row is no line of a
    /// receipt.
    Amounts,
}

impl Totals {
    /// Whether a row has totals; `None` where it may be a purchase or a line. The row may have any encoding.
    pub(crate) fn of(row: &Row<'_>, dialect: &Dialect) -> Option<Self> {
        let number = value(dialect.bytes(row, Column::Receipt));
        let is_number_a_word = is_word(number);
        if !(number.is_empty() || is_number_a_word) || dialect.misshapen(row).is_some() {
            return None;
        }
        let (mut named, mut amounts) = (is_number_a_word, false);
        let first = refused::own_columns(&dialect.header);
        for index in first..row.ends.len() {
            let (cell, column) = (value(row.field(index)), dialect.columns.at(index));
            match column {
                _ if cell.is_empty() => {}
                Some(Column::Currency) => {}
                _ if is_word(cell) => named = true,
                None
                | Some(
                    Column::Total
                    | Column::LineAmount
                    | Column::UnitPrice
                    | Column::Discount
                    | Column::Quantity,
                ) if is_amount(cell) => amounts = true,
                // `Total` is no receipt number, also where the row names the day of the totals.
                Some(column)
                    if is_number_a_word && !column.is_of_customer() && column != Column::Sku => {}
                None if is_number_a_word => {}
                _ => return None,
            }
        }
        match (amounts, named) {
            (false, _) => None,
            (true, true) => Some(Self::Named),
            (true, false) => Some(Self::Amounts),
        }
    }
}

fn value(bytes: &[u8]) -> &[u8] {
    let trimmed = cell::trimmed(bytes);
    if cell::is_nothing(trimmed) { b"" } else { trimmed }
}

/// Whether a cell begins with a word for totals. `Total-12` may be a receipt number.
fn is_word(cell: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"total",
        b"totaux",
        b"totals",
        b"sous-total",
        b"sous total",
        b"sous-totaux",
        b"soustotal",
        b"subtotal",
        b"sub-total",
        b"grand total",
        b"montant total",
        b"somme",
    ];
    WORDS.iter().any(|word| {
        let (begin, rest) = cell.split_at(cell.len().min(word.len()));
        let is_end =
            rest.first().is_none_or(|next| matches!(next, b' ' | b':' | b'(') || !next.is_ascii());
        begin.eq_ignore_ascii_case(word) && is_end
    })
}

/// Whether a cell looks like an amount or a count in any encoding: `1 234,50 €`.
fn is_amount(cell: &[u8]) -> bool {
    let has_currency =
        cell.len().checked_sub(3).is_some_and(|at| cell[at..].eq_ignore_ascii_case(b"eur"));
    let number = if has_currency { &cell[..cell.len() - 3] } else { cell };
    let is_part =
        |byte: &u8| byte.is_ascii_digit() || b" .,-+'()%".contains(byte) || !byte.is_ascii();
    number.iter().all(is_part) && number.iter().any(u8::is_ascii_digit)
}
