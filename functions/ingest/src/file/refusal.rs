//! Why a row, or a whole file, is refused. A reason never repeats the text of the file, since reasons are logged,
//! counted and shown.

use crate::file::columns::Column;
use domain::language::{Language, fill};
use domain::{DomainError, MemberError, PurchaseError, Receipt};

/// Why a row is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowRefusal {
    /// The row has more than 64 KiB. Its content is lost.
    RowTooLong,
    /// A quote opens on this line and is not closed within 64 KiB.
    QuoteNotClosed {
        /// The physical line where the quote opens.
        line: u64,
    },
    /// The row has a NUL byte.
    NulBytes,
    /// The row has bytes that are not UTF-8, in a file with a byte order mark of UTF-8.
    NotUtf8,
    /// The row has more fields than the header.
    TooManyFields,
    /// The receipt has more lines than a basket may have, or more than 4 MiB.
    ReceiptTooLong,
    /// Another row of the same receipt was refused.
    OtherRow {
        /// The physical line of that row.
        line: u64,
    },
    /// A row next to this receipt cannot be assigned to a receipt, and may be a line of this one.
    Neighbour {
        /// The physical line of that row.
        line: u64,
    },
    /// A cell is not a value of its column.
    Value {
        /// The column.
        column: Column,
        /// The error of the value.
        invalid: DomainError,
    },
    /// A date may be one of two days, and the dates of the column contradict each other.
    DateAmbiguous {
        /// The column.
        column: Column,
    },
    /// A date has the month before the day.
    MonthFirst {
        /// The column.
        column: Column,
    },
    /// A cell says neither yes nor no.
    NeitherYesNorNo {
        /// The column.
        column: Column,
    },
    /// The amounts are in another currency than the euro.
    OtherCurrency,
    /// The time cannot be read.
    TimeUnreadable {
        /// The column: the one of the time, or the one of the date.
        column: Column,
    },
    /// The row has amounts, and neither a receipt number nor a date: the totals of a list.
    OnlyTotals,
    /// The document type is neither a sale nor a return.
    TypeUnknown,
    /// There is no total, and a line has no amount.
    AmountMissing,
    /// The rows of the receipt name different customers.
    CustomersDiffer,
    /// The rows of the receipt have different totals, or the amount of the line in the column of the total.
    TotalsDiffer,
    /// The ledger or the member refuses the purchase.
    Ledger(DomainError),
}

impl RowRefusal {
    /// A cell is not a value of its column.
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
            Self::ReceiptTooLong => "receipt_too_long",
            Self::OtherRow { .. } => "other_row_refused",
            Self::Neighbour { .. } => "neighbour_unreadable",
            Self::Value { invalid, .. } | Self::Ledger(invalid) => invalid.code(),
            Self::DateAmbiguous { .. } => "date_ambiguous",
            Self::MonthFirst { .. } => "month_first",
            Self::NeitherYesNorNo { .. } => "neither_yes_nor_no",
            Self::OtherCurrency => "other_currency",
            Self::TimeUnreadable { .. } => "time_unreadable",
            Self::OnlyTotals => "only_totals",
            Self::TypeUnknown => "type_unknown",
            Self::AmountMissing => "amount_missing",
            Self::CustomersDiffer => "customers_differ",
            Self::TotalsDiffer => "totals_differ",
        }
    }

    /// A sentence that tells the merchant what to do. `columns` gives the merchant's own name of a column, and
    /// `receipt` is the receipt of the row, where the row was read.
    #[must_use]
    pub fn sentence(
        self,
        language: Language,
        columns: &impl Fn(Column) -> String,
        receipt: Option<&Receipt>,
    ) -> String {
        let of_column = |column, sentence: &str| {
            fill(language.in_column(), &[("column", &columns(column))]) + sentence
        };
        match (self, receipt) {
            (
                Self::QuoteNotClosed { line } | Self::OtherRow { line } | Self::Neighbour { line },
                _,
            ) => fill(language.sentence(self.code()), &[("line", &line)]),
            (Self::Value { column, invalid }, _) => of_column(column, &language.explain(invalid)),
            (
                Self::DateAmbiguous { column }
                | Self::MonthFirst { column }
                | Self::NeitherYesNorNo { column }
                | Self::TimeUnreadable { column },
                _,
            ) => of_column(column, language.sentence(self.code())),
            (Self::OtherCurrency, _) => of_column(Column::Currency, language.sentence(self.code())),
            (Self::TypeUnknown, _) => {
                of_column(Column::DocumentType, language.sentence(self.code()))
            }
            (Self::TotalsDiffer, _) => of_column(Column::Total, language.sentence(self.code())),
            (
                Self::Ledger(DomainError::Purchase(PurchaseError::ReceiptConflict)),
                Some(receipt),
            ) => {
                let (number, day) = (receipt.number.as_str(), language.day(receipt.day));
                let sentence = language.sentence("receipt_conflict_in_file");
                fill(sentence, &[("receipt", &number), ("day", &day)])
            }
            (Self::Ledger(DomainError::Member(MemberError::NotEnrolled)), _) => {
                let column = columns(Column::CardRequested);
                fill(language.sentence("not_enrolled_in_file"), &[("column", &column)])
            }
            (Self::Ledger(invalid), _) => language.explain(invalid),
            _ => language.sentence(self.code()).to_owned(),
        }
    }

    /// Whether the row's person was erased: then the report must not repeat the person's data.
    pub(crate) const fn hides_person(self) -> bool {
        matches!(self, Self::Ledger(DomainError::Member(MemberError::Suppressed)))
    }
}

/// The columns that a header lacks.
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

/// Why a whole file is refused. No row of the file is ingested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileRefusal {
    /// The file is empty.
    Empty,
    /// The file is no text.
    NotText,
    /// The first rows have no known column name.
    HeaderUnknown,
    /// The first row has more than 64 KiB.
    HeaderTooLong,
    /// The header has more columns than are read.
    TooManyColumns,
    /// The header lacks a required column.
    HeaderIncomplete(Missing),
    /// A column is there twice.
    ColumnTwice {
        /// The column.
        column: Column,
    },
    /// The file has too many scattered receipts, or too many receipts to find them.
    NotGrouped,
    /// The file has too many quotes that are not closed.
    OpenQuotes,
    /// The merchant does not have the establishment.
    UnknownEstablishment,
    /// The compressed file expands to more bytes than are allowed.
    ExpandsTooLarge,
    /// The compressed file is truncated or damaged.
    GzipUnreadable,
    /// The file has more bytes than a file may have.
    FileTooLarge,
    /// The archive or the workbook has more bytes than are read.
    ArchiveTooLarge,
    /// The archive is truncated or damaged.
    ArchiveUnreadable,
    /// The archive has a password.
    ArchiveProtected,
    /// The archive does not have exactly one file.
    ArchiveFiles,
    /// The archive is in another archive.
    ArchiveNested,
    /// The workbook is in a format before 2007, in a binary format, or has a password.
    WorkbookOld,
    /// The workbook is damaged.
    WorkbookUnreadable,
    /// A part of the workbook needs more memory than there is.
    WorkbookTooLarge,
    /// The file was deleted or replaced before it could be read.
    Gone,
}

impl FileRefusal {
    /// A stable code, for programs and for counting.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::NotText => "file_not_text",
            Self::HeaderUnknown => "header_unknown",
            Self::HeaderTooLong => "header_too_long",
            Self::TooManyColumns => "too_many_columns",
            Self::HeaderIncomplete(_) => "header_incomplete",
            Self::ColumnTwice { .. } => "column_twice",
            Self::NotGrouped => "receipts_not_grouped",
            Self::OpenQuotes => "quotes_not_closed",
            Self::UnknownEstablishment => "unknown_establishment",
            Self::ExpandsTooLarge => "expands_too_large",
            Self::GzipUnreadable => "gzip_unreadable",
            Self::FileTooLarge => "file_too_large",
            Self::ArchiveTooLarge => "archive_too_large",
            Self::ArchiveUnreadable => "archive_unreadable",
            Self::ArchiveProtected => "archive_protected",
            Self::ArchiveFiles => "archive_files",
            Self::ArchiveNested => "archive_nested",
            Self::WorkbookOld => "workbook_old",
            Self::WorkbookUnreadable => "workbook_unreadable",
            Self::WorkbookTooLarge => "workbook_too_large",
            Self::Gone => "file_gone",
        }
    }

    /// A sentence that tells the merchant what to do.
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
