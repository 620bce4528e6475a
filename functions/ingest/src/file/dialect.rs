//! The format of a file: found once by the planner, stored with the plan, and used by every reader of a range.

use crate::file::columns::{Column, Columns};
use crate::file::dates;
use crate::file::encoding::Encoding;
use crate::file::splitter::{Fault, Row};
use domain::Language;
use serde::{Deserialize, Serialize};

/// The format of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// The byte between two fields.
    pub delimiter: u8,
    /// The encoding of the text.
    pub encoding: Encoding,
    /// The position of each known column.
    pub columns: Columns,
    /// All names of the header as the file writes them, for the file of refused rows.
    pub header: Vec<String>,
    /// The columns of dates that have the month before the day.
    pub month_first: Vec<Column>,
    /// The columns of dates that contradict each other. A date is refused where the order of day and month changes the
    /// day.
    pub undecided: Vec<Column>,
}

impl Dialect {
    /// A column whose date may be one of two days.
    pub(crate) fn ambiguous_date<'c>(&self, cell: &impl Fn(Column) -> &'c str) -> Option<Column> {
        self.undecided.iter().copied().find(|column| dates::is_ambiguous(cell(*column)))
    }

    /// Why the cells of a row cannot be assigned to the columns; `None` where they can.
    pub(crate) fn misshapen(&self, row: &Row<'_>) -> Option<Misshapen> {
        row.fault
            .map(Misshapen::Fault)
            .or_else(|| row.is_wider_than(self.header.len()).then_some(Misshapen::TooManyFields))
    }

    /// The merchant's own name of a column, or the usual one where the header does not have the column.
    pub(crate) fn name(&self, column: Column, language: Language) -> String {
        let own = self.columns.position(column).and_then(|position| self.header.get(position));
        own.map_or_else(|| column.name(language).to_owned(), Clone::clone)
    }

    /// The bytes of a column; empty where the file or the row does not have the column.
    pub(crate) fn bytes<'a>(&self, row: &Row<'a>, column: Column) -> &'a [u8] {
        self.columns.position(column).map_or(&[], |position| row.field(position))
    }
}

/// Why a row does not have the shape of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misshapen {
    Fault(Fault),
    TooManyFields,
}
