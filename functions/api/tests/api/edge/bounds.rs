//! Giant lists, giant names and forged cursors are refused. None of them is a fault of the service.

use crate::setup::{Answer, Service, Till, sale};
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rstest::rstest;
use serde_json::{Value, json};

/// As many entries as fit into a body of 1 MB.
const MANY: usize = 31_000;

fn assert_small_refusal(answer: &Answer) {
    assert!([400, 413, 422].contains(&answer.status.as_u16()), "{}", answer.status);
    assert!(answer.body.to_string().len() < 100_000, "an answer of API Gateway is small");
}

fn many(entry: &Value) -> Value {
    Value::Array(vec![entry.clone(); MANY])
}

fn sale_of(list: &str, entry: &Value) -> Value {
    let mut body = sale("1", &Value::Null);
    body[list] = many(entry);
    body
}

#[rstest]
#[case::coupons("/v1/purchases", sale_of("coupons", &json!({"code": "", "discount_cents": -1})))]
#[case::good_coupons("/v1/purchases", sale_of("coupons", &json!({"code": "RENTREE26", "discount_cents": 1})))]
#[case::lines("/v1/purchases", sale_of("lines", &json!({})))]
#[case::coupons_tried("/v1/purchases/dry-run", json!({"total_cents": 100, "coupons": many(&json!("x"))}))]
#[case::lines_checked("/v1/coupons/check", json!({"code": "RENTREE26", "total_cents": 1, "lines": many(&json!({}))}))]
#[case::a_list_that_is_none("/v1/members/find", json!({"mobile": many(&json!("0639980012"))}))]
#[case::a_giant_name("/v1/members/find", json!({"\u{1}".repeat(300_000): 1}))]
#[case::a_giant_value("/v1/members/find", json!({"mobile": "6".repeat(900_000)}))]
#[tokio::test]
async fn a_giant_list_of_a_till_is_refused(#[case] path: &str, #[case] body: Value) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    assert_small_refusal(&till.post(path, &body).await);
}

#[rstest]
#[case::segment("campaigns", json!({"name": "x", "channel": "sms", "content": {"body": "x"},
    "segment": {"establishments": many(&json!("lyon"))}}))]
#[case::offer("offers", json!({"establishments": many(&json!("lyon"))}))]
#[case::origins("establishments/paris/keys", json!({"label": "x", "mode": "live", "scope": "till",
    "origins": many(&json!("https://example.com"))}))]
#[tokio::test]
async fn a_giant_list_of_the_operator_is_refused(#[case] end: &str, #[case] body: Value) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/merchants/{}/{end}", till.merchant);
    assert_small_refusal(&service.operator(Method::POST, &path, Some(&body)).await);
}

#[rstest]
#[case::spend("spend", json!({"points": -1, "per_cents": 0}))]
#[case::visits("visits", json!({"points": 0}))]
#[case::bonuses("bonuses", json!({"points": 0}))]
#[case::multipliers("multipliers", json!({"hundredths": 0}))]
#[case::levels("levels", json!({"code": "x", "name": "", "from_points": -1}))]
#[tokio::test]
async fn a_giant_list_of_a_programme_is_refused(#[case] list: &str, #[case] entry: Value) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/merchants/{}/programmes/2027-01-01", till.merchant);
    let body = json!({list: many(&entry)});
    assert_small_refusal(&service.operator(Method::PUT, &path, Some(&body)).await);
}

async fn first_cursor(till: &Till<'_>) -> String {
    for number in 0..3 {
        till.enrol(&format!("06 39 98 00 1{number}")).await;
    }
    let page = till.get("/v1/members?limit=1").await;
    page.body["next_cursor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_cursor_shows_nothing_of_the_table() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let cursor = URL_SAFE_NO_PAD.decode(first_cursor(&till).await).unwrap();
    let text = String::from_utf8_lossy(&cursor);
    assert!(!text.contains("MEMBER") && !text.contains("M#"), "{text}");
}

#[tokio::test]
async fn a_cursor_with_a_wrong_bit_is_refused() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let cursor = first_cursor(&till).await;
    let sealed = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    for place in 0..sealed.len() {
        let mut forged = sealed.clone();
        forged[place] ^= 1 << (place % 8);
        let path = format!("/v1/members?cursor={}", URL_SAFE_NO_PAD.encode(forged));
        till.get(&path).await.assert_fields(400, &["cursor"]);
    }
    let shortened = &cursor[..cursor.len() - 4];
    till.get(&format!("/v1/members?cursor={shortened}")).await.assert_fields(400, &["cursor"]);
    till.get(&format!("/v1/members?cursor={cursor}")).await.assert_status(200);
}

#[tokio::test]
async fn a_cursor_of_another_merchant_mode_or_list_is_refused() {
    let service = Service::start().await;
    let [ours, theirs] = [service.till("A", "retail").await, service.till("B", "retail").await];
    let test = service.key_of(&ours.merchant, "paris", "test", "back_office").await;
    let member = ours.enrol("06 39 98 00 19").await;
    let cursor = first_cursor(&ours).await;
    for till in [&theirs, &test] {
        let path = format!("/v1/members?cursor={cursor}");
        till.get(&path).await.assert_fields(400, &["cursor"]);
    }
    let lists = [
        "/v1/uploads".to_owned(),
        "/v1/rewards".to_owned(),
        "/v1/inbound-texts".to_owned(),
        format!("/v1/members/{member}/history"),
        format!("/v1/members/{member}/rewards"),
    ];
    for list in lists {
        let refused = ours.get(&format!("{list}?cursor={cursor}")).await;
        refused.assert_fields(400, &["cursor"]);
    }
    let merchant = format!("/v1/merchants/{}", ours.merchant);
    for list in ["campaigns", "offers", "rewards", "erasures", "access-log"] {
        let day = if list == "erasures" { "&day=2026-11-24" } else { "" };
        let path = format!("{merchant}/{list}?cursor={cursor}{day}");
        service.operator(Method::GET, &path, None).await.assert_fields(400, &["cursor"]);
    }
}

#[rstest]
#[case::not_utf8("cursor=%FF%FE")]
#[case::empty("cursor=")]
#[case::base64_of_a_key("cursor=WzEsIk0jIl0")]
#[case::giant(&format!("cursor={}", "A".repeat(9_000)))]
#[case::a_giant_parameter(&format!("{}=1", "a".repeat(9_000)))]
#[case::a_limit_that_is_none("limit=%00")]
#[case::a_giant_limit(&format!("limit={}", "9".repeat(5_000)))]
#[tokio::test]
async fn a_strange_query_is_refused(#[case] query: &str) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till.get(&format!("/v1/members?{query}")).await;
    assert_eq!(refused.status, 400);
    assert_small_refusal(&refused);
}

#[rstest]
#[case("/v1/members/%FF")]
#[case("/v1/members/%00/history")]
#[case("/v1/purchases/%FF%FE")]
#[case("/v1/purchases/AAAA")]
#[case(&format!("/v1/purchases/{}", "A".repeat(9_000)))]
#[case(&format!("/v1/uploads/{}", "0".repeat(9_000)))]
#[tokio::test]
async fn a_strange_path_is_not_found(#[case] path: &str) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till.get(path).await;
    assert_eq!(refused.status, 404, "{path}");
}
