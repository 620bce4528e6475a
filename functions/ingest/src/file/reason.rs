//! Why a row, or a whole file, was refused. Never with what the file says: a reason may be logged,
//! counted and shown.

use crate::file::columns::Column;
use domain::DomainError;
use domain::language::{Language, fill};

/// Why a row was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A row over 64 KiB; its content is not kept.
    RowTooLong,
    /// A quote that opens on this line and is not closed within 64 KiB.
    QuoteNotClosed {
        /// The physical line where it opens.
        line: u64,
    },
    /// A NUL byte.
    NulBytes,
    /// Bytes that are no UTF-8, in a file that says that it is UTF-8.
    NotUtf8,
    /// More fields than the header has names.
    TooManyFields,
    /// A receipt whose lines stand far apart in the file.
    Scattered,
    /// A receipt of more lines than a basket may have, or of over 1 MiB.
    ReceiptTooLong,
    /// Another row of the same receipt was refused.
    OtherRow {
        /// The physical line of that row.
        line: u64,
    },
    /// A row next to this receipt cannot be told to a receipt, and may be a line of this one.
    Neighbour {
        /// The physical line of that row.
        line: u64,
    },
    /// A cell that is not what its column holds.
    Value {
        /// The column.
        column: Column,
        /// What is wrong.
        invalid: DomainError,
    },
    /// A time that is none.
    TimeUnreadable,
    /// A document that is neither a sale nor a return.
    TypeUnknown,
    /// No total, and a line without its amount.
    AmountMissing,
    /// Rows of one receipt that name different customers.
    CustomersDiffer,
    /// Rows of one receipt with different totals, or with the amount of the line in the total's place.
    TotalsDiffer,
    /// The ledger or the member's file said no.
    Ledger(DomainError),
}

impl Reason {
    /// A cell that is not what its column holds.
    pub(crate) fn value(column: Column, error: impl Into<DomainError>) -> Self {
        Self::Value { column, invalid: error.into() }
    }

    /// A stable code, for programs and for counting.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RowTooLong => "row_too_long",
            Self::QuoteNotClosed { .. } => "quote_not_closed",
            Self::NulBytes => "nul_bytes",
            Self::NotUtf8 => "not_utf8",
            Self::TooManyFields => "too_many_fields",
            Self::Scattered => "receipt_scattered",
            Self::ReceiptTooLong => "receipt_too_long",
            Self::OtherRow { .. } => "other_row_refused",
            Self::Neighbour { .. } => "neighbour_unreadable",
            Self::Value { invalid, .. } | Self::Ledger(invalid) => invalid.code(),
            Self::TimeUnreadable => "time_unreadable",
            Self::TypeUnknown => "type_unknown",
            Self::AmountMissing => "amount_missing",
            Self::CustomersDiffer => "customers_differ",
            Self::TotalsDiffer => "totals_differ",
        }
    }

    /// A sentence for the merchant, which says what to do.
    #[must_use]
    pub fn sentence(self, language: Language) -> String {
        let sentence = language.sentence(self.code());
        match self {
            Self::QuoteNotClosed { line } | Self::OtherRow { line } | Self::Neighbour { line } => {
                fill(sentence, &[("line", &line)])
            }
            Self::Value { column, invalid } => {
                fill(language.in_column(), &[("column", &column.name(language))])
                    + &language.explain(invalid)
            }
            Self::Ledger(invalid) => language.explain(invalid),
            _ => sentence.to_owned(),
        }
    }
}

/// What a header lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Missing {
    /// A receipt number.
    pub receipt: bool,
    /// A date.
    pub date: bool,
    /// A total, an amount of the line, or a quantity and a unit price.
    pub amount: bool,
}

impl Missing {
    fn names(self, language: Language) -> String {
        let groups =
            [(self.receipt, "any_receipt"), (self.date, "any_date"), (self.amount, "any_amount")];
        let missing = groups.into_iter().filter_map(|(is_missing, key)| is_missing.then_some(key));
        missing.map(|key| language.column(key)).collect::<Vec<_>>().join(", ")
    }
}

/// Why a whole file was refused: nothing of it is ingested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileRefusal {
    /// Nothing in it.
    Empty,
    /// UTF-16, which some spreadsheets call "Unicode text".
    Utf16,
    /// A workbook, not its export.
    Spreadsheet,
    /// No text at all.
    NotText,
    /// A first row without a single known name.
    HeaderUnknown,
    /// A header without a column that is needed.
    HeaderIncomplete(Missing),
    /// A column that is there twice.
    ColumnTwice {
        /// The column.
        column: Column,
    },
    /// So many receipts with lines far apart, or so many receipts, that they cannot be told.
    NotGrouped,
    /// Quotes opened and not closed all over the file.
    OpenQuotes,
    /// An establishment that its merchant does not have.
    UnknownEstablishment,
    /// A compressed file of more bytes than are allowed once expanded.
    ExpandsTooLarge,
    /// A compressed file that is cut short or damaged.
    GzipUnreadable,
    /// A file that was removed or replaced before it could be read.
    Gone,
}

impl FileRefusal {
    /// A stable code, for programs and for counting.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::Utf16 => "file_utf16",
            Self::Spreadsheet => "file_spreadsheet",
            Self::NotText => "file_not_text",
            Self::HeaderUnknown => "header_unknown",
            Self::HeaderIncomplete(_) => "header_incomplete",
            Self::ColumnTwice { .. } => "column_twice",
            Self::NotGrouped => "receipts_not_grouped",
            Self::OpenQuotes => "quotes_not_closed",
            Self::UnknownEstablishment => "unknown_establishment",
            Self::ExpandsTooLarge => "expands_too_large",
            Self::GzipUnreadable => "gzip_unreadable",
            Self::Gone => "file_gone",
        }
    }

    /// A sentence for the merchant, which says what to do.
    #[must_use]
    pub fn sentence(self, language: Language) -> String {
        let sentence = language.sentence(self.code());
        match self {
            Self::HeaderIncomplete(missing) => {
                fill(sentence, &[("columns", &missing.names(language))])
            }
            Self::ColumnTwice { column } => fill(sentence, &[("column", &column.name(language))]),
            _ => sentence.to_owned(),
        }
    }
}
