//! What the merchant reads.

use crate::file::reason::Missing;
use crate::file::{Column, FileRefusal, Reason};
use domain::{PurchaseError, ValueError};
use std::fmt::Write;

#[test]
fn every_sentence_tells_the_merchant_what_to_do() {
    let mut text = String::new();
    for reason in [
        Reason::RowTooLong,
        Reason::QuoteNotClosed { line: 12 },
        Reason::NulBytes,
        Reason::NotUtf8,
        Reason::TooManyFields,
        Reason::Scattered,
        Reason::ReceiptTooLong,
        Reason::OtherRow { line: 12 },
        Reason::Neighbour { line: 12 },
        Reason::value(Column::Mobile, ValueError::MobileScientific),
        Reason::value(Column::Date, ValueError::DayUnreadable),
        Reason::value(Column::Sku, ValueError::TooLong { limit: 40 }),
        Reason::TimeUnreadable,
        Reason::TypeUnknown,
        Reason::AmountMissing,
        Reason::CustomersDiffer,
        Reason::TotalsDiffer,
        Reason::Ledger(PurchaseError::ReturnedSaleUnknown.into()),
        Reason::Ledger(PurchaseError::ReceiptConflict.into()),
    ] {
        writeln!(text, "{}: {}", reason.code(), reason.french()).unwrap();
    }
    for refusal in [
        FileRefusal::Empty,
        FileRefusal::Utf16,
        FileRefusal::Spreadsheet,
        FileRefusal::NotText,
        FileRefusal::HeaderUnknown,
        FileRefusal::HeaderIncomplete(Missing { receipt: true, date: true, amount: true }),
        FileRefusal::ColumnTwice { column: Column::Date },
        FileRefusal::NotGrouped,
        FileRefusal::OpenQuotes,
    ] {
        writeln!(text, "{}: {}", refusal.code(), refusal.french()).unwrap();
    }
    insta::assert_snapshot!(text);
}
