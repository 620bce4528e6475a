//! The report of a file, and its list of refused rows.

use super::setup::Shop;
use domain::Instant;
use store::UploadStatus;
use support::instant;

fn begun() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn ended() -> Instant {
    instant("2026-11-24T09:21:26Z")
}

/// A shop whose files are read from [`begun`] to [`ended`].
async fn open() -> Shop {
    let mut shop = Shop::open(begun).await;
    shop.app.clock = ended;
    shop
}

#[tokio::test]
async fn every_row_that_is_not_accepted_is_listed_with_its_reason_in_the_order_of_the_file() {
    let shop = open().await;
    let file = "Ticket;Jour;Portable;Montant payé;Carte demandée\n\
             A1;24/11/2026;0639980001;10,00;oui\n\
             A2;24/11/2026;0639980002;10,00;non\n\
             A3;31/02/2026;0639980001;10,00;\n\
             A1;24/11/2026;0639980001;11,00;\n\
             A4;24/11/2026;0639980001;dix;\n\
             A5;24/11/2026;;10,00;\n";
    let upload = shop.send(file.as_bytes(), begun()).await;
    let rows = upload.report.rows;
    assert_eq!((rows.accepted, rows.refused, rows.not_enrolled), (1, 3, 1));
    assert_eq!(rows.without_customer, 1);
    let listed = shop.refused_rows(&upload);
    let lines: Vec<&str> = listed.lines().collect();
    let [header, not_enrolled, day, conflict, amount] = &lines[..] else {
        panic!("a header and four rows: {listed}")
    };
    assert!(header.ends_with("ligne;motif;Ticket;Jour;Portable;Montant payé;Carte demandée"));
    assert!(not_enrolled.starts_with("3;") && not_enrolled.contains("A2"), "{not_enrolled}");
    assert!(day.starts_with("4;Colonne « Jour »"), "{day}");
    assert!(
        conflict.starts_with("5;") && conflict.contains("ticket A1 du 24/11/2026"),
        "{conflict}"
    );
    assert!(amount.starts_with("6;Colonne « Montant payé »"), "{amount}");
}

#[tokio::test]
async fn a_report_ends_when_the_work_ends_and_not_when_its_last_message_began() {
    let shop = open().await;
    let file = "ticket;date;mobile;total\nA;24/11/2026;0639980001;10,00\n";
    let upload = shop.send(file.as_bytes(), begun()).await;
    assert_eq!(upload.status, UploadStatus::Finished);
    assert_eq!(upload.finished_at, Some(ended()));
}

#[tokio::test]
async fn a_file_without_rows_says_so() {
    for (file, reason, status) in [
        ("ticket;date;total\n", "file_without_rows", UploadStatus::Finished),
        ("", "file_empty", UploadStatus::Refused),
    ] {
        let shop = open().await;
        let upload = shop.send(file.as_bytes(), begun()).await;
        assert_eq!(upload.status, status);
        assert_eq!(upload.reason.as_deref(), Some(reason));
        assert!(upload.explanation.is_some_and(|sentence| sentence.contains("export")));
    }
}

/// Rows without a number that follow a receipt: they are more than may wait for the end of the receipt.
#[tokio::test]
async fn rows_of_no_receipt_are_written_before_the_receipt_ends_where_they_are_many() {
    const ROWS: u64 = 20_000;
    let shop = open().await;
    let file = format!(
        "ticket;date;libelle;montant ligne\nA;24/11/2026;a;1,00\n{}A;24/11/2026;b;1,00\n",
        ";24/11/2026;x;1,00\n".repeat(20_000)
    );
    let upload = shop.send(file.as_bytes(), begun()).await;
    assert_eq!((upload.report.rows.read, upload.report.rows.refused), (ROWS + 2, ROWS + 2));
    let listed = shop.refused_rows(&upload);
    let line = |row: &str| row.split(';').next().unwrap().parse::<u64>().unwrap();
    let mut lines: Vec<u64> = listed.lines().skip(1).map(line).collect();
    assert_eq!(lines[0], 3, "the row after the receipt did not wait for the receipt");
    lines.sort_unstable();
    assert_eq!(lines, (2..ROWS + 4).collect::<Vec<_>>(), "each row is listed once");
}

#[tokio::test]
async fn a_receipt_before_many_refused_rows_is_recorded_and_listed_before_them() {
    let shop = open().await;
    let rows = "B;hier;0639980001;1,00\n".repeat(20_000);
    let file = format!("ticket;date;mobile;total\nA;24/11/2026;0639980001;10,00\n{rows}");
    let upload = shop.send(file.as_bytes(), begun()).await;
    assert_eq!((upload.report.rows.not_enrolled, upload.report.rows.refused), (1, 20_000));
    let listed = shop.refused_rows(&upload);
    let line = |row: &str| row.split(';').next().unwrap().parse::<u64>().unwrap();
    assert!(listed.lines().skip(1).map(line).eq(2..20_003));
}
