//! Files of purchases: the presigned form, and the report.

use crate::setup::{NOW, Service, text};
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Credential, EstablishmentId, MerchantId, UploadId};
use hmac::{Hmac, KeyInit, Mac};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use store::{FinishedRange, Mode, RangeReport, Rows, Scope, UploadStatus};
use support::instant;

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Signature Version 4, written out by AWS's description.
fn signature(text: &str) -> String {
    let key = ["20261124", "eu-west-3", "s3", "aws4_request"]
        .iter()
        .fold(b"AWS4a secret".to_vec(), |key, part| hmac(&key, part));
    hex(&hmac(&key, text))
}

#[tokio::test]
async fn a_form_accepts_one_file_under_its_own_key_for_15_minutes() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let opened = till.post("/v1/uploads", &json!({"file_name": "ventes du 24.csv.gz"})).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let upload = text(&opened.body, "upload_id");
    let key = format!("{}/paris/{upload}/ventes du 24.csv.gz", till.merchant);
    assert_eq!(opened.body["url"], "https://uploads.s3.eu-west-3.amazonaws.com/");
    assert_eq!(opened.body["expires_at"], "2026-11-24T09:35:00Z");
    assert_eq!(opened.body["max_bytes"], 1_000_000_000);
    let fields = &opened.body["fields"];
    assert_eq!(fields["key"], key.as_str());

    let encoded = text(fields, "policy");
    assert_eq!(fields["x-amz-signature"], signature(&encoded).as_str());
    let policy: Value = serde_json::from_slice(&STANDARD.decode(encoded).unwrap()).unwrap();
    assert_eq!(policy["expiration"], "2026-11-24T09:35:00Z");
    let conditions = policy["conditions"].as_array().unwrap();
    for condition in [
        json!({"bucket": "uploads"}),
        json!({"key": key}),
        json!(["content-length-range", 0, 1_000_000_000]),
        json!({"x-amz-security-token": "a session token/+"}),
    ] {
        assert!(conditions.contains(&condition), "{condition} in {policy}");
    }
    // S3 refuses a form with a field that no condition names.
    for name in fields.as_object().unwrap().keys() {
        let is_named = conditions.iter().any(|condition| condition.get(name).is_some());
        assert!(is_named || ["policy", "x-amz-signature"].contains(&name.as_str()), "{name}");
    }

    let shown = till.get(&format!("/v1/uploads/{upload}")).await;
    insta::assert_json_snapshot!(shown.body, {".upload_id" => "[upload]", ".opened_by" => "[key]"});
}

#[tokio::test]
async fn the_files_of_a_test_key_are_stored_apart() {
    let service = Service::start().await;
    let live = service.till("A", "retail").await;
    let test = service.key(&live.merchant, "paris", "test").await;
    let opened = test.post("/v1/uploads", &json!({"file_name": "a.csv"})).await;
    let upload = text(&opened.body, "upload_id");
    let key = format!("{}/paris/test/{upload}/a.csv", live.merchant);
    assert_eq!(opened.body["fields"]["key"], key.as_str());
    assert_eq!(live.get(&format!("/v1/uploads/{upload}")).await.status, 404);
}

#[rstest]
#[case("")]
#[case("../a.csv")]
#[case("a/b.csv")]
#[case("a\\b.csv")]
#[case("a${filename}.csv")]
#[case("a\n.csv")]
#[case("a.exe")]
#[case("a.xls")]
#[case("a.pdf")]
#[case(&format!("{}.csv", "a".repeat(97)))]
#[tokio::test]
async fn a_file_name_without_known_ending_or_with_another_character_is_refused(#[case] name: &str) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till.post("/v1/uploads", &json!({"file_name": name})).await;
    refused.assert_fields(422, &["/file_name"]);
}

#[rstest]
#[case("ventes été.csv", "ventes été.csv")]
#[case("ventes e\u{301}te\u{301}.csv", "ventes été.csv")]
#[case("L'été d’Élodie (2), août & sept.+.XLSX", "L'été d’Élodie (2), août & sept.+.XLSX")]
#[case("ventes.ods", "ventes.ods")]
#[case("ventes.zip", "ventes.zip")]
#[case(&format!("{}.csv", "é".repeat(96)), &format!("{}.csv", "é".repeat(96)))]
#[tokio::test]
async fn a_file_name_may_have_accents_spaces_and_apostrophes(
    #[case] sent: &str,
    #[case] name: &str,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let opened = till.post("/v1/uploads", &json!({"file_name": sent})).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let upload = text(&opened.body, "upload_id");
    let key = text(&opened.body["fields"], "key");
    assert_eq!(key, format!("{}/paris/{upload}/{name}", till.merchant));
    assert!(key.len() <= 1024, "S3 accepts keys of 1,024 bytes");
    assert_eq!(till.get(&format!("/v1/uploads/{upload}")).await.body["file_name"], name);
}

#[tokio::test]
async fn a_running_file_shows_its_progress_and_a_finished_one_its_refused_rows() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let opened = till.post("/v1/uploads", &json!({"file_name": "a.csv"})).await;
    let path = format!("/v1/uploads/{}", text(&opened.body, "upload_id"));

    let store = service.table.store();
    let id = UploadId::parse(&text(&opened.body, "upload_id")).unwrap();
    let merchant = MerchantId::parse(&till.merchant).unwrap();
    let settings = store.settings_fresh(merchant, instant(NOW)).await.unwrap();
    let scope = Scope { settings, mode: Mode::Live, credential: Credential::Operator };
    let paris = EstablishmentId::parse("paris").unwrap();
    let mut upload = store.upload(&scope, &paris, id).await.unwrap();
    upload = store.claim_upload(&scope, &upload, "1").await.unwrap().unwrap();
    (upload.status, upload.ranges) = (UploadStatus::Running, 3);
    store.put_upload(&scope, &upload, "1").await.unwrap();
    let rows = Rows { read: 10, accepted: 7, refused: 3, ..Rows::default() };
    let report = RangeReport { rows, points: 70, members_created: 2 };
    store.finish_range(&scope, id, &FinishedRange::new(1, report), instant(NOW)).await.unwrap();
    insta::assert_json_snapshot!(till.get(&path).await.body, {".upload_id" => "[upload]", ".opened_by" => "[key]"});

    upload.status = UploadStatus::Finished;
    upload.report = report;
    upload.finished_at = Some(instant(NOW));
    upload.refused_key = Some("refused/un nom.csv".to_owned());
    store.put_upload(&scope, &upload, "1").await.unwrap();
    let shown = till.get(&path).await;
    assert_eq!(shown.body["progress"], json!({"ranges_done": 3, "ranges_total": 3}));
    let url = text(&shown.body, "refused_rows_url");
    let (address, query) = url.split_once('?').unwrap();
    assert_eq!(address, "https://reports.s3.eu-west-3.amazonaws.com/refused/un%20nom.csv");
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.sort_unstable();
    let signed = parameters.iter().position(|name| name.starts_with("X-Amz-Signature=")).unwrap();
    let given = parameters.remove(signed);
    assert!(parameters.contains(&"X-Amz-Expires=900"), "{query}");
    let canonical = format!(
        "GET\n/refused/un%20nom.csv\n{}\nhost:reports.s3.eu-west-3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD",
        parameters.join("&")
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n20261124T092000Z\n20261124/eu-west-3/s3/aws4_request\n{}",
        hex(&Sha256::digest(canonical))
    );
    assert_eq!(given, format!("X-Amz-Signature={}", signature(&to_sign)));
}

#[tokio::test]
async fn files_are_listed_newest_first_page_by_page() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    for minute in 20..25 {
        service.set_clock(&format!("2026-11-24T09:{minute}:00Z"));
        let name = format!("{minute}.csv");
        assert_eq!(till.post("/v1/uploads", &json!({"file_name": name})).await.status, 201);
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = till.get(&format!("/v1/uploads?limit=2{cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let uploads = page.body["uploads"].as_array().unwrap();
        names.extend(uploads.iter().map(|upload| text(upload, "file_name")));
        match page.body.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(names, ["24.csv", "23.csv", "22.csv", "21.csv", "20.csv"]);
}

#[tokio::test]
async fn an_establishment_sees_only_its_own_files_and_their_refused_rows() {
    let service = Service::start().await;
    let paris = service.till("A", "retail").await;
    let shop = format!("/v1/merchants/{}/establishments/lyon", paris.merchant);
    let body = json!({"name": "Lyon", "time_zone": "Europe/Paris"});
    assert_eq!(service.operator(Method::PUT, &shop, Some(&body)).await.status, 200);
    let lyon = service.key(&paris.merchant, "lyon", "live").await;
    let mut opened = Vec::new();
    let files = [(&paris, "paris.csv"), (&lyon, "lyon.csv"), (&paris, "paris2.csv")];
    for (minute, (till, name)) in (20..).zip(files) {
        service.set_clock(&format!("2026-11-24T09:{minute}:00Z"));
        let answer = till.post("/v1/uploads", &json!({"file_name": name})).await;
        opened.push(text(&answer.body, "upload_id"));
    }
    for (till, expected) in [(&paris, vec!["paris2.csv", "paris.csv"]), (&lyon, vec!["lyon.csv"])] {
        let listed = till.get("/v1/uploads").await;
        let uploads = listed.body["uploads"].as_array().unwrap();
        let names: Vec<_> = uploads.iter().map(|upload| text(upload, "file_name")).collect();
        assert_eq!(names, expected);
        let by = format!("key:{}", till.key_id);
        assert!(uploads.iter().all(|upload| upload["opened_by"] == by.as_str()), "{listed:?}");
    }
    for (till, id, status) in [
        (&paris, &opened[0], 200),
        (&paris, &opened[1], 404),
        (&lyon, &opened[1], 200),
        (&lyon, &opened[0], 404),
    ] {
        assert_eq!(till.get(&format!("/v1/uploads/{id}")).await.status, status);
    }
}
