//! Files that are refused as a whole: the report gives a clear reason, and nothing is stored.

use crate::stack::{Aws, Shop, eventually};
use serde_json::json;
use std::io::Write as _;

fn reason(shop: &Shop, name: &str, content: &[u8]) -> String {
    let report = shop.send(name, content);
    assert_eq!(report["status"], "refused", "{report}");
    assert!(
        report["explanation"].as_str().is_some_and(|sentence| sentence.ends_with('.')),
        "{report}"
    );
    report["reason"].as_str().expect("a reason").to_owned()
}

#[test]
fn a_file_without_purchases_is_refused_with_its_reason() {
    let shop = Shop::open();
    assert_eq!(reason(&shop, "a.csv", b"\n"), "file_empty");
    assert_eq!(reason(&shop, "b.csv", b"PK\x03\x04\0\0\0\0"), "archive_unreadable");
    assert_eq!(reason(&shop, "c.csv", b"bonjour;le;monde\n1;2;3\n"), "header_unknown");
    assert_eq!(reason(&shop, "d.csv", b"ticket;date\n1;2025-11-24\n"), "header_incomplete");
    let list = shop.get("/v1/members").body;
    assert_eq!(list["members"].as_array().map(Vec::len), Some(0), "{list}");
}

#[test]
fn a_small_file_that_expands_without_end_is_refused() {
    let shop = Shop::open();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(b"ticket;date;mobile;total\n").unwrap();
    for _ in 0..32 {
        gzip.write_all(&vec![b' '; 1024 * 1024]).unwrap();
    }
    assert_eq!(reason(&shop, "bomb.csv.gz", &gzip.finish().unwrap()), "expands_too_large");
    assert_eq!(reason(&shop, "cut.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03cut"), "gzip_unreadable");
}

#[test]
fn a_row_of_ten_megabytes_is_refused_and_the_rest_ingested() {
    let shop = Shop::open();
    let mut file = b"ticket;date;mobile;total\nE1;2025-11-24;0639980601;10,00\nE2;".to_vec();
    file.extend(std::iter::repeat_n(b'x', 10 * 1024 * 1024));
    file.extend_from_slice(b";0639980601;10,00\nE3;2025-11-24;0639980601;10,00\n");
    let report = shop.send("wide.csv", &file);
    assert_eq!(report["rows"]["accepted"], 2, "{report}");
    assert_eq!(report["rows"]["refused"], 1, "{report}");
    assert_eq!(shop.balance("0639980601"), Some(20));
}

#[test]
fn a_file_in_the_folder_of_an_unknown_establishment_or_merchant_is_refused_with_its_reason() {
    let shop = Shop::open();
    let aws = Aws::of(&shop.stack);
    let bucket = shop.stack.get("uploads_bucket");
    let file = b"ticket;date;mobile;total\nG1;2025-11-24;0639980701;10,00\n";
    aws.put(bucket, &format!("{}/lyon/ventes.csv", shop.merchant), file);
    let uploads = format!("M#{}#UPLOAD", shop.merchant);
    eventually("the refusal", || {
        let items = shop.stack.items(&uploads);
        items.iter().any(|item| item["finished_at"].is_object()).then_some(())
    });
    assert_eq!(shop.get("/v1/uploads").body["uploads"], json!([]), "a report of another folder");
    // The report waits for the establishment that the folder names.
    let lyon = shop.second("lyon");
    let report = &lyon.get("/v1/uploads").body["uploads"][0];
    assert_eq!(report["status"], "refused", "{report}");
    assert_eq!(report["reason"], "unknown_establishment", "{report}");
    assert_eq!(shop.balance("0639980701"), None);

    let reports = shop.stack.output("ReportsBucket");
    let before = aws.keys(reports, "refused/nobody/").len();
    aws.put(bucket, "01J00000000000000000000000/paris/ventes.csv", file);
    aws.put(bucket, "ventes.csv", file);
    eventually("both reasons", || {
        (aws.keys(reports, "refused/nobody/").len() >= before + 2).then_some(())
    });
}
