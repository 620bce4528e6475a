//! The sentences that a merchant reads in a report.

use super::sentence;
use crate::file::header::SEARCHED_ROWS;
use crate::file::refusal::Missing;
use crate::file::{Column, FileRefusal, MAX_COLUMNS, MAX_ROW_BYTES, RowRefusal};
use crate::file_note::FileNote;
use domain::{Language, MemberError, PurchaseError, ValueError};
use std::fmt::Write;

const LANGUAGE: Language = Language::French;

fn row_reasons() -> Vec<RowRefusal> {
    vec![
        RowRefusal::RowTooLong,
        RowRefusal::QuoteNotClosed { line: 12 },
        RowRefusal::NulBytes,
        RowRefusal::NotUtf8,
        RowRefusal::TooManyFields,
        RowRefusal::ReceiptTooLong,
        RowRefusal::OtherRow { line: 12 },
        RowRefusal::Neighbour { line: 12 },
        RowRefusal::value(Column::Mobile, ValueError::NumberScientific),
        RowRefusal::value(Column::Date, ValueError::DayUnreadable),
        RowRefusal::value(Column::Sku, ValueError::TooLong { limit: 40 }),
        RowRefusal::TimeUnreadable { column: Column::Time },
        RowRefusal::DateAmbiguous { column: Column::Date },
        RowRefusal::MonthFirst { column: Column::BirthDate },
        RowRefusal::NeitherYesNorNo { column: Column::CardRequested },
        RowRefusal::OtherCurrency,
        RowRefusal::Ledger(MemberError::NotEnrolled.into()),
        RowRefusal::OnlyTotals,
        RowRefusal::TypeUnknown,
        RowRefusal::AmountMissing,
        RowRefusal::CustomersDiffer,
        RowRefusal::TotalsDiffer,
        RowRefusal::Ledger(PurchaseError::ReturnedSaleUnknown.into()),
        RowRefusal::Ledger(PurchaseError::ReceiptConflict.into()),
    ]
}

fn file_refusals() -> Vec<FileRefusal> {
    vec![
        FileRefusal::Empty,
        FileRefusal::NotText,
        FileRefusal::HeaderUnknown,
        FileRefusal::HeaderTooLong,
        FileRefusal::TooManyColumns,
        FileRefusal::HeaderIncomplete(Missing { receipt: true, date: true, amount: true }),
        FileRefusal::ColumnTwice { column: Column::Date },
        FileRefusal::NotGrouped,
        FileRefusal::OpenQuotes,
        FileRefusal::UnknownEstablishment,
        FileRefusal::ExpandsTooLarge,
        FileRefusal::GzipUnreadable,
        FileRefusal::FileTooLarge,
        FileRefusal::ArchiveTooLarge,
        FileRefusal::ArchiveUnreadable,
        FileRefusal::ArchiveProtected,
        FileRefusal::ArchiveFiles,
        FileRefusal::ArchiveNested,
        FileRefusal::WorkbookOld,
        FileRefusal::WorkbookUnreadable,
        FileRefusal::WorkbookTooLarge,
        FileRefusal::Gone,
    ]
}

#[test]
fn every_refusal_of_a_row_or_a_file_has_a_sentence_that_says_what_to_do() {
    let mut text = String::new();
    for reason in row_reasons() {
        writeln!(text, "{}: {}", reason.code(), sentence(reason)).unwrap();
    }
    for refusal in file_refusals() {
        writeln!(text, "{}: {}", refusal.code(), refusal.sentence(LANGUAGE)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_code_of_a_row_or_a_file_is_in_the_catalogue() {
    let sentences = LANGUAGE.sentences();
    let codes = row_reasons().into_iter().map(RowRefusal::code);
    for code in codes.chain(file_refusals().into_iter().map(FileRefusal::code)) {
        assert!(sentences.iter().any(|(known, _)| *known == code), "no sentence for {code}");
    }
}

#[test]
fn a_limit_in_a_sentence_is_the_limit_that_is_enforced() {
    let mib = crate::convert::MAX_ARCHIVE_BYTES / 1024 / 1024;
    for (refusal, limit) in [
        (FileRefusal::ArchiveTooLarge, format!(" {mib} Mo")),
        (FileRefusal::HeaderTooLong, format!(" {} Ko", MAX_ROW_BYTES / 1024)),
        (FileRefusal::TooManyColumns, format!(" {} 000 colonnes", MAX_COLUMNS / 1000)),
        (FileRefusal::HeaderUnknown, format!(" {SEARCHED_ROWS} premières lignes")),
    ] {
        let sentence = refusal.sentence(LANGUAGE).replace('\u{a0}', " ");
        assert!(sentence.contains(&limit), "{limit} in “{sentence}”");
    }
}

#[test]
fn a_note_on_a_file_has_a_sentence_that_says_what_to_do() {
    let sheet = FileNote::SheetRead("Novembre".to_owned());
    let file = FileNote::ArchiveFileRead("ventes.csv".to_owned());
    for note in [FileNote::NoRows, sheet.clone(), file.clone()] {
        assert!(LANGUAGE.sentences().iter().any(|(known, _)| *known == note.code()));
    }
    assert!(sheet.sentence(LANGUAGE).contains("« Novembre »"));
    assert!(file.sentence(LANGUAGE).contains("« ventes.csv »"));
    for note in [FileNote::SheetRead, FileNote::ArchiveFileRead] {
        let long = note("x".repeat(1000)).sentence(LANGUAGE);
        assert!(long.len() < 300, "{long}");
    }
}
