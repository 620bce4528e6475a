//! The sentences that a merchant reads in a report.

use crate::file::reason::Missing;
use crate::file::{Column, FileRefusal, Reason};
use domain::{Language, PurchaseError, ValueError};
use std::fmt::Write;

const LANGUAGE: Language = Language::French;

fn row_reasons() -> Vec<Reason> {
    vec![
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
    ]
}

fn file_refusals() -> Vec<FileRefusal> {
    vec![
        FileRefusal::Empty,
        FileRefusal::Utf16,
        FileRefusal::Spreadsheet,
        FileRefusal::NotText,
        FileRefusal::HeaderUnknown,
        FileRefusal::HeaderIncomplete(Missing { receipt: true, date: true, amount: true }),
        FileRefusal::ColumnTwice { column: Column::Date },
        FileRefusal::NotGrouped,
        FileRefusal::OpenQuotes,
        FileRefusal::UnknownEstablishment,
        FileRefusal::ExpandsTooLarge,
        FileRefusal::GzipUnreadable,
        FileRefusal::Gone,
    ]
}

#[test]
fn every_refusal_of_a_row_or_a_file_has_a_sentence_that_says_what_to_do() {
    let mut text = String::new();
    for reason in row_reasons() {
        writeln!(text, "{}: {}", reason.code(), reason.sentence(LANGUAGE)).unwrap();
    }
    for refusal in file_refusals() {
        writeln!(text, "{}: {}", refusal.code(), refusal.sentence(LANGUAGE)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_code_of_a_row_or_a_file_is_in_the_catalogue() {
    let sentences = LANGUAGE.sentences();
    let codes = row_reasons().into_iter().map(Reason::code);
    for code in codes.chain(file_refusals().into_iter().map(FileRefusal::code)) {
        assert!(sentences.iter().any(|(known, _)| *known == code), "no sentence for {code}");
    }
}
