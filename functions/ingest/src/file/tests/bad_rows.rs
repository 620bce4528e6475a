//! Bad rows in a file whose other rows are read.

use super::{data, numbers, read, refusals, shown};
use crate::file::{Column, Item, RowRefusal, refused};
use domain::purchase::MOST_LINES;
use domain::{DomainError, PurchaseError, ValueError};
use rstest::rstest;
use std::fmt::Write;

fn value(column: Column, invalid: DomainError) -> RowRefusal {
    RowRefusal::Value { column, invalid }
}

#[test]
fn a_malformed_mobile_is_refused_with_its_column() {
    let items = read(&data("mobiles-that-are-none.csv"));
    assert_eq!(
        refusals(&items),
        [
            (2, value(Column::Mobile, ValueError::NumberScientific.into())),
            (3, value(Column::Mobile, ValueError::MobileNotMobile.into())),
            (4, value(Column::Mobile, ValueError::MobileUnreadable.into())),
        ]
    );
    assert_eq!(numbers(&items), ["4"]);
}

#[test]
fn a_malformed_or_future_date_is_refused() {
    let items = read(&data("dates-that-are-none.csv"));
    assert_eq!(
        refusals(&items),
        [
            (2, value(Column::Date, ValueError::DayUnreadable.into())),
            (3, value(Column::Date, ValueError::InFuture.into())),
            (5, RowRefusal::TimeUnreadable { column: Column::Date }),
            (6, value(Column::Date, ValueError::Empty.into())),
            (7, value(Column::Date, ValueError::InFuture.into())),
            (8, RowRefusal::MonthFirst { column: Column::Date }),
        ]
    );
    assert_eq!(numbers(&items), ["3"], "a year of two digits is read");
}

#[rstest]
#[case::receipts("ticket;date;total;date de naissance\n", "")]
#[case::lines("ticket;date;montant ligne;date de naissance;libelle\n", ";a")]
fn a_date_that_may_be_two_days_is_refused_in_a_file_with_a_month_before_a_day(
    #[case] header: &str,
    #[case] label: &str,
) {
    let row = |number: u32, day: &str| format!("{number};{day};1,00;05/11/1980{label}\n");
    let days = ["11-05-2026", "05/05/2026", "24/11/2026", "2026-11-05", "1/5/26 10:00"];
    let rows: String = (1..).zip(days).map(|(number, day)| row(number, day)).collect();
    let file = format!("{header}{rows}");
    assert_eq!(refusals(&read(file.as_bytes())), [], "the day first");
    let file = file + &row(6, "11-19-2026");
    let column = Column::Date;
    let refused = [
        (2, RowRefusal::DateAmbiguous { column }),
        (6, RowRefusal::DateAmbiguous { column }),
        (7, RowRefusal::MonthFirst { column }),
    ];
    for range_bytes in [1, u64::MAX] {
        let plan = super::plan(file.as_bytes(), range_bytes, 7).unwrap();
        let items = super::read_planned(file.as_bytes(), &plan, 7, domain::Sector::Retail);
        assert_eq!(refusals(&items), refused);
        assert_eq!(numbers(&items), ["2", "3", "4"]);
    }
}

/// The day of each receipt of a file with these dates, whatever the ranges; a refused row is its reason.
fn days(dates: &[&str], range_bytes: u64) -> Vec<String> {
    let mut file = "ticket;date;montant ligne;libelle\n".to_owned();
    for (number, day) in (1..).zip(dates) {
        writeln!(file, "{number};{day};1,00;a").unwrap();
    }
    let plan = super::plan(file.as_bytes(), range_bytes, 7).unwrap();
    let items = super::read_planned(file.as_bytes(), &plan, 7, domain::Sector::Retail);
    let shown = items.iter().map(|item| match item {
        Item::Receipt(receipt) => receipt.purchase.receipt().day.to_string(),
        Item::Refused(row) => row.reason.code().to_owned(),
    });
    shown.collect()
}

#[rstest]
#[case::only_day_first(&["11/05/2026", "24/11/2026"], &["2026-05-11", "2026-11-24"])]
#[case::only_ambiguous(&["11/05/2026", "05/11/2026"], &["2026-05-11", "2026-11-05"])]
#[case::only_month_first(
    &["11/05/2026", "11-5-26 2:05 PM", "11/24/2026", "2026-11-05", "Nov 5, 2026"],
    &["2026-11-05", "2026-11-05", "2026-11-24", "2026-11-05", "2026-11-05"]
)]
#[case::month_first_in_the_last_row(&["11/05/2026", "10/04/2026", "11/24/2026"],
    &["2026-11-05", "2026-10-04", "2026-11-24"])]
#[case::mostly_day_first(
    &["11/05/2026", "24/11/2026", "23/11/2026", "11/29/2026"],
    &["2026-05-11", "2026-11-24", "2026-11-23", "month_first"]
)]
#[case::mostly_month_first(
    &["11/05/2026", "11/24/2026", "11/23/2026", "24/11/2026"],
    &["date_ambiguous", "month_first", "month_first", "2026-11-24"]
)]
#[case::as_many_of_both(
    &["11/05/2026", "11/24/2026", "24/11/2026"],
    &["date_ambiguous", "month_first", "2026-11-24"]
)]
fn the_dates_of_a_file_say_together_whether_the_month_stands_first(
    #[case] dates: &[&str],
    #[case] read: &[&str],
    #[values(1, u64::MAX)] range_bytes: u64,
) {
    assert_eq!(days(dates, range_bytes), read);
}

#[test]
fn a_column_that_does_not_show_the_order_is_as_the_other_columns_of_the_file() {
    let file = |day: &str| {
        format!(
            "ticket;date;total;mobile;inscription;date de naissance\n\
            1;{day};1,00;0639980012;oui;05/11/80\n"
        )
    };
    let born = |file: String| {
        let items = read(file.as_bytes());
        let Some(Item::Receipt(receipt)) = items.first() else { panic!("a receipt is read") };
        receipt
            .customer
            .as_ref()
            .and_then(|customer| customer.details.birth_date)
            .unwrap()
            .to_string()
    };
    assert_eq!(born(file("24/11/2026")), "1980-11-05");
    assert_eq!(born(file("11/24/2026")), "1980-05-11");
}

#[test]
fn a_refused_row_of_a_file_with_the_month_first_means_the_same_day_when_it_comes_back_alone() {
    let file = "ticket;date;total;mobile\n1;11/05/2026;1,00;06\n2;11/24/2026;1,00;\n";
    let plan = super::plan(file.as_bytes(), u64::MAX, 9).unwrap();
    let mut out = Vec::new();
    refused::write_header(&plan.dialect, &mut out);
    for item in read(file.as_bytes()) {
        if let Item::Refused(row) = item {
            refused::write_row(&plan.dialect, &row, &mut out);
        }
    }
    let corrected = String::from_utf8(out).unwrap().replace(";06\r", ";0639980012\r");
    let items = read(corrected.as_bytes());
    assert_eq!(refusals(&items), []);
    let Some(Item::Receipt(receipt)) = items.first() else { panic!("a receipt is read") };
    assert_eq!(receipt.purchase.receipt().day.to_string(), "2026-11-05");
}

#[test]
fn a_malformed_amount_is_refused() {
    let items = read(&data("amounts-that-are-none.csv"));
    assert_eq!(
        refusals(&items),
        [
            (2, value(Column::Total, ValueError::AmountUnreadable.into())),
            (3, value(Column::Total, ValueError::AmountUnreadable.into())),
            (4, RowRefusal::AmountMissing),
            (5, value(Column::Total, ValueError::AmountTooLarge.into())),
        ]
    );
    assert_eq!(numbers(&items), ["5"]);
}

#[test]
fn one_bad_line_refuses_its_whole_receipt_and_no_other() {
    let items = read(&data("one-bad-line-of-a-receipt.csv"));
    assert_eq!(
        refusals(&items),
        [
            (2, RowRefusal::OtherRow { line: 3 }),
            (3, value(Column::Quantity, ValueError::QuantityUnreadable.into())),
            (4, RowRefusal::OtherRow { line: 3 }),
        ]
    );
    assert_eq!(numbers(&items), ["2"]);
}

#[test]
fn nul_bytes_refuse_their_row() {
    let items = read(&data("nul-bytes.csv"));
    assert_eq!(refusals(&items), [(3, RowRefusal::NulBytes)]);
    assert_eq!(numbers(&items), ["1", "3"]);
}

#[test]
fn a_quote_that_is_not_closed_refuses_only_the_line_where_it_opens() {
    let items = read(&data("quote-never-closed.csv"));
    assert_eq!(refusals(&items), [(3, RowRefusal::QuoteNotClosed { line: 3 })]);
    assert_eq!(numbers(&items), ["1", "3", "4"]);
}

#[test]
fn bytes_that_are_not_utf8_refuse_their_row_in_a_file_with_a_byte_order_mark() {
    let items = read(&data("bom-then-not-utf8.csv"));
    assert_eq!(refusals(&items), [(2, RowRefusal::NotUtf8)]);
    assert_eq!(numbers(&items), ["2"]);
}

#[test]
fn a_row_with_too_many_fields_is_refused_with_its_receipt() {
    let items = read(&data("unquoted-delimiter.csv"));
    assert_eq!(
        refusals(&items),
        [(2, RowRefusal::OtherRow { line: 3 }), (3, RowRefusal::TooManyFields)]
    );
    assert_eq!(numbers(&items), ["2"]);
}

#[rstest]
#[case::a_line(data("row-of-no-receipt.csv"))]
#[case::an_amount_alone(
    b"ticket;date;libelle;montant ligne\n1;24/11/2026;Sel;1,00\n;;;1,00\n\
      2;24/11/2026;Huile;2,00\n3;24/11/2026;Riz;2,00\n".to_vec()
)]
fn a_row_without_a_receipt_number_refuses_the_receipts_that_it_may_belong_to(
    #[case] file: Vec<u8>,
) {
    let items = read(&file);
    let mut refusals = refusals(&items);
    refusals.sort_by_key(|(line, _)| *line);
    assert_eq!(
        refusals,
        [
            (2, RowRefusal::Neighbour { line: 3 }),
            (3, value(Column::Receipt, ValueError::Empty.into())),
            (4, RowRefusal::Neighbour { line: 3 }),
        ]
    );
    assert_eq!(numbers(&items), ["3"]);
}

const RECEIPTS: &str =
    "ticket;date;mobile;total\n1;24/11/2026;0639980012;1,00\n2;24/11/2026;;2,00\n";
const LINES: &str =
    "ticket;date;libelle;tva;montant ligne\n1;24/11/2026;Sel;1;1,00\n2;24/11/2026;Huile;1;2,00\n";

#[rstest]
#[case::word_as_number(RECEIPTS, "Total;;;3,00")]
#[case::word_as_number_with_a_day(RECEIPTS, "TOTAL DU JOUR;24/11/2026;;3,00")]
#[case::word_as_day(RECEIPTS, ";Total général :;;3,00 €")]
#[case::amount_alone(RECEIPTS, ";;;3,00")]
#[case::word_as_number_of_lines(LINES, "Total;;;2;3,00")]
#[case::word_as_label(LINES, ";;Sous-total;2;3,00")]
#[case::amounts_alone(LINES, ";;;2;3,00")]
#[case::two_rows(LINES, ";;;2;3,00\nTotal HT;;;;2,50")]
#[case::empty_rows_between(LINES, "\n;;;;\n;;;;3,00 EUR")]
fn a_row_of_totals_at_the_foot_refuses_no_receipt_and_is_listed_itself(
    #[case] rows: &str,
    #[case] foot: &str,
    #[values(1, u64::MAX)] range_bytes: u64,
) {
    let file = format!("{rows}{foot}\n");
    let plan = super::plan(file.as_bytes(), range_bytes, 7).unwrap();
    let items = super::read_planned(file.as_bytes(), &plan, 7, domain::Sector::Retail);
    assert_eq!(numbers(&items), ["1", "2"]);
    let listed: Vec<_> = refusals(&items).into_iter().map(|(_, reason)| reason).collect();
    let rows = foot.lines().filter(|row| row.contains(|c: char| c.is_ascii_digit())).count();
    assert_eq!(listed, vec![RowRefusal::OnlyTotals; rows]);
}

#[test]
fn a_subtotal_with_its_word_refuses_no_receipt_wherever_it_stands() {
    let file = "ticket;date;libelle;montant ligne\n1;24/11/2026;Sel;1,00\n;;Sous-total;1,00\n\
        1;24/11/2026;Riz;4,00\n2;24/11/2026;Huile;2,00\n1;24/11/2026;Thé;5,00\n";
    let items = read(file.as_bytes());
    assert_eq!(refusals(&items), [(3, RowRefusal::OnlyTotals)]);
    assert_eq!(numbers(&items), ["2", "1"]);
}

#[rstest]
#[case("Total-12;24/11/2026;;3,00", "Total-12")]
#[case("T0TAL;24/11/2026;;3,00", "T0TAL")]
fn a_receipt_number_like_a_word_for_totals_is_a_receipt_number(
    #[case] row: &str,
    #[case] number: &str,
) {
    let items = read(format!("{RECEIPTS}{row}\n").as_bytes());
    assert_eq!(numbers(&items), ["1", "2", number]);
}

#[test]
fn rows_of_a_receipt_must_name_one_customer() {
    let items = read(&data("customers-differ.csv"));
    assert_eq!(
        refusals(&items),
        [(2, RowRefusal::OtherRow { line: 3 }), (3, RowRefusal::CustomersDiffer)]
    );
    assert_eq!(numbers(&items), ["2"]);
}

#[test]
fn a_total_that_repeats_the_amount_of_each_line_is_refused() {
    let items = read(&data("total-repeated-on-lines.csv"));
    assert_eq!(
        refusals(&items),
        [
            (4, RowRefusal::OtherRow { line: 5 }),
            (5, RowRefusal::TotalsDiffer),
            (6, RowRefusal::TotalsDiffer),
            (7, RowRefusal::TotalsDiffer),
        ]
    );
    assert_eq!(numbers(&items), ["1"]);
}

#[rstest]
#[case::too_long("x", RowRefusal::RowTooLong)]
#[case::too_long_within_quotes("\"x", RowRefusal::RowTooLong)]
fn a_row_of_ten_megabytes_is_refused_and_the_rest_is_read(
    #[case] of: &str,
    #[case] reason: RowRefusal,
) {
    let row = format!("2;24/11/2026;2,00;{}", of.repeat(10 * 1024 * 1024 / of.len()));
    let file = format!("ticket;date;total;note\n1;24/11/2026;1,00;\n{row}\n3;24/11/2026;3,00;\n");
    let items = read(file.as_bytes());
    assert_eq!(refusals(&items), [(3, reason)]);
    assert_eq!(numbers(&items), ["1", "3"]);
}

#[test]
fn a_quote_closed_only_after_many_lines_refuses_the_line_where_it_opens() {
    const RECEIPTS: usize = 5000;
    let mut file = "ticket;date;total;note\n1;24/11/2026;1,00;\"ouvert\n".to_owned();
    for number in 2..RECEIPTS {
        writeln!(file, "{number};24/11/2026;2,00;").unwrap();
    }
    writeln!(file, "{RECEIPTS};24/11/2026;2,00;\"fermé\"").unwrap();
    let items = read(file.as_bytes());
    assert_eq!(refusals(&items), [(2, RowRefusal::QuoteNotClosed { line: 2 })]);
    assert_eq!(numbers(&items).len(), RECEIPTS - 1);
}

#[test]
fn a_receipt_of_too_many_lines_is_refused_row_by_row() {
    let too_many = MOST_LINES + 1;
    let mut file = "ticket;date;libelle;montant ligne\n".to_owned();
    for number in 0..=too_many {
        let receipt = usize::from(number == too_many);
        writeln!(file, "{receipt};24/11/2026;a;1,00").unwrap();
    }
    let items = read(file.as_bytes());
    let refusals = refusals(&items);
    assert_eq!(refusals.len(), too_many);
    assert!(refusals.iter().all(|(_, reason)| *reason == RowRefusal::ReceiptTooLong));
    assert_eq!(numbers(&items), ["1"]);
}

#[test]
fn the_file_of_refused_rows_has_the_line_the_reason_and_the_cells() {
    let file = "ticket;date;total;note\n1;24/11/2026;x;=1+1\n2;24/11/2026;-2;\"a;b\"\n3;hier\n";
    let plan = super::plan(file.as_bytes(), u64::MAX, 9).unwrap();
    let mut out = Vec::new();
    refused::write_header(&plan.dialect, &mut out);
    for item in read(file.as_bytes()) {
        match item {
            Item::Refused(row) => refused::write_row(&plan.dialect, &row, &mut out),
            Item::Receipt(receipt) => {
                for row in
                    receipt.refused(RowRefusal::Ledger(PurchaseError::ReturnedSaleUnknown.into()))
                {
                    refused::write_row(&plan.dialect, &row, &mut out);
                }
            }
        }
    }
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with('\u{feff}'));
    assert_eq!(text.lines().count(), 4, "a header and three rows");
    insta::assert_snapshot!(text.trim_start_matches('\u{feff}').replace('\r', ""));
}

#[test]
fn a_short_row_below_a_wide_header_stays_short_in_the_file_of_refused_rows() {
    let header = format!("ticket;date;total;{}\n", "colonne;".repeat(900));
    let file = header.clone() + &"a\n".repeat(100);
    let plan = super::plan(file.as_bytes(), u64::MAX, 4096).unwrap();
    let mut out = Vec::new();
    for item in read(file.as_bytes()) {
        let Item::Refused(row) = item else { panic!("no row is a receipt") };
        refused::write_row(&plan.dialect, &row, &mut out);
    }
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 100);
    assert!(text.lines().all(|line| line.ends_with(";a")), "{text}");
}

#[test]
fn nothing_of_a_person_shows_in_debug() {
    let items = read(&data("mobiles-that-are-none.csv"));
    for item in &items {
        if let Item::Refused(row) = item {
            assert!(!format!("{row:?}").contains("99 00"));
        }
    }
    assert!(shown(&items).contains("3,36E+10"), "only as the example of the sentence");
}
