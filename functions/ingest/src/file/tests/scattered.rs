//! Receipts whose rows are far apart in the file.

use super::{data, numbers, plan, read, read_planned, receipts, refusals};
use crate::file::{Column, FileReceipt, Item, RowRefusal};
use domain::purchase::MOST_LINES;
use domain::{Sector, ValueError};
use rstest::rstest;
use std::fmt::Write;

fn total_of(items: &[Item], number: &str) -> Vec<i64> {
    let is_it = |receipt: &&&FileReceipt| receipt.purchase.receipt().number.as_str() == number;
    receipts(items).iter().filter(is_it).map(|receipt| receipt.purchase.total().get()).collect()
}

#[test]
fn a_receipt_whose_rows_are_scattered_is_one_receipt() {
    let items = read(&data("scattered-receipt.csv"));
    assert_eq!(refusals(&items), []);
    assert_eq!(numbers(&items), ["2", "3", "1", "1"]);
    assert_eq!(total_of(&items, "1"), [500, 400], "receipt 1 of the next day is another");
}

#[test]
fn rows_in_different_ranges_are_one_receipt_for_any_range_and_chunk() {
    let mut file = "ticket;date;libelle;montant ligne\n".to_owned();
    for number in 0..300 {
        // The rows of receipt 7 are between those of the others.
        let receipt = if number % 11 == 0 { 7 } else { 1000 + number / 2 };
        writeln!(file, "{receipt};24/11/2026;a;1,00").unwrap();
    }
    for (range_bytes, chunk) in [(1, 7), (100, 64), (1000, 1), (u64::MAX, 4096)] {
        let plan = plan(file.as_bytes(), range_bytes, chunk).unwrap();
        let items = read_planned(file.as_bytes(), &plan, chunk, Sector::Retail);
        assert_eq!(refusals(&items), []);
        assert_eq!(total_of(&items, "7"), [2800]);
        let rows: u32 = receipts(&items).iter().map(|receipt| receipt.rows).sum();
        assert_eq!(rows, 300, "each row is read once");
    }
}

#[test]
fn a_scattered_receipt_with_a_bad_row_is_refused_with_all_its_rows() {
    let file = b"ticket;date;libelle;montant ligne\n\
        1;24/11/2026;a;1,00\n2;24/11/2026;b;2,00\n1;24/11/2026;c;x\n";
    let items = read(file);
    assert_eq!(
        refusals(&items),
        [
            (2, RowRefusal::OtherRow { line: 4 }),
            (4, RowRefusal::value(Column::LineAmount, ValueError::AmountUnreadable)),
        ]
    );
    assert_eq!(numbers(&items), ["2"]);
}

#[test]
fn a_scattered_receipt_over_the_limit_is_refused_row_by_row() {
    let mut file = "ticket;date;libelle;montant ligne\n".to_owned();
    for number in 0..=MOST_LINES {
        writeln!(file, "1;24/11/2026;a;1,00").unwrap();
        if number % 1000 == 0 {
            writeln!(file, "B{number};24/11/2026;a;1,00").unwrap();
        }
    }
    let items = read(file.as_bytes());
    let refusals = refusals(&items);
    assert_eq!(refusals.len(), MOST_LINES + 1);
    assert!(refusals.iter().all(|(_, reason)| *reason == RowRefusal::ReceiptTooLong));
    assert_eq!(receipts(&items).len(), 6);
}

/// A scattered receipt near the limit of 4 MiB, whose rows have another size in the file than in memory: as text of
/// Windows-1252, which UTF-8 makes longer, or as an optician's rows, of which only some cells are kept.
#[rstest]
#[case::longer_in_memory(Sector::Retail, 3)]
#[case::shorter_in_memory(Sector::Optical, 5)]
fn a_scattered_receipt_near_the_limit_is_read_once_or_refused_once(
    #[case] sector: Sector,
    #[case] megabytes: usize,
) {
    let mut file = b"ticket;date;libelle;montant ligne;note\n".to_vec();
    for _ in 0..megabytes * 20 {
        file.extend_from_slice(b"1;24/11/2026;a;1,00;");
        file.extend(std::iter::repeat_n(0xe9, 50_000));
        file.push(b'\n');
    }
    file.extend_from_slice(b"2;24/11/2026;b;1,00;\n1;24/11/2026;a;1,00;\n");
    let plan = plan(&file, u64::MAX, 4096).unwrap();
    let items = read_planned(&file, &plan, 4096, sector);
    let mut lines: Vec<u64> = refusals(&items).into_iter().map(|(line, _)| line).collect();
    for receipt in receipts(&items) {
        lines.extend(receipt.raw.iter().map(crate::file::RawRow::line));
    }
    lines.sort_unstable();
    assert_eq!(lines, (2..2 + plan.rows).collect::<Vec<_>>(), "each row is in one report");
    let is_read = numbers(&items).contains(&"1");
    assert_eq!(is_read, megabytes < 4);
}
