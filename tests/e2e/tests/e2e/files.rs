//! A merchant's file, uploaded to S3.

use crate::stack::{Aws, Shop, day_of, eventually, instant};
use serde_json::json;
use std::fmt::Write as _;

/// One row a receipt, in French, with an error of each kind.
const SALES: &str = "\
N° ticket;Date;Téléphone;Prénom;Nom;Montant TTC
A1;24/11/2025;06 39 98 01 01;Élodie;Martin;12,50
A2;24/11/2025 18:30;0639980101;Élodie;Martin;1 000,00
A3;2025-11-25;06.39.98.01.02;Noël;Durand;20,00
A4;20251125;;;;5,00
A5;31/02/2025;06 39 98 01 03;;;5,00
A6;25/11/2025;3,36E+10;;;5,00
A7;25/11/2025;06 39 98 01 02;;;-20,00
";

fn cp1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).expect("a character of Windows-1252"))
        .collect()
}

#[test]
fn a_file_uploaded_to_s3_becomes_members_with_points() {
    let shop = Shop::open();
    let aws = Aws::of(&shop.stack);
    let bucket = shop.stack.get("uploads_bucket");
    let key = format!("{}/paris/ventes du 25é.csv", shop.merchant);
    aws.put(bucket, &key, &cp1252(SALES));
    let upload = eventually("the upload", || {
        let list = shop.get("/v1/uploads").body;
        list["uploads"].as_array()?.first()?["upload_id"].as_str().map(str::to_owned)
    });
    let report = shop.report(&upload);
    assert_eq!(report["status"], "finished", "{report}");
    assert_eq!(
        report["rows"],
        json!({
            "read": 7, "accepted": 4, "already_known": 0, "not_enrolled": 0,
            "without_customer": 1, "erased": 0, "refused": 2,
        })
    );
    assert_eq!(report["members_created"], 2, "{report}");
    assert_eq!(report["points_earned"], 1_012, "{report}");
    assert_eq!(shop.balance("0639980101"), Some(1_012));
    assert_eq!(shop.balance("0639980102"), Some(0));

    let refused = shop.stack.fetch(report["refused_rows_url"].as_str().expect("refused rows"));
    let rows: Vec<&str> = refused.lines().collect();
    assert_eq!(rows.len(), 3, "the header and two rows: {refused}");
    assert!(rows[1].starts_with("6;") && rows[1].contains("31/02/2025"), "{refused}");
    assert!(rows[2].starts_with("7;") && rows[2].contains("3,36E+10"), "{refused}");
    eventually("the tag", || {
        aws.tags(bucket, &key).contains(&("reported".into(), "yes".into())).then_some(())
    });
}

#[test]
fn the_same_file_again_changes_nothing() {
    let shop = Shop::open();
    let first = shop.send("ventes.csv", &cp1252(SALES));
    let again = shop.send("ventes.csv", &cp1252(SALES));
    assert_eq!(first["rows"]["accepted"], 4, "{first}");
    assert_eq!(again["rows"]["accepted"], 0, "{again}");
    assert_eq!(again["rows"]["already_known"], 4, "{again}");
    assert_eq!(again["members_created"], 0);
    assert_eq!(shop.balance("0639980101"), Some(1_012));
}

/// A workbook with one receipt of 12.50 €.
const WORKBOOK: &[u8] = include_bytes!("../../../../functions/ingest/tests/data/sales.ods");

#[test]
fn a_workbook_with_accents_in_its_name_is_sent_through_the_form() {
    let shop = Shop::open();
    for (name, accepted, known) in
        [("ventes d'été.ods", 1, 0), ("ventes e\u{301}te\u{301}.ods", 0, 1)]
    {
        let report = shop.send(name, WORKBOOK);
        assert_eq!(report["rows"]["accepted"], accepted, "{report}");
        assert_eq!(report["rows"]["already_known"], known, "{report}");
        assert!(report["file_name"].as_str().is_some_and(|name| name.contains("été")), "{report}");
    }
    assert_eq!(shop.balance("0639980012"), Some(12));
}

#[test]
fn an_empty_file_and_a_file_with_a_header_only_say_so() {
    let shop = Shop::open();
    let empty = shop.send("vide.csv", b"");
    assert_eq!((&empty["status"], &empty["reason"]), (&json!("refused"), &json!("file_empty")));
    let header = shop.send("vide.csv", "ticket;date;total\n".as_bytes());
    let expected = (&json!("finished"), &json!("file_without_rows"));
    assert_eq!((&header["status"], &header["reason"]), expected);
    assert!(
        header["explanation"].as_str().is_some_and(|sentence| sentence.contains("aucune ligne"))
    );
}

#[test]
fn a_large_file_of_lines_is_ingested_in_ranges_and_no_receipt_is_split() {
    const RECEIPTS: u32 = 3_000;
    const LINES: u32 = 2;
    const MEMBERS: u32 = 50;
    /// A receipt has two lines of 5.00 €.
    const POINTS_A_RECEIPT: u32 = 10;

    let shop = Shop::open();
    let mut file = String::from("\u{feff}receipt,date,phone,label,quantity,unit_price\r\n");
    for receipt in 0..RECEIPTS {
        for line in 0..LINES {
            let mobile = format!("063998{:04}", receipt % MEMBERS);
            let label = format!("\"Article \"\"{line}\"\",\nsuite\"");
            let _ = write!(file, "R{receipt},2025-11-24,{mobile},{label},1,5.00\r\n");
        }
    }
    let report = shop.send("lines.csv", file.as_bytes());
    assert_eq!(report["rows"]["accepted"], RECEIPTS * LINES, "{report}");
    assert!(report["progress"]["ranges_total"].as_u64().unwrap() > 1, "{report}");
    assert_eq!(report["points_earned"], RECEIPTS * POINTS_A_RECEIPT, "{report}");
    let points_a_member = RECEIPTS / MEMBERS * POINTS_A_RECEIPT;
    assert_eq!(shop.balance("0639980007"), Some(i64::from(points_a_member)));
}

#[test]
fn a_compressed_file_is_expanded_once() {
    use std::io::Write as _;

    let shop = Shop::open();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&cp1252(SALES)).unwrap();
    let report = shop.send("ventes.csv.gz", &gzip.finish().unwrap());
    assert_eq!(report["rows"]["accepted"], 4, "{report}");
}

#[test]
fn a_customer_is_enrolled_only_if_a_row_or_the_attestation_says_that_the_card_was_requested() {
    let shop = Shop::of(false, "retail");
    let file = "\
ticket;date;mobile;total;carte demandée
B1;2025-11-24;0639980201;10,00;
B2;2025-11-24;0639980202;10,00;oui
B3;2025-11-24;0639980202;10,00;
";
    let report = shop.send("ventes.csv", file.as_bytes());
    assert_eq!(report["rows"]["not_enrolled"], 1, "{report}");
    assert_eq!(shop.balance("0639980201"), None);
    assert!(shop.balance("0639980202").is_some_and(|balance| balance >= 10));
}

#[test]
fn customers_of_a_file_may_share_an_address_and_each_gets_the_welcome_gift() {
    let shop = Shop::running(&json!({
        "spend": [{"points": 1, "per_cents": 100}], "gifts": {"welcome": 25},
    }));
    let address = format!("famille-{:016x}@example.com", fastrand::u64(..));
    let rows = |numbers: std::ops::Range<u8>| {
        let mut file = "ticket;date;mobile;email;total\n".to_owned();
        for number in numbers {
            writeln!(file, "F{number};2025-11-24;06399809{number};{address};10,00").unwrap();
        }
        file
    };
    for numbers in [10..11, 11..13] {
        let created = numbers.len();
        let report = shop.send("famille.csv", rows(numbers).as_bytes());
        assert_eq!(report["members_created"], created, "{report}");
    }
    for number in 10..13 {
        assert_eq!(shop.balance(&format!("06399809{number}")), Some(35));
    }
}

#[test]
fn no_health_data_of_an_opticians_file_is_stored() {
    let shop = Shop::of(true, "optical");
    let file = "\
ticket;date;mobile;famille;libellé;quantité;prix unitaire
C1;2025-11-24;0639980301;optique;Verre progressif +2,50;1;300,00
C2;2025-11-24;0639980301;optique;Lentilles toriques;1;beaucoup
";
    let report = shop.send("ventes.csv", file.as_bytes());
    assert_eq!(report["rows"]["accepted"], 1, "{report}");
    let refused = shop.stack.fetch(report["refused_rows_url"].as_str().expect("refused rows"));
    assert!(!refused.contains("toriques"), "{refused}");
    let found = shop.post("/v1/members/find", &json!({"mobile": "0639980301"}));
    let member = found.body["member_id"].as_str().expect("a member");
    let history = shop.get(&format!("/v1/members/{member}/history")).body.to_string();
    assert!(!history.contains("progressif"), "{history}");
}

#[test]
fn a_file_and_a_till_that_race_on_one_member_lose_no_points() {
    const OF_FILE: u32 = 200;
    const OF_TILL: u32 = 20;

    let shop = Shop::open();
    let mut file = String::from("ticket;date;mobile;total\n");
    for receipt in 0..OF_FILE {
        let _ = writeln!(file, "F{receipt};2025-11-24;0639980401;10,00");
    }
    let upload = shop.post("/v1/uploads", &json!({"file_name": "ventes.csv"}));
    shop.stack.post_form(&upload.body, file.as_bytes());
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for receipt in 0..OF_TILL {
        let sale = json!({
            "type": "sale", "receipt_number": format!("T{receipt}"), "sold_at": now,
            "total_cents": 100, "member": {"mobile": "0639980401", "card_requested": true},
        });
        assert_eq!(shop.post("/v1/purchases", &sale).status, 201);
    }
    let report = shop.report(upload.body["upload_id"].as_str().unwrap());
    assert_eq!(report["rows"]["accepted"], OF_FILE, "{report}");
    let (points_of_file, points_of_till) = (OF_FILE * 10, OF_TILL);
    assert_eq!(shop.balance("0639980401"), Some(i64::from(points_of_file + points_of_till)));
}

/// A till that cancels a receipt and uses its number again leaves a file that differs from the stored purchase.
#[test]
fn a_file_records_a_receipt_that_the_till_cancelled_and_a_return_of_it() {
    let shop = Shop::open();
    let sold_at = instant(-120);
    let today = day_of(&sold_at);
    let sale = json!({
        "type": "sale", "receipt_number": "K1", "sold_at": sold_at, "total_cents": 3_000,
        "member": {"mobile": "0639980771", "card_requested": true},
    });
    let sold = shop.post("/v1/purchases", &sale);
    assert_eq!(sold.status, 201, "{sold:?}");
    let id = sold.body["purchase_id"].as_str().expect("an identifier");
    let cancelled = shop.post(&format!("/v1/purchases/{id}/cancel"), &json!({}));
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    assert_eq!(shop.balance("0639980771"), Some(0));

    let file = format!(
        "ticket;date;mobile;total;ticket origine;date origine\n\
         K1;{today};0639980771;20,00;;\n\
         K2;{today};0639980771;-5,00;K1;{today}\n"
    );
    let report = shop.send("ventes.csv", file.as_bytes());
    assert_eq!(report["rows"]["accepted"], 2, "{report}");
    assert_eq!(shop.balance("0639980771"), Some(15));
}
