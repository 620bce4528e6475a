//! Purchases: points, replays, returns, cancellations.

use crate::coupon::offer::{Fixture, offer, with};
use crate::setup::{Answer, MOBILE, NOW, Service, Till, merchant, named, sale, text};
use rstest::rstest;
use serde_json::{Value, json};

async fn sell(till: &Till<'_>, body: &Value) -> Answer {
    let sold = till.post("/v1/purchases", body).await;
    assert_eq!(sold.status, 201, "{sold:?}");
    sold
}

#[tokio::test]
async fn a_sale_is_answered_with_its_points_and_the_new_balance() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    let sold = sell(&till, &sale("2026/1", &json!({"mobile": MOBILE}))).await;
    insta::assert_json_snapshot!(sold.body, {".member_id" => "[member]"});
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    insta::assert_json_snapshot!(till.get(&path).await.body, {".member_id" => "[member]", ".by" => "[key]"});
}

#[tokio::test]
async fn an_unknown_mobile_becomes_a_member_with_the_sale_if_the_card_was_requested() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await;
    refused.assert_fields(404, &["/member"]);
    let asking = json!({"mobile": MOBILE, "card_requested": true, "last_name": "Martin"});
    let first = sell(&till, &sale("1", &asking)).await;
    assert_eq!(first.body["enrolled"], true);
    let again = sell(&till, &sale("1", &asking)).await;
    assert_eq!(again.body, first.body);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let next = sell(&till, &sale("2", &asking)).await;
    assert_eq!(next.body["enrolled"], json!(false));
    assert_eq!(next.body["balance"], json!(88));
    let member = till.get(&format!("/v1/members/{}", text(&first.body, "member_id"))).await;
    assert_eq!(member.body["last_name"], "Martin");
}

#[tokio::test]
async fn the_same_receipt_gets_the_present_balance_and_another_content_is_a_conflict() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    let body = sale("1", &json!({"mobile": MOBILE}));
    let first = sell(&till, &body).await;
    assert!(first.headers.get("idempotency-replayed").is_none());
    sell(&till, &sale("2", &json!({"mobile": MOBILE}))).await;
    let again = sell(&till, &body).await;
    let mut expected = first.body.clone();
    expected["balance"] = json!(88);
    expected["ticket"] = json!(["Points gagnés : 44", "Votre solde : 88 points"]);
    assert_eq!(again.body, expected);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let mut other = body.clone();
    other["total_cents"] = json!(4_491);
    let refused = till.post("/v1/purchases", &other).await;
    refused.assert_fields(409, &["/receipt_number"]);
    assert_eq!(refused.body["code"], "receipt_conflict");
}

#[rstest]
#[case("2026-11-24T09:30:00Z", None)]
#[case("2026-11-24T09:30:01Z", Some("in_future"))]
#[case("2026-11-17T09:20:00Z", None)]
#[case("2026-11-17T09:19:59Z", Some("too_old"))]
#[case("2026-11-24T10:15:00", Some("instant_unreadable"))]
#[case("2026-02-31T10:15:00Z", Some("instant_unreadable"))]
#[tokio::test]
async fn a_clock_may_be_ten_minutes_ahead_and_a_sale_seven_days_late(
    #[case] sold_at: &str,
    #[case] code: Option<&str>,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    service.set_clock(NOW);
    let mut body = sale("1", &Value::Null);
    body["sold_at"] = json!(sold_at);
    let answer = till.post("/v1/purchases", &body).await;
    match code {
        None => assert_eq!(answer.status, 201, "{answer:?}"),
        Some(code) => {
            answer.assert_fields(422, &["/sold_at"]);
            assert_eq!(answer.body["errors"][0]["code"], code);
        }
    }
}

#[tokio::test]
async fn a_purchase_names_its_customer_in_one_way() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    for (member, pointers) in [
        (json!({}), vec!["/member"]),
        (json!({"member_id": member, "mobile": MOBILE}), vec!["/member"]),
        (json!({"member_id": "x"}), vec!["/member/member_id"]),
        (json!({"member_id": member, "card_requested": true}), vec!["/member/card_requested"]),
        (json!({"mobile": MOBILE, "first_name": "Ana"}), vec!["/member/first_name"]),
    ] {
        let refused = till.post("/v1/purchases", &sale("1", &member)).await;
        refused.assert_status(422);
        assert_eq!(named(&refused), pointers);
    }
    let unknown = json!({"card_number": "12345678"});
    let refused = till.post("/v1/purchases", &sale("1", &unknown)).await;
    refused.assert_fields(404, &["/member"]);
}

#[tokio::test]
async fn a_total_that_differs_from_its_lines_is_flagged_and_not_refused() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut body = sale("1", &Value::Null);
    body["total_cents"] = json!(4_000);
    body["lines"][0]["quantity"] = json!(1);
    let sold = sell(&till, &body).await;
    assert_eq!(sold.body["total_differs_from_lines"], true);
    assert!(sold.body.get("member_id").is_none() && sold.body.get("balance").is_none());
}

#[tokio::test]
async fn an_opticians_lines_are_stored_as_amounts_and_families_only() {
    let service = Service::start().await;
    let till = service.till("A", "optical").await;
    let mut body = sale("1", &Value::Null);
    body["lines"] = json!([
        {"sku": "VERRE-2.50", "label": "Verre progressif +2,50", "category": "Optique",
         "quantity": "2", "unit_price_cents": 15_000},
        {"label": "Lentilles toriques", "category": "Contactologie",
         "quantity": "1", "unit_price_cents": 4_000},
    ]);
    body["total_cents"] = json!(34_000);
    let sold = sell(&till, &body).await;
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    insta::assert_json_snapshot!(till.get(&path).await.body["lines"]);
    // The till does not know that lines were cut down, and sends the same receipt again.
    assert_eq!(sell(&till, &body).await.headers["idempotency-replayed"], "true");
}

#[tokio::test]
async fn a_return_takes_back_the_points_of_its_sale_pro_rata() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    let back = |receipt: &str, cents: i64, of: &str| {
        let mut body = sale(receipt, &json!({"mobile": MOBILE}));
        body["type"] = json!("return");
        body["lines"] = json!([]);
        body["total_cents"] = json!(cents);
        body["returned_sale"] = json!({"day": "2026-11-24", "receipt_number": of});
        body
    };
    let refused = till.post("/v1/purchases", &back("R1", 2_245, "1")).await;
    refused.assert_fields(422, &["/returned_sale"]);
    assert_eq!(refused.body["code"], "returned_sale_unknown");

    sell(&till, &sale("1", &json!({"mobile": MOBILE}))).await;
    let part = sell(&till, &back("R1", 2_245, "1")).await;
    insta::assert_json_snapshot!(part.body, {".member_id" => "[member]"});
    let again = sell(&till, &back("R1", 2_245, "1")).await;
    assert_eq!(again.body, part.body);
    let rest = sell(&till, &back("R2", 2_245, "1")).await;
    assert_eq!(rest.body["balance"], 0);
    let more = till.post("/v1/purchases", &back("R3", 1, "1")).await;
    more.assert_fields(422, &["/total_cents"]);
    let of_return = till.post("/v1/purchases", &back("R4", 1, "R1")).await;
    assert_eq!(of_return.body["code"], "returned_sale_not_in_force");
    let mut sale_of = sale("3", &Value::Null);
    sale_of["returned_sale"] = json!({"day": "2026-11-24", "receipt_number": "1"});
    let refused = till.post("/v1/purchases", &sale_of).await;
    refused.assert_fields(422, &["/returned_sale"]);
}

#[tokio::test]
async fn a_cancelled_purchase_gives_its_points_back_and_may_be_sent_again() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let body = sale("1", &json!({"mobile": MOBILE}));
    let sold = sell(&till, &body).await;
    let path = format!("/v1/purchases/{}/cancel", text(&sold.body, "purchase_id"));
    let cancelled = till.post(&path, &Value::Null).await;
    assert_eq!(cancelled.status, 200);
    assert_eq!(cancelled.body["cancelled_at"], "2026-11-24T09:20:00Z");
    service.set_clock("2026-11-24T09:25:00Z");
    assert_eq!(till.post(&path, &Value::Null).await.body, cancelled.body);
    let balance = till.get(&format!("/v1/members/{member}")).await.body["balance"].clone();
    assert_eq!(balance, 0);
    sell(&till, &sale("2", &json!({"mobile": MOBILE}))).await;
    let again = till.post("/v1/purchases", &body).await;
    again.assert_status(200);
    assert!(again.is_replayed());
    assert_eq!(again.body["cancelled_at"], "2026-11-24T09:20:00Z");
    assert_eq!(again.body["balance"], 44, "the balance of now, without the cancelled sale");
    assert_eq!(again.body["ticket"], json!(["Votre solde : 44 points"]));
    let mut again = body.clone();
    again["total_cents"] = json!(1_000);
    again["lines"] = json!([]);
    let again = sell(&till, &again).await;
    assert_eq!(again.body["points"], json!(10));
    assert_eq!(again.body["balance"], json!(54));
}

#[tokio::test]
async fn a_cancellation_by_mistake_is_undone_once_by_naming_it() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    let mut body = sale("1", &json!({"mobile": MOBILE}));
    let sold = sell(&till, &body).await;
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    let cancelled = till.post(&format!("{path}/cancel"), &Value::Null).await;
    service.set_clock("2026-11-24T09:25:00Z");
    // Another cancellation than the last one is not undone.
    body["undone_cancellation"] = json!("2026-11-24T09:19:00Z");
    till.post("/v1/purchases", &body).await.assert_status(200);
    body["undone_cancellation"] = cancelled.body["cancelled_at"].clone();
    let again = sell(&till, &body).await;
    assert!(!again.is_replayed());
    assert_eq!(again.body, sold.body);
    assert!(till.get(&path).await.body.get("cancelled_at").is_none());
    let repeated = sell(&till, &body).await;
    assert!(repeated.is_replayed());
    assert_eq!(repeated.body, sold.body, "the points are given once");
    // A late repeat after a second cancellation names the first one, and records nothing.
    till.post(&format!("{path}/cancel"), &Value::Null).await.assert_status(200);
    let late = till.post("/v1/purchases", &body).await;
    late.assert_status(200);
    assert_eq!(late.body["cancelled_at"], "2026-11-24T09:25:00Z");
    assert_eq!(late.body["balance"], 0);
}

#[tokio::test]
async fn a_cancelled_sale_with_a_coupon_is_recorded_again_with_its_coupon() {
    let service = Service::start().await;
    let fixture = Fixture::open(&service, "retail").await;
    fixture.till.enrol(MOBILE).await;
    let single = with(offer(), "/usage", json!({"type": "single"}));
    let id = fixture.written(&single).await;
    fixture.code(&id, "RENTREE26", &json!({})).await;
    let till = &fixture.till;
    let mut body = sale("1", &json!({"mobile": MOBILE}));
    body["coupons"] = json!([{"code": "RENTREE26", "discount_cents": 100}]);
    let sold = sell(till, &body).await;
    let path = format!("/v1/purchases/{}/cancel", text(&sold.body, "purchase_id"));
    let cancelled = till.post(&path, &Value::Null).await;
    // The coupon is usable again, and a repeat of the cancelled sale does not use it.
    till.post("/v1/purchases", &body).await.assert_status(200);
    body["undone_cancellation"] = cancelled.body["cancelled_at"].clone();
    assert!(!sell(till, &body).await.is_replayed());
    let other = with(body, "/receipt_number", json!("2"));
    till.post("/v1/purchases", &other).await.assert_code(409, "coupon_used_up");
}

#[tokio::test]
async fn a_sale_that_was_returned_attached_or_moved_is_sent_again_and_answered_as_it_is_now() {
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
    let [member, other] = [till.enrol(MOBILE).await, till.enrol("06 39 98 00 13").await];

    let body = sale("1", &json!({"mobile": MOBILE}));
    sell(&till, &body).await;
    let mut returned = sale("2", &Value::Null);
    returned["type"] = json!("return");
    returned["total_cents"] = json!(1_000);
    returned["returned_sale"] = json!({"day": "2026-11-24", "receipt_number": "1"});
    sell(&till, &returned).await;
    let again = sell(&till, &body).await;
    assert_eq!(again.body["returned_cents"], 1_000);
    assert_eq!(again.body["points"], 44, "the points that the sale gave");
    let balance = till.get(&format!("/v1/members/{member}/balance")).await.body;
    assert_eq!(again.body["balance"], balance["balance"]);
    assert_eq!(again.body["ticket"], balance["ticket"], "no line says that 44 points were earned");

    let body = sale("3", &Value::Null);
    let sold = sell(&till, &body).await;
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    till.post(&format!("{path}/attach"), &json!({"member_id": other})).await.assert_status(200);
    let again = sell(&till, &body).await;
    assert_eq!((&again.body["points"], &again.body["balance"]), (&json!(44), &json!(44)));
    assert!(again.body.get("member_id").is_none(), "the request names no customer: {again:?}");

    let body = sale("4", &json!({"mobile": MOBILE}));
    let sold = sell(&till, &body).await;
    assert_eq!(sold.body["member_id"], json!(member));
    let path = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    till.post(&format!("{path}/move"), &json!({"member_id": other})).await.assert_status(200);
    let again = sell(&till, &body).await;
    assert!(again.is_replayed());
    assert_eq!(again.body["balance"], 88, "the balance of the present customer");
    assert!(again.body.get("member_id").is_none(), "the till named another customer: {again:?}");
    let of_neither = sale("4", &json!({"mobile": "06 39 98 00 14", "card_requested": true}));
    till.enrol("06 39 98 00 14").await;
    till.post("/v1/purchases", &of_neither).await.assert_code(409, "receipt_conflict");
}

#[tokio::test]
async fn a_sale_whose_return_was_cancelled_is_attached() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    let sold = sell(&till, &sale("1", &Value::Null)).await;
    let path = format!("/v1/purchases/{}/attach", text(&sold.body, "purchase_id"));
    let mut returned = sale("2", &Value::Null);
    returned["type"] = json!("return");
    returned["returned_sale"] = json!({"day": "2026-11-24", "receipt_number": "1"});
    let back = sell(&till, &returned).await;
    let refused = till.post(&path, &json!({"mobile": MOBILE})).await;
    refused.assert_code(409, "sale_returned");
    let cancel = format!("/v1/purchases/{}/cancel", text(&back.body, "purchase_id"));
    till.post(&cancel, &Value::Null).await.assert_status(200);
    let attached = till.post(&path, &json!({"mobile": MOBILE})).await;
    attached.assert_status(200);
    assert_eq!(attached.body["points"], 44);
}

/// A sale of 541 lines of 1 €, in turn of two categories.
fn long_sale(receipt: &str, member: &Value) -> Value {
    let mut body = sale(receipt, member);
    let lines = (0..541).map(|number| {
        let category = if number % 2 == 0 { "Thé" } else { "café" };
        json!({"sku": format!("ART{number:04}"), "label": "Un article", "category": category,
               "quantity": "1", "unit_price_cents": 100})
    });
    body["lines"] = lines.collect();
    body["total_cents"] = json!(54_100);
    body
}

#[tokio::test]
async fn a_basket_of_541_lines_earns_by_all_lines_also_when_it_is_attached_later() {
    let service = Service::start().await;
    let mut merchant = merchant("A", "retail");
    merchant["programme"] = json!({
        "spend": [
            {"points": 1, "per_cents": 100},
            {"points": 3, "per_cents": 100, "goods": {"categories": ["thé"]}},
        ],
        "bonuses": [
            {"points": 7, "goods": {"skus": ["ART0540"]}, "when": {"minimum_spend_cents": 100}},
        ],
    });
    let till = service.till_of(&merchant).await;
    let member = till.enrol(MOBILE).await;
    let known = sell(&till, &long_sale("1", &json!({"mobile": MOBILE}))).await;
    assert_eq!(known.body["points"], json!(271 * 3 + 270 + 7));

    let anonymous = sell(&till, &long_sale("2", &Value::Null)).await;
    let again = sell(&till, &long_sale("2", &Value::Null)).await;
    assert!(again.is_replayed());
    let mut other = long_sale("2", &Value::Null);
    other["lines"][540]["label"] = json!("Un autre");
    till.post("/v1/purchases", &other).await.assert_code(409, "receipt_conflict");
    let path = format!("/v1/purchases/{}", text(&anonymous.body, "purchase_id"));
    let attached = till.post(&format!("{path}/attach"), &json!({"member_id": member})).await;
    assert_eq!(attached.body["points"], known.body["points"]);

    let stored = till.get(&path).await.body;
    assert_eq!(stored["lines"].as_array().map(Vec::len), Some(50));
    assert_eq!(
        stored["folded_lines"],
        json!([
            {"category": "café", "lines": 245, "amount_cents": 24_500},
            {"category": "Thé", "lines": 245, "amount_cents": 24_500},
            {"category": "Thé", "lines": 1, "amount_cents": 100},
        ])
    );
    assert_eq!(stored["total_differs_from_lines"], json!(false));
}

#[tokio::test]
async fn a_basket_has_at_most_5000_lines() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut body = sale("1", &Value::Null);
    let line = json!({"quantity": "1", "unit_price_cents": 1});
    body["lines"] = vec![line.clone(); 5_000].into();
    sell(&till, &body).await;
    body["lines"] = vec![line; 5_001].into();
    let refused = till.post("/v1/purchases", &body).await;
    assert_eq!(refused.field_codes(), ["too_many_lines"]);
}

#[tokio::test]
async fn an_anonymous_sale_is_attached_to_its_customer() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let [member, other] = [till.enrol(MOBILE).await, till.enrol("06 39 98 00 13").await];
    let sold = sell(&till, &sale("1", &Value::Null)).await;
    let path = format!("/v1/purchases/{}/attach", text(&sold.body, "purchase_id"));
    let unknown = till.post(&path, &json!({"mobile": "06 39 98 00 99"})).await;
    unknown.assert_fields(404, &["/mobile"]);
    let attached = till.post(&path, &json!({"mobile": MOBILE})).await;
    assert_eq!(attached.status, 200, "{attached:?}");
    assert_eq!(attached.body["member_id"], member.as_str());
    assert_eq!(attached.body["points"], json!(44));
    assert_eq!(attached.body["balance"], json!(44));
    assert_eq!(till.post(&path, &json!({"member_id": member})).await.body, attached.body);
    assert_eq!(till.post(&path, &json!({"member_id": other})).await.status, 409);
}
