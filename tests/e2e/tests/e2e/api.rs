//! The API, used by a till.

use crate::stack::{Shop, Stack, day_of};
use serde_json::{Value, json};

fn now() -> String {
    let now = jiff::Timestamp::now();
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn sale(receipt: &str, mobile: &str, cents: i64) -> Value {
    json!({
        "type": "sale", "receipt_number": receipt, "sold_at": now(), "total_cents": cents,
        "member": {"mobile": mobile, "card_requested": true},
        "lines": [{"sku": "A1", "label": "Article", "quantity": "1", "unit_price_cents": cents}],
    })
}

#[test]
fn the_health_check_answers_200() {
    assert_eq!(Stack::deployed().ask("", "GET", "/v1/health", None).status, 200);
}

#[test]
fn the_document_of_the_api_is_served() {
    let document = Stack::deployed().ask("", "GET", "/v1/openapi.json", None);
    assert_eq!(document.body["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
}

#[test]
fn a_sale_at_the_till_earns_points_and_its_replay_earns_nothing() {
    let shop = Shop::open();
    let body = sale("T1", "06 39 98 00 01", 4_280);
    let first = shop.post("/v1/purchases", &body);
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(first.body["points"], 42, "{first:?}");
    assert!(!first.replayed, "{first:?}");
    let again = shop.post("/v1/purchases", &body);
    assert!(again.replayed, "{again:?}");
    assert_eq!(again.status, 201, "{again:?}");
    assert_eq!(again.body, first.body, "a replay gives the first answer");
    assert_eq!(shop.balance("+33639980001"), Some(42));

    let mut other = body.clone();
    other["total_cents"] = json!(4_281);
    let conflict = shop.post("/v1/purchases", &other);
    assert_eq!(conflict.status, 409);
    assert_eq!(conflict.content_type, "application/problem+json");
}

#[test]
fn a_return_takes_points_back_and_its_cancellation_restores_them() {
    let shop = Shop::open();
    let sale = sale("T1", "0639980002", 3_000);
    let sold = shop.post("/v1/purchases", &sale);
    let day = day_of(sale["sold_at"].as_str().unwrap());
    let history =
        shop.get(&format!("/v1/members/{}/history", sold.body["member_id"].as_str().unwrap()));
    assert_eq!(history.status, 200, "{history:?}");
    let goods_returned = json!({
        "type": "return", "receipt_number": "T2", "sold_at": now(), "total_cents": 1_000,
        "returned_sale": {"day": day, "receipt_number": "T1"},
    });
    let returned = shop.post("/v1/purchases", &goods_returned);
    assert_eq!(returned.body["points"].as_i64(), Some(-10), "{returned:?}");
    let id = returned.body["purchase_id"].as_str().unwrap().to_owned();
    let cancelled = shop.post(&format!("/v1/purchases/{id}/cancel"), &json!({}));
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    assert_eq!(shop.balance("0639980002"), Some(30));
}

#[test]
fn a_member_whose_mobile_changes_is_found_by_the_new_number_only() {
    let shop = Shop::open();
    let member = shop.member("0639980781", &json!({}));
    let changed =
        shop.put(&format!("/v1/members/{member}/mobile"), &json!({"mobile": "0639980782"}));
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(shop.balance("0639980782"), Some(0));
    assert_eq!(shop.balance("0639980781"), None);
}

#[test]
fn a_merchants_key_does_not_read_another_merchants_data() {
    let (here, there) = (Shop::open(), Shop::open());
    let sold = here.post("/v1/purchases", &sale("T1", "0639980003", 1_000));
    let member = format!("/v1/members/{}", sold.body["member_id"].as_str().unwrap());
    assert_eq!(here.get(&member).status, 200);
    assert_eq!(there.get(&member).status, 404);
    let purchase = format!("/v1/purchases/{}", sold.body["purchase_id"].as_str().unwrap());
    assert_eq!(there.get(&purchase).status, 404);
    assert_eq!(there.balance("0639980003"), None);
}

#[test]
fn a_till_key_sells_and_reads_no_record() {
    let shop = Shop::open();
    let ask = |method: &str, path: &str, body: Option<&Value>| {
        let body = body.map(Value::to_string);
        shop.stack.ask(&shop.till_key, method, path, body.as_deref())
    };
    let sold = ask("POST", "/v1/purchases", Some(&sale("T1", "0639980004", 1_000)));
    assert_eq!(sold.status, 201, "{sold:?}");
    let purchase = format!("/v1/purchases/{}", sold.body["purchase_id"].as_str().unwrap());
    let short = ask("GET", &purchase, None);
    assert_eq!(short.status, 200, "{short:?}");
    assert!(short.body.get("lines").is_none() && short.body.get("member_id").is_none());
    assert_eq!(shop.get(&purchase).body["member_id"], sold.body["member_id"]);
    let member = format!("/v1/members/{}", sold.body["member_id"].as_str().unwrap());
    for path in ["/v1/members", &member, &format!("{member}/history"), "/v1/uploads"] {
        let refused = ask("GET", path, None);
        assert_eq!(refused.status, 403, "{path}: {refused:?}");
        assert_eq!(refused.body["code"], "scope_not_allowed", "{path}");
        assert_eq!(shop.get(path).status, 200, "{path}");
    }
}

#[test]
fn an_invalid_request_is_refused_and_the_answer_names_the_invalid_fields() {
    let shop = Shop::open();
    let stack = &shop.stack;
    assert_eq!(stack.ask("", "GET", "/v1/members", None).status, 401);
    assert_eq!(stack.ask("zs_live_none", "GET", "/v1/members", None).status, 401);
    assert_eq!(shop.post("/v1/merchants", &json!({})).status, 403);
    assert_eq!(shop.get("/v1/nothing").status, 404);
    assert_eq!(stack.ask(&shop.key, "POST", "/v1/purchases", Some("{")).status, 400);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1_100_000));
    assert_eq!(stack.ask(&shop.key, "POST", "/v1/purchases", Some(&large)).status, 413);
    let mut wrong = sale("T1", "01 99 00 12 34", -5);
    wrong["lines"][0]["quantity"] = json!("beaucoup");
    let refused = shop.post("/v1/purchases", &wrong);
    assert_eq!(refused.status, 422, "{refused:?}");
    let pointers: Vec<_> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    for pointer in ["/member/mobile", "/total_cents", "/lines/0/quantity"] {
        assert!(pointers.contains(&pointer), "{pointer} in {pointers:?}");
    }
}
