//! Cells as people, spreadsheets and accounting software write them.

use super::{data, numbers, plan, read, receipts, refusals};
use crate::file::{Column, CustomerKey, Item, RowRefusal, refused};
use domain::{Cents, DomainError, MemberError, PurchaseError, PurchaseKind, ValueError};
use proptest::prelude::*;
use rstest::rstest;

#[rstest]
#[case::numbers("numbers-as-floats.csv", 2, 2000)]
#[case::apostrophes("apostrophes.csv", 2, 2000)]
#[case::currencies("euros.csv", 2, 2500)]
#[case::negatives_of_accountants("negative-in-books.csv", 3, 7500)]
#[case::hours("hours.csv", 2, 2000)]
#[case::a_long_receipt("long-receipt.csv", 1, 54_100)]
fn a_file_as_a_spreadsheet_writes_it_is_read(
    #[case] name: &str,
    #[case] accepted: usize,
    #[case] cents: i64,
) {
    let items = read(&data(name));
    assert_eq!(refusals(&items), []);
    assert_eq!(receipts(&items).len(), accepted);
    let sum: i64 = receipts(&items)
        .iter()
        .map(|receipt| match receipt.purchase.kind() {
            PurchaseKind::Sale => receipt.purchase.total().get(),
            PurchaseKind::Return { .. } => -receipt.purchase.total().get(),
        })
        .sum();
    assert_eq!(sum, cents);
}

#[test]
fn all_lines_of_a_long_receipt_are_read_as_one_receipt() {
    let items = read(&data("long-receipt.csv"));
    assert_eq!(receipts(&items)[0].rows, 541);
    assert_eq!(receipts(&items)[0].purchase.lines().len(), 541);
}

#[test]
fn a_receipt_that_a_spreadsheet_wrote_in_two_ways_is_one_receipt() {
    let file = b"ticket;caisse;date;mobile;sku;montant ligne\n\
        12.0;1.0;24/11/2026;639980012.0;3770012000011.0;1,00\n\
        '12;1;24/11/26;'0639980012;'3770012000011;2,00\n";
    let items = read(file);
    let receipts = receipts(&items);
    assert_eq!(receipts.len(), 1, "{:?}", refusals(&items));
    let purchase = &receipts[0].purchase;
    assert_eq!(purchase.receipt().number.as_str(), "12");
    assert_eq!(purchase.receipt().register.as_str(), "1");
    assert!(purchase.lines().iter().all(|line| line.sku.as_deref() == Some("3770012000011")));
    let identity = receipts[0].customer.as_ref().map(|customer| &customer.identity);
    assert!(
        matches!(identity, Some(CustomerKey::Mobile(mobile)) if mobile.as_str() == "+33639980012")
    );
}

#[rstest]
#[case("639980012.0000", "639980012,00", "1234.00")]
#[case("639 980 012,00", "639\u{a0}980\u{a0}012", "1 234,00")]
#[case("639\u{202f}980\u{202f}012.0", "639980012.000000", "1\u{a0}234")]
#[case("639980012", "639 980 012,00", "1'234.00")]
fn a_code_that_a_spreadsheet_formatted_as_a_number_is_the_code(
    #[case] mobile: &str,
    #[case] card: &str,
    #[case] ticket: &str,
) {
    let file =
        format!("ticket;date;mobile;carte;total\n{ticket};24/11/2026;{mobile};{card};1,00\n");
    let items = read(file.as_bytes());
    assert_eq!(refusals(&items), []);
    assert_eq!(numbers(&items), ["1234"]);
    let receipts = receipts(&items);
    let customer = receipts[0].customer.as_ref().unwrap();
    let CustomerKey::Mobile(mobile) = &customer.identity else { panic!("a mobile is read") };
    assert_eq!(mobile.as_str(), "+33639980012");
    assert_eq!(customer.details.card.as_ref().unwrap().as_str(), "639980012");
}

#[rstest]
#[case("12.000")]
#[case("2026.0000")]
#[case("1.5")]
fn a_receipt_number_that_may_be_another_number_is_as_it_is_written(#[case] ticket: &str) {
    let file = format!("ticket;date;total\n{ticket};24/11/2026;1,00\n");
    assert_eq!(numbers(&read(file.as_bytes())), [ticket]);
}

#[rstest]
#[case("mobile", "6,3998E+08", Column::Mobile, ValueError::NumberScientific.into())]
#[case("carte", "1,2E+12", Column::Card, ValueError::NumberScientific.into())]
#[case("email", "pas-un-mail", Column::Email, MemberError::Email.into())]
#[case("carte", "12", Column::Card, ValueError::CardNumber.into())]
#[case("date de naissance", "24/11/2027", Column::BirthDate, MemberError::BirthDate.into())]
fn a_detail_that_cannot_be_read_refuses_its_row_and_is_not_dropped(
    #[case] name: &str,
    #[case] cell: &str,
    #[case] column: Column,
    #[case] error: DomainError,
) {
    let other = if name == "mobile" { "note" } else { "mobile" };
    let file = format!("ticket;date;total;{name};{other}\n1;24/11/2026;1,00;{cell};0639980012\n");
    assert_eq!(refusals(&read(file.as_bytes())), [(2, RowRefusal::value(column, error))]);
}

#[rstest]
#[case("EUR", true)]
#[case("€", true)]
#[case("Euros", true)]
#[case("", true)]
#[case("CHF", false)]
#[case("$", false)]
fn amounts_of_another_currency_than_the_euro_are_refused(
    #[case] cell: &str,
    #[case] is_read: bool,
) {
    let file = format!("ticket;date;total;devise\n1;24/11/2026;1,00;{cell}\n;;1,00;{cell}\n");
    let items = read(file.as_bytes());
    let refused = refusals(&items);
    assert_eq!(refused.contains(&(2, RowRefusal::OtherCurrency)), !is_read, "{refused:?}");
    assert_eq!(receipts(&items).len(), usize::from(is_read));
}

#[rstest]
#[case::a_gift("0;0,00;0,00", None)]
#[case::a_gift_without_an_amount("0,000;5,00;", None)]
#[case::an_amount_of_no_piece("0;5,00;5,00", Some(ValueError::QuantityOutOfRange))]
fn a_line_of_quantity_zero_adds_nothing_to_its_receipt_unless_it_has_an_amount(
    #[case] line: &str,
    #[case] refused: Option<ValueError>,
) {
    let file = format!(
        "ticket;date;mobile;libellé;quantité;prix unitaire;montant ligne\n\
         1;24/11/2026;0639980012;Stylo;2;5,00;10,00\n1;24/11/2026;0639980012;Sac offert;{line}\n"
    );
    let items = read(file.as_bytes());
    let expected = refused.map(|error| (3, RowRefusal::value(Column::Quantity, error)));
    assert_eq!(refusals(&items).into_iter().find(|(line, _)| *line == 3), expected);
    let read: Vec<_> = receipts(&items).iter().map(|receipt| receipt.purchase.total()).collect();
    assert_eq!(read, if refused.is_some() { vec![] } else { vec![Cents::new(1_000)] });
}

#[rstest]
#[case("peut-être", None)]
#[case("oui ?", None)]
#[case("Oui", Some(true))]
#[case("1.0", Some(true))]
#[case("NON", Some(false))]
#[case("0", Some(false))]
#[case("", Some(false))]
fn a_wish_that_is_neither_yes_nor_no_is_not_guessed(
    #[case] cell: &str,
    #[case] wish: Option<bool>,
) {
    let file =
        format!("ticket;date;total;mobile;inscription\n1;24/11/2026;1,00;0639980012;{cell}\n");
    let items = read(file.as_bytes());
    let read = receipts(&items)
        .first()
        .and_then(|receipt| receipt.customer.as_ref().map(|customer| customer.card_requested));
    assert_eq!(read, wish);
    if wish.is_none() {
        let column = Column::CardRequested;
        assert_eq!(refusals(&items), [(2, RowRefusal::NeitherYesNorNo { column })]);
    }
}

/// The file of refused rows of a file.
fn refused_rows(file: &[u8]) -> String {
    let plan = plan(file, u64::MAX, 100).unwrap();
    let mut out = Vec::new();
    refused::write_header(&plan.dialect, &mut out);
    for item in read(file) {
        if let Item::Refused(row) = item {
            refused::write_row(&plan.dialect, &row, &mut out);
        }
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn the_corrected_file_of_refused_rows_is_accepted_also_when_rows_are_refused_twice() {
    let file = "Ticket;Jour;Portable;Total;Note\n1;31/02/2026;@0639980012;10,00;=1+1\n";
    let once = refused_rows(file.as_bytes());
    assert!(once.contains("ligne;motif;Ticket;Jour;Portable;Total;Note\r\n2;"), "{once}");
    assert!(once.contains("'=1+1"), "{once}");
    let twice = refused_rows(once.as_bytes());
    assert_eq!(twice, once, "no column and no apostrophe is there twice");
    let corrected = twice.replace("31/02/2026", "28/02/2026").replace("'@06", "'06");
    let items = read(corrected.as_bytes());
    assert_eq!(refusals(&items), []);
    assert_eq!(numbers(&items), ["1"]);
}

proptest! {
    #[test]
    fn a_refused_row_comes_back_with_every_cell_as_the_merchant_wrote_it(
        cell in "[-=+@'\"a1é ,;|%€\t\r\n\u{ff1d}\u{a0}]{0,12}",
        name in "[-=+@']{0,3}note",
    ) {
        let quoted = cell.replace('"', "\"\"");
        let file = format!("ticket;date;total;{name}\n1;hier;1,00;\"{quoted}\"\n");
        let cells = |file: &[u8]| match read(file).pop() {
            Some(Item::Refused(row)) => row.raw.cells().map(str::to_owned).collect::<Vec<_>>(),
            _ => panic!("the row is refused"),
        };
        let once = refused_rows(file.as_bytes());
        prop_assert_eq!(&cells(once.as_bytes())[2..], &cells(file.as_bytes())[..]);
        prop_assert_eq!(&refused_rows(once.as_bytes()), &once);
    }
}

#[test]
fn a_row_of_totals_refuses_no_receipt_when_the_corrected_file_comes_back_with_it() {
    let file =
        "ticket;date;libelle;montant ligne\n1;hier;Sel;1,00\n2;24/11/2026;Riz;2,00\n;;;3,00\n";
    let corrected = refused_rows(file.as_bytes()).replace("hier", "24/11/2026");
    let items = read(corrected.as_bytes());
    assert_eq!(numbers(&items), ["1"]);
    assert_eq!(refusals(&items), [(3, RowRefusal::OnlyTotals)]);
}

#[test]
fn a_reason_names_the_column_as_the_merchant_does() {
    let refused = refused_rows(
        b"Facture;Horodatage;Montant pay\xc3\xa9\n1;11-29-2026;2,00\n2;24/11/2026;x\n",
    );
    assert!(refused.contains("Colonne « Horodatage ». La date commence par le mois"), "{refused}");
    assert!(refused.contains("Colonne « Montant payé ». Ce n’est pas un montant"), "{refused}");
}

#[test]
fn a_conflict_names_its_receipt_and_an_erased_persons_row_shows_only_the_receipt() {
    let file =
        b"Ticket;Jour;Portable;Nom;Total;Note\n42;24/11/26;0639980012;Martin;10,00;rappeler\n";
    let plan = plan(file, u64::MAX, 100).unwrap();
    let listed = |reason: RowRefusal| {
        let Some(Item::Receipt(receipt)) = read(file).pop() else { panic!("a receipt is read") };
        let mut out = Vec::new();
        for row in receipt.refused(reason) {
            refused::write_row(&plan.dialect, &row, &mut out);
        }
        String::from_utf8(out).unwrap()
    };
    let conflict = listed(RowRefusal::Ledger(PurchaseError::ReceiptConflict.into()));
    assert!(conflict.contains("Le ticket 42 du 24/11/2026 est déjà enregistré"), "{conflict}");
    assert!(conflict.contains("si elle est juste, annulez"), "{conflict}");
    let erased = listed(RowRefusal::Ledger(MemberError::Suppressed.into()));
    assert!(erased.ends_with(";42;24/11/26;;;10,00;\r\n"), "{erased}");
    let not_enrolled = listed(RowRefusal::Ledger(MemberError::NotEnrolled.into()));
    assert!(
        not_enrolled.contains("écrivez oui dans la colonne « carte demandée »"),
        "{not_enrolled}"
    );
    assert!(not_enrolled.contains("0639980012;Martin"), "{not_enrolled}");
}

#[test]
fn a_row_whose_number_or_register_is_null_belongs_to_no_receipt_or_to_the_receipt_before() {
    let file = b"ticket;caisse;date;mobile;libelle;quantite;prix unitaire;date de naissance\n\
        1;2;24/11/2026;0639980012;a;1.0000;2,50;00/00/0000\n1;NULL;NULL;NULL;#N/A;NaN;2,50;N/A\n\
        2;2;24/11/2026;;a;1;29.990000000000002;\n";
    let items = read(file);
    assert_eq!(refusals(&items), []);
    let totals: Vec<i64> =
        receipts(&items).iter().map(|receipt| receipt.purchase.total().get()).collect();
    assert_eq!(totals, [500, 2999]);
    let nobody = read(b"ticket;date;libelle;montant ligne\nNULL;24/11/2026;a;1,00\n");
    assert_eq!(refusals(&nobody), [(2, RowRefusal::value(Column::Receipt, ValueError::Empty))]);
}
