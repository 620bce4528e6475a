//! Files without bad rows.

use super::{data, numbers, plan, read, read_planned, receipts, refusals, shown};
use crate::file::{Encoding, FileReceipt, Item, Plan, refused};
use domain::{PurchaseKind, Sector};
use rstest::rstest;

#[test]
fn a_file_of_receipts_with_a_byte_order_mark_and_decimal_commas_is_read() {
    insta::assert_snapshot!(shown(&read(&data("receipts-utf8-bom-crlf.csv"))));
}

#[test]
fn a_file_of_lines_is_read_receipt_by_receipt() {
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
fn an_exchange_is_a_sale_with_a_negative_line() {
    insta::assert_snapshot!(shown(&read(&data("exchange-within-a-sale.csv"))));
}

#[test]
fn a_return_is_recognised_by_its_type() {
    insta::assert_snapshot!(shown(&read(&data("returns-by-type.csv"))));
}

#[rstest]
#[case("receipts-utf8-bom-crlf.csv", Encoding::Utf8, b';', 4)]
#[case("receipts-cp1252.csv", Encoding::Windows1252, b';', 2)]
#[case("receipts-english-tab.csv", Encoding::Utf8, b'\t', 2)]
#[case("lines.csv", Encoding::Utf8, b',', 4)]
#[case("old-mac-line-ends.csv", Encoding::Utf8, b'|', 2)]
fn the_format_of_a_file_is_found(
    #[case] name: &str,
    #[case] encoding: Encoding,
    #[case] delimiter: u8,
    #[case] rows: u64,
) {
    let plan = plan(&data(name), u64::MAX, 7).unwrap();
    assert_eq!(plan.dialect.encoding, encoding);
    assert_eq!(plan.dialect.delimiter, delimiter);
    assert_eq!(plan.rows, rows);
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
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].line, 2);
    assert_eq!(receipts[0].purchase.lines()[0].label.as_deref(), Some("Bougie parfumée  figue"));
    let lines: Vec<_> = refusals(&items).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [6, 7]);
}

#[test]
fn missing_fields_are_empty_and_additional_empty_fields_are_ignored() {
    let file = data("fewer-and-trailing-fields.csv");
    assert_eq!(plan(&file, u64::MAX, 3).unwrap().rows, 3);
    let items = read(&file);
    assert_eq!(numbers(&items), ["1", "2", "3"]);
    assert!(receipts(&items)[1].customer.is_some());
    assert_eq!(receipts(&items)[2].line, 6);
}

#[test]
fn the_separator_hint_of_a_spreadsheet_is_skipped() {
    let items = read(&data("excel-separator-hint.csv"));
    assert_eq!(numbers(&items), ["1"]);
    assert_eq!(receipts(&items)[0].line, 3);
}

#[test]
fn a_header_alone_is_a_file_without_rows() {
    let plan = plan(b"ticket;date;total\r\n", 10, 4).unwrap();
    assert_eq!(plan.rows, 0);
    assert!(plan.ranges.is_empty());
}

#[test]
fn a_negative_total_or_only_negative_lines_are_a_return() {
    let file = b"ticket;date;quantite;prix unitaire;total\n\
        1;24/11/2026;-1;2,00;2,00\n\
        1;24/11/2026;-2;3,00;2,00\n\
        2;24/11/2026;1;4,00;-4,00\n\
        3;24/11/2026;1;4,00;3,00\n\
        3;24/11/2026;-1;1,00;3,00\n";
    let items = read(file);
    let receipts = receipts(&items);
    let [negative_lines, negative_total, exchange] = &receipts[..] else {
        panic!("three receipts are in the file")
    };
    let is_return =
        |receipt: &FileReceipt| matches!(receipt.purchase.kind(), PurchaseKind::Return { .. });
    let total = |receipt: &FileReceipt| receipt.purchase.total().get();
    let prices = |receipt: &FileReceipt| -> Vec<_> {
        receipt.purchase.lines().iter().map(|line| line.unit_price.get()).collect()
    };
    assert!(is_return(negative_lines));
    assert_eq!(total(negative_lines), 200);
    assert_eq!(prices(negative_lines), [200, 300]);
    assert!(is_return(negative_total));
    assert_eq!(total(negative_total), 400);
    assert_eq!(prices(negative_total), [400]);
    assert!(!is_return(exchange));
    assert_eq!(total(exchange), 300);
    assert_eq!(prices(exchange), [400, -100]);
}

#[test]
fn no_health_data_of_an_optician_is_stored_not_even_in_refused_rows() {
    let file = data("optician.csv");
    let plan = plan(&file, u64::MAX, 64).unwrap();
    let items = read_planned(&file, &plan, 64, Sector::Optical);
    let mut stored = Vec::new();
    for item in &items {
        match item {
            Item::Receipt(receipt) => stored.extend(
                receipt
                    .raw
                    .iter()
                    .flat_map(|raw| raw.cells().map(str::to_owned).collect::<Vec<_>>()),
            ),
            Item::Refused(row) => {
                let mut out = Vec::new();
                refused::write_row(&plan.dialect, row, &mut out);
                stored.push(String::from_utf8(out).unwrap());
            }
        }
    }
    let stored = stored.join("\n") + &shown(&items);
    for health in
        ["erre", "entilles", "+2.50", "-1.25", "-3.00", "VP", "LT", "LM", "Etui", "Contacto"]
    {
        assert!(!stored.contains(health), "{health} was stored:\n{stored}");
    }
    insta::assert_snapshot!(stored);
}

#[rstest]
#[case("2:05 PM")]
#[case("14h75min")]
#[case("14h05\u{2019}")]
#[case("14:05 p.m.")]
fn the_time_of_an_opticians_refused_row_comes_back_as_it_was_written(#[case] time: &str) {
    let file = format!("ticket;date;heure;mobile;total\n1;mar. 24 nov. 2026;{time};06;1,00\n");
    let plan = plan(file.as_bytes(), u64::MAX, 64).unwrap();
    let items = read_planned(file.as_bytes(), &plan, 64, Sector::Optical);
    let [Item::Refused(row)] = &items[..] else { panic!("the row is refused") };
    let cells: Vec<_> = row.raw.cells().collect();
    assert_eq!(cells, ["1", "mar. 24 nov. 2026", time, "06", "1,00"]);
}
