//! The discount of a coupon on a basket.

use crate::coupon::offer::{Fixture, offer, with};
use crate::setup::{MOBILE, Service, text};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

fn basket(code: &str) -> Value {
    json!({"code": code, "total_cents": 4_490, "member": {"mobile": MOBILE}})
}

#[tokio::test]
async fn a_check_answers_the_discount_of_a_coupon() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    fixture.till.enrol(MOBILE).await;
    let id = fixture.written(&offer()).await;
    fixture.code(&id, "RENTREE26", &json!({})).await;
    let checked = fixture.till.post("/v1/coupons/check", &basket("rentree26")).await;
    let gives =
        json!({"code": "RENTREE26", "valid": true, "discount_cents": 449, "offer": "Bienvenue"});
    checked.assert_status(200);
    assert_eq!(checked.body, gives);
    let again = fixture.till.post("/v1/coupons/check", &basket("RENTREE26")).await;
    assert_eq!(again.body["valid"], true, "asking uses nothing");
}

#[rstest]
#[case("/benefit", json!({"type": "product", "sku": "CAFE"}), "coupon_no_product")]
#[case("/minimum_spend_cents", json!(4_491), "coupon_below_minimum")]
#[case("/first_day", json!("2026-11-25"), "coupon_not_begun")]
#[case("/last_day", json!("2026-11-23"), "coupon_expired")]
#[case("/disabled", json!(true), "coupon_disabled")]
#[tokio::test]
async fn each_refusal_of_a_coupon_has_its_code_and_its_sentence(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    fixture.till.enrol(MOBILE).await;
    let id = fixture.written(&with(offer(), pointer, value)).await;
    fixture.code(&id, "RENTREE26", &json!({})).await;
    let checked = fixture.till.post("/v1/coupons/check", &basket("RENTREE26")).await.body;
    assert_eq!(checked["valid"], json!(false));
    assert_eq!(checked["refusal"]["code"], json!(code));
    assert!(text(&checked["refusal"], "cashier_message").ends_with('.'));
    assert!(text(&checked["refusal"], "detail").starts_with("The coupon "));
}

#[tokio::test]
async fn a_coupon_of_an_article_gives_the_cheapest_piece_of_the_basket() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let product = json!({"type": "product", "sku": "CAFE", "most_cents": 400});
    let body = with(with(offer(), "/benefit", product), "/usage", json!({"type": "single"}));
    let id = fixture.written(&body).await;
    fixture.code(&id, "RENTREE26", &json!({})).await;
    let line = |cents: i64| json!({"sku": "CAFE", "quantity": 2, "unit_price_cents": cents});
    let asked = json!({"code": "RENTREE26", "total_cents": 4_490, "lines": [line(350), line(900)]});
    let checked = fixture.till.post("/v1/coupons/check", &asked).await;
    assert_eq!(checked.body["discount_cents"], 350, "{checked:?}");
    let dear = json!({"code": "RENTREE26", "total_cents": 4_490, "lines": [line(900)]});
    let checked = fixture.till.post("/v1/coupons/check", &dear).await;
    assert_eq!(checked.body["discount_cents"], 400);
}

#[tokio::test]
async fn a_coupon_is_known_to_its_merchant_its_mode_and_its_establishments_only() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let single = with(offer(), "/usage", json!({"type": "single"}));
    let id = fixture.written(&single).await;
    fixture.code(&id, "RENTREE26", &json!({})).await;
    let asked = json!({"code": "RENTREE26", "total_cents": 4_490});
    let code = async |till: &crate::setup::Till<'_>| {
        till.post("/v1/coupons/check", &asked).await.body["refusal"]["code"].clone()
    };
    assert_eq!(code(&fixture.till).await, json!(null));
    let other = service.till("B", "retail").await;
    assert_eq!(code(&other).await, "coupon_unknown");
    let tests = service.key(&fixture.till.merchant, "paris", "test").await;
    assert_eq!(code(&tests).await, "coupon_unknown");
    let shop = format!("/v1/merchants/{}/establishments/lyon", fixture.till.merchant);
    let lyon = json!({"name": "Lyon", "time_zone": "Europe/Paris"});
    assert_eq!(service.operator(Method::PUT, &shop, Some(&lyon)).await.status, 200);
    let lyon = service.key(&fixture.till.merchant, "lyon", "live").await;
    assert_eq!(code(&lyon).await, "coupon_not_here");
}

#[tokio::test]
async fn a_coupon_that_depends_on_the_customer_needs_a_member() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    let camille = fixture.till.enrol(MOBILE).await;
    fixture.till.enrol("06 39 98 00 13").await;
    let id = fixture.written(&offer()).await;
    fixture.code(&id, "ANNIVERSAIRE", &json!({"member_id": camille})).await;
    let ask = async |member: Value| {
        let asked = json!({"code": "ANNIVERSAIRE", "total_cents": 4_490, "member": member});
        fixture.till.post("/v1/coupons/check", &asked).await
    };
    let given = ask(json!({"member_id": camille})).await.body;
    assert_eq!(given["valid"], true, "{given}");
    let nobody = ask(json!(null)).await.body;
    assert_eq!(nobody["refusal"]["code"], "coupon_needs_member");
    let another = ask(json!({"mobile": "06 39 98 00 13"})).await.body;
    assert_eq!(another["refusal"]["code"], "coupon_of_another_member");
    let unknown = ask(json!({"mobile": "06 39 98 00 14"})).await;
    unknown.assert_fields(404, &["/member"]);
}

#[tokio::test]
async fn a_mistyped_code_is_distinguished_from_an_unknown_one() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let ours = domain::CouponCode::of_number(123_456_789);
    let unknown = till.post("/v1/coupons/check", &basket(ours.as_str())).await.body;
    assert_eq!(unknown["refusal"]["code"], "coupon_unknown");
    let mut wrong = ours.as_str().to_owned();
    let last = if wrong.ends_with('3') { "4" } else { "3" };
    wrong.replace_range(11.., last);
    let mistyped = till.post("/v1/coupons/check", &basket(&wrong)).await;
    mistyped.assert_fields(422, &["/code"]);
    assert_eq!(mistyped.body["errors"][0]["code"], "coupon_mistyped");
}
