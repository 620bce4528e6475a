//! Files that are as they should be.

use super::{data, numbers, plan, read, read_planned, receipts, refusals, shown};
use crate::file::{Encoding, Item, Plan, refused};
use domain::{PurchaseKind, Sector};
use rstest::rstest;

#[test]
fn a_receipts_export_with_a_mark_and_decimal_commas_is_read() {
    insta::assert_snapshot!(shown(&read(&data("receipts-utf8-bom-crlf.csv"))));
}

#[test]
fn a_file_with_a_row_a_line_is_read_receipt_by_receipt() {
    insta::assert_snapshot!(shown(&read(&data("lines.csv"))));
}

#[test]
fn a_windows_1252_file_is_read() {
    insta::assert_snapshot!(shown(&read(&data("receipts-cp1252.csv"))));
}

#[test]
fn an_english_file_with_tabs_is_read() {
    insta::assert_snapshot!(shown(&read(&data("receipts-english-tab.csv"))));
}

#[test]
fn an_exchange_is_a_sale_with_a_line_below_zero() {
    insta::assert_snapshot!(shown(&read(&data("exchange-within-a-sale.csv"))));
}

#[test]
fn a_return_is_told_by_its_type() {
    insta::assert_snapshot!(shown(&read(&data("returns-by-type.csv"))));
}

#[rstest]
#[case("receipts-utf8-bom-crlf.csv", Encoding::Utf8, b';', 4)]
#[case("receipts-cp1252.csv", Encoding::Windows1252, b';', 2)]
#[case("receipts-english-tab.csv", Encoding::Utf8, b'\t', 2)]
#[case("lines.csv", Encoding::Utf8, b',', 4)]
#[case("old-mac-line-ends.csv", Encoding::Utf8, b'|', 2)]
fn the_writing_of_a_file_is_found(
    #[case] name: &str,
    #[case] encoding: Encoding,
    #[case] delimiter: u8,
    #[case] rows: u64,
) {
    let plan = plan(&data(name), u64::MAX, 7).unwrap();
    assert_eq!(
        (plan.dialect.encoding, plan.dialect.delimiter, plan.rows),
        (encoding, delimiter, rows)
    );
}

#[test]
fn a_plan_reads_back_from_json() {
    let plan = plan(&data("scattered-receipt.csv"), 10, 5).unwrap();
    let json = serde_json::to_string(&plan).unwrap();
    assert!(json.contains(r#""columns":{"receipt":0,"date":1,"sku":2,"line_amount":3}"#), "{json}");
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
}

#[test]
fn a_label_may_have_line_ends_in_quotes_and_lines_are_those_of_an_editor() {
    let items = read(&data("quoted-newlines.csv"));
    let receipts = receipts(&items);
    assert_eq!((receipts.len(), receipts[0].line), (1, 2));
    assert_eq!(receipts[0].purchase.lines()[0].label.as_deref(), Some("Bougie parfumée  figue"));
    let lines: Vec<_> = refusals(&items).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [6, 7]);
}

#[test]
fn missing_fields_are_empty_and_empty_ones_too_many_are_nothing() {
    let file = data("fewer-and-trailing-fields.csv");
    assert_eq!(plan(&file, u64::MAX, 3).unwrap().rows, 3);
    let items = read(&file);
    assert_eq!(numbers(&items), ["1", "2", "3"]);
    assert!(receipts(&items)[1].customer.is_some());
    assert_eq!(receipts(&items)[2].line, 6);
}

#[test]
fn a_spreadsheets_hint_before_the_header_is_passed_over() {
    let items = read(&data("excel-separator-hint.csv"));
    assert_eq!((numbers(&items), receipts(&items)[0].line), (vec!["1"], 3));
}

#[test]
fn a_header_alone_is_a_file_without_rows() {
    let plan = plan(b"ticket;date;total\r\n", 10, 4).unwrap();
    assert_eq!((plan.rows, plan.ranges.len()), (0, 0));
}

#[test]
fn a_total_below_zero_or_lines_all_below_zero_are_a_return() {
    let file = b"ticket;date;quantite;prix unitaire;total\n\
        1;24/11/2026;-1;2,00;2,00\n\
        1;24/11/2026;-2;3,00;2,00\n\
        2;24/11/2026;1;4,00;-4,00\n\
        3;24/11/2026;1;4,00;3,00\n\
        3;24/11/2026;-1;1,00;3,00\n";
    let items = read(file);
    let seen: Vec<_> = receipts(&items)
        .iter()
        .map(|receipt| {
            let prices: Vec<_> =
                receipt.purchase.lines().iter().map(|line| line.unit_price.get()).collect();
            let is_return = matches!(receipt.purchase.kind(), PurchaseKind::Return { .. });
            (is_return, receipt.purchase.total().get(), prices)
        })
        .collect();
    assert_eq!(
        seen,
        [(true, 200, vec![200, 300]), (true, 400, vec![400]), (false, 300, vec![400, -100])]
    );
}

#[test]
fn nothing_of_an_opticians_health_data_is_kept_refused_rows_included() {
    let file = data("optician.csv");
    let plan = plan(&file, u64::MAX, 64).unwrap();
    let items = read_planned(&file, &plan, 64, Sector::Optical);
    let mut kept = Vec::new();
    for item in &items {
        match item {
            Item::Receipt(receipt) => kept.extend(
                receipt
                    .raw
                    .iter()
                    .flat_map(|raw| raw.cells().map(str::to_owned).collect::<Vec<_>>()),
            ),
            Item::Refused(row) => {
                let mut out = Vec::new();
                refused::write_row(&plan.dialect, row, &mut out);
                kept.push(String::from_utf8(out).unwrap());
            }
        }
    }
    let kept = kept.join("\n") + &shown(&items);
    for health in
        ["erre", "entilles", "+2.50", "-1.25", "-3.00", "VP", "LT", "LM", "Etui", "Contacto"]
    {
        assert!(!kept.contains(health), "{health} was kept:\n{kept}");
    }
    insta::assert_snapshot!(kept);
}
