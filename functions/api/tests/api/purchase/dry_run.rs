//! A dry run of a sale, which writes nothing.

use crate::setup::{MOBILE, Service, merchant, sale};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

fn basket(cents: i64, member: &Value) -> Value {
    json!({"total_cents": cents, "member": member})
}

#[tokio::test]
async fn a_dry_run_answers_the_points_that_the_sale_earns_and_writes_nothing() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let mobile = json!({"mobile": MOBILE});
    let back = json!({"type": "return", "receipt_number": "0", "member": mobile,
        "sold_at": "2026-11-24T10:00:00+01:00", "total_cents": 1_000});
    assert_eq!(till.post("/v1/purchases", &back).await.body["balance"], -10);
    let history = format!("/v1/members/{member}/history");
    let before = till.get(&history).await.body;
    let tried = till.post("/v1/purchases/dry-run", &basket(4_490, &mobile)).await;
    let would = json!({"points": 44, "earned": [{"source": "spend", "points": 44}],
        "member_id": member, "balance": -10, "balance_after": 34,
        "ticket": ["Points gagnés : 44", "Votre solde : 34 points"], "to_pay_cents": 4_490,
        "would_enrol": false});
    tried.assert_status(200);
    assert_eq!(tried.body, would);
    assert_eq!(till.get(&history).await.body, before);
    let sold = till.post("/v1/purchases", &sale("1", &mobile)).await;
    assert_eq!(sold.body["points"], json!(44));
    assert_eq!(sold.body["balance"], json!(34));
}

#[tokio::test]
async fn an_anonymous_basket_gets_the_points_that_a_card_would_earn() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let nobody = till.post("/v1/purchases/dry-run", &json!({"total_cents": 999})).await;
    let earned = json!([{"source": "spend", "points": 9}]);
    let would = json!({"points": 9, "earned": earned, "ticket": [], "to_pay_cents": 999, "would_enrol": false});
    assert_eq!(nobody.body, would);
    let asking = json!({"mobile": MOBILE, "card_requested": true});
    let new = till.post("/v1/purchases/dry-run", &basket(999, &asking)).await;
    let would = json!({"points": 9, "earned": earned, "balance": 0, "balance_after": 9,
        "ticket": ["Points gagnés : 9", "Votre solde : 9 points"], "to_pay_cents": 999, "would_enrol": true});
    assert_eq!(new.body, would);
    let unknown =
        till.post("/v1/purchases/dry-run", &basket(999, &json!({"mobile": MOBILE}))).await;
    unknown.assert_fields(404, &["/member"]);
}

#[rstest]
#[case::a_use_of_a_member("use", json!({"mobile": MOBILE}), true, 44 + 30)]
#[case::a_use_where_only_the_registration_activates("registration", json!({"mobile": MOBILE}), true, 44)]
#[case::a_present_member("registration", json!({"mobile": MOBILE, "card_activated": true}), true, 44 + 30)]
#[case::a_new_member("use", json!({"mobile": MOBILE, "card_requested": true}), false, 44 + 100)]
#[case::a_present_new_member(
    "use",
    json!({"mobile": MOBILE, "card_requested": true, "card_activated": true}),
    false,
    44 + 100 + 30
)]
#[tokio::test]
async fn a_dry_run_includes_the_gifts_that_the_sale_gives(
    #[case] activation: &str,
    #[case] buyer: Value,
    #[case] is_member: bool,
    #[case] gained: i64,
) {
    let service = Service::start().await;
    let mut generous = merchant("A", "retail");
    generous["programme"]["gifts"] = json!({"welcome": 100, "activation": 30});
    let till = service.till_of(&generous).await;
    let path = format!("/v1/merchants/{}/card-activation", till.merchant);
    let choice = json!({"card_activation": activation});
    service.operator(Method::PUT, &path, Some(&choice)).await.assert_status(200);
    let before = if is_member {
        till.enrol(MOBILE).await;
        till.post("/v1/members/find", &json!({"mobile": MOBILE})).await.body["balance"]
            .as_i64()
            .unwrap()
    } else {
        0
    };
    let tried = till.post("/v1/purchases/dry-run", &basket(4_490, &buyer)).await;
    tried.assert_status(200);
    assert_eq!(tried.body["points"], 44);
    assert_eq!(tried.body["balance"], before);
    assert_eq!(tried.body["balance_after"], before + gained);
    let sold = till.post("/v1/purchases", &sale("1", &buyer)).await;
    assert_eq!(sold.body["balance"], tried.body["balance_after"]);
    assert_eq!(sold.body["ticket"], tried.body["ticket"]);
}

#[rstest]
#[case(json!({"total_cents": -1}), "/total_cents")]
#[case(json!({"total_cents": 100_000_001}), "/total_cents")]
#[case(json!({"total_cents": 1, "sold_at": "2026-11-17T09:19:59Z"}), "/sold_at")]
#[case(json!({"total_cents": 1, "sold_at": "2027-11-25T09:20:01Z"}), "/sold_at")]
#[case(json!({"total_cents": 1, "member": {}}), "/member")]
#[case(json!({"total_cents": 1, "receipt_number": "1"}), "/receipt_number")]
#[tokio::test]
async fn an_invalid_basket_is_refused_with_its_field(#[case] body: Value, #[case] pointer: &str) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till.post("/v1/purchases/dry-run", &body).await;
    refused.assert_fields(422, &[pointer]);
}
