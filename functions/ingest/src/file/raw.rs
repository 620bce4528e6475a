//! A row as the file writes it, for the file of refused rows. An optician's row is reduced at once, so that the
//! file holds no health data.

use crate::file::cell;
use crate::file::columns::Column;
use crate::file::dates;
use crate::file::dialect::Dialect;
use crate::file::document_type::DocumentType;
use crate::file::refused;
use crate::file::splitter::Row;
use domain::Sector;
use std::borrow::Cow;

/// The decoded cells of a row. Where the row has fewer cells than the header, the other cells are empty.
pub(crate) struct Cells<'a> {
    text: Cow<'a, str>,
    ends: Cow<'a, [usize]>,
    /// Whether some bytes are not text of the file's encoding.
    pub(crate) broken: bool,
}

impl<'a> Cells<'a> {
    /// Decodes the cells. A date with the month first gets the day first, so that the row means the same when it comes
    /// back alone in a corrected file. The cells of such a file lose its guard against formulas.
    pub(crate) fn decode(row: &Row<'a>, dialect: &Dialect) -> Self {
        let (text, broken) = dialect.encoding.decode(row.bytes);
        let is_plain = text.len() == row.bytes.len() && !broken;
        let has_guard = refused::own_columns(&dialect.header) > 0 && text.contains('\'');
        if is_plain && dialect.month_first.is_empty() && !has_guard {
            return Self { text, ends: Cow::Borrowed(row.ends), broken };
        }
        let swapped: Vec<_> = dialect
            .month_first
            .iter()
            .filter_map(|column| dialect.columns.position(*column))
            .collect();
        let mut text = String::with_capacity(row.bytes.len() * 2);
        let ends = (0..row.ends.len())
            .map(|index| {
                let cell = dialect.encoding.decode(row.field(index)).0;
                let cell = refused::unguarded(cell, &dialect.header);
                let day_first = swapped.contains(&index).then(|| dates::swapped(&cell)).flatten();
                text.push_str(&day_first.map_or(cell, Cow::Owned));
                text.len()
            })
            .collect();
        Self { text: Cow::Owned(text), ends, broken }
    }

    /// A cell without the white space around it.
    pub(crate) fn get(&self, index: usize) -> &str {
        cell(&self.text, &self.ends, index).trim()
    }
}

fn cell<'t>(text: &'t str, ends: &[usize], index: usize) -> &'t str {
    let start = index.checked_sub(1).map_or(Some(&0), |before| ends.get(before));
    match (start, ends.get(index)) {
        (Some(&start), Some(&end)) => text.get(start..end).unwrap_or_default(),
        _ => "",
    }
}

/// A row as the file writes it. It may hold personal data, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct RawRow {
    line: u64,
    text: Box<str>,
    ends: Box<[usize]>,
}

impl RawRow {
    pub(crate) fn new(row: &Row<'_>, cells: &Cells<'_>, dialect: &Dialect, sector: Sector) -> Self {
        match sector {
            Sector::Retail => Self {
                line: row.line,
                text: cells.text.as_ref().into(),
                ends: cells.ends.as_ref().into(),
            },
            Sector::Optical => Self::reduced(row, cells, dialect),
        }
    }

    /// Copies the cells of the safe columns, and only where a cell looks like a value of its column: in a row
    /// whose fields are shifted, a safe column may hold the value of another.
    fn reduced(row: &Row<'_>, cells: &Cells<'_>, dialect: &Dialect) -> Self {
        let mut text = String::new();
        let ends = if dialect.misshapen(row).is_some() {
            Box::default()
        } else {
            (0..cells.ends.len().min(dialect.header.len()))
                .map(|index| {
                    let cell = cells.get(index);
                    if dialect.columns.at(index).is_some_and(|column| is_safe(column, cell)) {
                        text.push_str(cell);
                    }
                    text.len()
                })
                .collect()
        };
        Self { line: row.line, text: text.into(), ends }
    }

    /// The physical line on which the row begins.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|index| cell(&self.text, &self.ends, index))
    }

    /// The bytes of the row in memory.
    pub(crate) fn size(&self) -> usize {
        self.text.len() + size_of_val(self.ends.as_ref())
    }
}

impl std::fmt::Debug for RawRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawRow(line {}, {} cells)", self.line, self.ends.len())
    }
}

/// Whether a cell of an optician's row may be copied.
fn is_safe(column: Column, cell: &str) -> bool {
    match column {
        Column::Receipt | Column::Register | Column::Card => {
            cell.len() <= 40
                && cell.contains(|c: char| c.is_ascii_digit())
                && cell.chars().all(|c| c.is_ascii_alphanumeric() || "._-/ ".contains(c))
        }
        Column::Date | Column::Time => {
            let words = cell.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
            is_number(&cell.replace(char::is_alphabetic, "")) && words.into_iter().all(is_of_moment)
        }
        Column::Mobile => is_number(&cell.replace(['E', 'e'], "")),
        Column::Total | Column::LineAmount | Column::UnitPrice | Column::Discount => {
            domain::Cents::parse(cell::value(cell, column)).is_ok()
        }
        Column::DocumentType => DocumentType::parse(cell).is_ok(),
        _ => false,
    }
}

fn is_number(cell: &str) -> bool {
    cell.len() <= 40
        && cell
            .chars()
            .all(|c| c.is_ascii_digit() || "+-./,:() '\u{2019}\u{a0}\u{202f}".contains(c))
}

/// Whether a word may be in a date or a time.
fn is_of_moment(word: &str) -> bool {
    const WORDS: [&str; 12] = ["T", "Z", "h", "a", "p", "m", "s", "à", "am", "pm", "min", "mn"];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
        || word == "À"
        || dates::is_word(word)
}
