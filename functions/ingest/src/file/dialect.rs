//! How one file writes its rows: found once by the planner, kept with the plan, obeyed by every
//! reader of a range.

use crate::file::columns::{Column, Columns};
use crate::file::encoding::Encoding;
use crate::file::record::{Fault, Row};
use serde::{Deserialize, Serialize};

/// The writing of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// The byte between two fields.
    pub delimiter: u8,
    /// How letters are written.
    pub encoding: Encoding,
    /// Where each known column stands.
    pub columns: Columns,
    /// The header's names as the file writes them, unknown ones too, for the file of refused rows.
    pub header: Vec<String>,
}

impl Dialect {
    /// Why a row cannot be told into its columns, if it cannot.
    pub(crate) fn misshapen(&self, row: &Row<'_>) -> Option<Misshapen> {
        row.fault
            .map(Misshapen::Fault)
            .or_else(|| row.is_wider_than(self.header.len()).then_some(Misshapen::TooManyFields))
    }

    /// The bytes of a column, empty where the file or the row has none.
    pub(crate) fn bytes<'a>(&self, row: &Row<'a>, column: Column) -> &'a [u8] {
        self.columns.position(column).map_or(&[], |position| row.field(position))
    }
}

/// A row that does not have the header's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misshapen {
    Fault(Fault),
    TooManyFields,
}
