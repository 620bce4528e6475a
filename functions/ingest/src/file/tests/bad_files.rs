//! Files that are refused as a whole.

use super::{data, plan};
use crate::file::refusal::Missing;
use crate::file::{Column, FileRefusal};
use domain::Language;
use rstest::rstest;
use std::fmt::Write;

const NOTHING: Missing = Missing { receipt: false, date: false, amount: false };

#[rstest]
#[case("headerless.csv", FileRefusal::HeaderUnknown)]
#[case(
    "customers-not-purchases.csv",
    FileRefusal::HeaderIncomplete(Missing { receipt: true, date: true, amount: true })
)]
fn a_file_that_cannot_be_read_is_refused_with_its_reason(
    #[case] name: &str,
    #[case] refusal: FileRefusal,
) {
    assert_eq!(plan(&data(name), 1000, 10), Err(refusal));
}

#[rstest]
#[case(b"", FileRefusal::Empty)]
#[case(b"\xef\xbb\xbf\r\n \r\n", FileRefusal::Empty)]
#[case(b"PK\x03\x04 a workbook", FileRefusal::ArchiveNested)]
#[case(b"\xd0\xcf\x11\xe0 a workbook of 1997", FileRefusal::WorkbookOld)]
#[case(b"%PDF-1.7", FileRefusal::NotText)]
#[case(&[0; 500], FileRefusal::NotText)]
#[case(b"{\"ticket\": 1}", FileRefusal::HeaderUnknown)]
#[case(b"ticket;date\n", FileRefusal::HeaderIncomplete(Missing { amount: true, ..NOTHING }))]
#[case(b"ticket;total\n", FileRefusal::HeaderIncomplete(Missing { date: true, ..NOTHING }))]
#[case(b"date;total\n", FileRefusal::HeaderIncomplete(Missing { receipt: true, ..NOTHING }))]
#[case(b"ticket;date;quantite\n", FileRefusal::HeaderIncomplete(Missing { amount: true, ..NOTHING }))]
#[case(b"ticket;date;total;DATE\n", FileRefusal::ColumnTwice { column: Column::Date })]
fn a_file_without_purchases_is_refused_with_its_reason(
    #[case] file: &[u8],
    #[case] refusal: FileRefusal,
) {
    assert_eq!(plan(file, 1000, 1), Err(refusal));
    assert_eq!(plan(file, 1000, 1000), Err(refusal));
}

#[test]
fn a_refusal_never_repeats_the_text_of_the_file() {
    let refusal = plan(&data("headerless.csv"), 1000, 1000).unwrap_err();
    let said = format!("{refusal:?} {}", refusal.sentence(Language::French));
    assert!(!said.contains("Camille") && !said.contains("F001"));
}

#[test]
fn a_file_with_many_quotes_that_are_not_closed_is_refused() {
    let mut file = b"ticket;date;total;note\n".to_vec();
    for _ in 0..40_000 {
        file.extend_from_slice(b"a\";\"b\n");
    }
    assert_eq!(plan(&file, 1000, 4096), Err(FileRefusal::OpenQuotes));
}

#[test]
fn a_file_sorted_by_article_is_refused() {
    let mut file = "ticket;date;sku;montant ligne\n".to_owned();
    for sku in ["A", "B"] {
        for number in 0..50_001 {
            writeln!(file, "{number};24/11/2026;{sku};1,00").unwrap();
        }
    }
    assert_eq!(plan(file.as_bytes(), 1 << 20, 1 << 16), Err(FileRefusal::NotGrouped));
}
