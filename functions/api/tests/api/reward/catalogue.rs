//! The catalogue of rewards, as the operator writes it and as a till reads it.

use crate::coupon::offer::{offer, with};
use crate::setup::{Answer, MOBILE, Service, Till, merchant, text};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

pub(crate) fn cup() -> Value {
    json!({
        "name": "Tasse en grès",
        "type": "goods",
        "points": 100,
        "stock": 50,
        "limit_member": 1,
        "first_day": "2026-11-01",
        "last_day": "2026-12-31",
    })
}

pub(crate) async fn ask(
    service: &Service,
    till: &Till<'_>,
    method: Method,
    end: &str,
    body: Option<&Value>,
) -> Answer {
    let path = format!("/v1/merchants/{}/rewards{end}", till.merchant);
    service.operator(method, &path, body).await
}

pub(crate) async fn written(service: &Service, till: &Till<'_>, body: &Value) -> String {
    let answer = ask(service, till, Method::POST, "", Some(body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    text(&answer.body, "reward_id")
}

/// An offer of single-use coupons.
pub(crate) async fn single_use(service: &Service, till: &Till<'_>) -> String {
    let path = format!("/v1/merchants/{}/offers", till.merchant);
    let body = with(offer(), "/usage", json!({"type": "single"}));
    let answer = service.operator(Method::POST, &path, Some(&body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    text(&answer.body, "offer_id")
}

#[tokio::test]
async fn a_reward_is_created_shown_and_replaced() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let id = written(&service, &till, &cup()).await;
    let shown = ask(&service, &till, Method::GET, &format!("/{id}"), None).await.body;
    let mut expected = cup();
    expected["reward_id"] = json!(id);
    expected["left"] = json!(50);
    expected["disabled"] = json!(false);
    expected["changed_by"] = json!("operator");
    assert_eq!(shown, expected);
    let anew = with(with(cup(), "/stock", json!(null)), "/disabled", json!(true));
    let put = ask(&service, &till, Method::PUT, &format!("/{id}"), Some(&anew)).await;
    put.assert_status(200);
    assert_eq!(put.body["disabled"], json!(true));
    assert!(put.body.get("left").is_none(), "{put:?}");
    let listed = ask(&service, &till, Method::GET, "", None).await.body;
    assert_eq!(listed, json!({"rewards": [put.body]}));
    let of_tests = ask(&service, &till, Method::GET, "?mode=test", None).await.body;
    assert_eq!(of_tests, json!({"rewards": []}));
    let path = format!("/{id}?mode=test");
    assert_eq!(ask(&service, &till, Method::PUT, &path, Some(&anew)).await.status, 404);
}

#[rstest]
#[case("/name", json!(""), "/name")]
#[case("/type", json!("trip"), "/type")]
#[case("/type", json!("coupon"), "/offer_id")]
#[case("/offer_id", json!("01JDEXAMP1E000000000000000"), "/offer_id")]
#[case("/points", json!(0), "/points")]
#[case("/points", json!(1_000_001), "/points")]
#[case("/limit_member", json!(0), "/limit_member")]
#[case("/limit_member", json!(51), "/limit_member")]
#[case("/first_day", json!("31/11/2026"), "/first_day")]
#[case("/last_day", json!("2026-10-31"), "/last_day")]
#[case("/level", json!("gold"), "/level")]
#[tokio::test]
async fn an_invalid_reward_is_refused_with_its_field(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] refused: &str,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let body = with(cup(), pointer, value);
    let answer = ask(&service, &till, Method::POST, "", Some(&body)).await;
    answer.assert_fields(422, &[refused]);
}

#[tokio::test]
async fn a_reward_gives_coupons_of_an_offer_whose_codes_are_used_once() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let of = |id: &str| with(with(cup(), "/type", json!("coupon")), "/offer_id", json!(id));
    let single = single_use(&service, &till).await;
    let id = written(&service, &till, &of(&single)).await;
    let shown = ask(&service, &till, Method::GET, &format!("/{id}"), None).await.body;
    assert_eq!(shown["type"], json!("coupon"));
    assert_eq!(shown["offer_id"], json!(single));
    let path = format!("/v1/merchants/{}/offers", till.merchant);
    let multi = service.operator(Method::POST, &path, Some(&offer())).await;
    for (offer, code) in [
        (text(&multi.body, "offer_id"), "reward_offer"),
        ("01JDEXAMP1E000000000000000".to_owned(), "identifier"),
    ] {
        let refused = ask(&service, &till, Method::POST, "", Some(&of(&offer))).await;
        refused.assert_fields(422, &["/offer_id"]);
        assert_eq!(refused.body["errors"][0]["code"], code);
    }
}

#[tokio::test]
async fn a_till_lists_the_rewards_that_are_given_now() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let shown = written(&service, &till, &with(cup(), "/stock", json!(0))).await;
    for (pointer, value) in [
        ("/first_day", json!("2026-11-25")),
        ("/last_day", json!("2026-11-23")),
        ("/disabled", json!(true)),
    ] {
        written(&service, &till, &with(with(cup(), pointer, value), "/limit_member", json!(null)))
            .await;
    }
    let given = till.get("/v1/rewards").await.body;
    let reward = json!({
        "reward_id": shown, "name": "Tasse en grès", "type": "goods", "points": 100, "left": 0,
        "last_day": "2026-12-31",
    });
    assert_eq!(given, json!({"rewards": [reward]}));
    let other = service.till("B", "retail").await;
    assert_eq!(other.get("/v1/rewards").await.body, json!({"rewards": []}));
    let first = till.get("/v1/rewards?limit=3").await.body;
    let next = text(&first, "next_cursor");
    let rest = till.get(&format!("/v1/rewards?limit=3&cursor={next}")).await.body;
    let names = |page: &Value| page["rewards"].as_array().unwrap().len();
    assert_eq!(names(&first) + names(&rest), 1);
    assert_eq!(till.get("/v1/rewards?cursor=nonsense").await.status, 400);
}

#[tokio::test]
async fn a_till_lists_the_rewards_of_a_member_with_the_reason_of_each_refusal() {
    let service = Service::start().await;
    let mut body = merchant("A", "retail");
    body["programme"]["levels"] = json!([{"code": "gold", "name": "Or", "from_points": 500}]);
    let till = service.till_of(&body).await;
    let member = till.enrol(MOBILE).await;
    till.give(&member, 120).await;
    written(&service, &till, &cup()).await;
    written(&service, &till, &with(cup(), "/points", json!(121))).await;
    written(&service, &till, &with(cup(), "/level", json!("gold"))).await;
    written(&service, &till, &with(cup(), "/stock", json!(0))).await;
    let told = till.get(&format!("/v1/members/{member}/rewards")).await.body;
    assert_eq!(text(&told, "member_id"), member);
    assert_eq!(told["balance"], json!(120));
    let rewards = told["rewards"].as_array().unwrap();
    let mut codes: Vec<_> =
        rewards.iter().map(|reward| reward["refusal"]["code"].clone()).collect();
    codes.sort_by_key(ToString::to_string);
    let refusals =
        ["not_enough_points", "reward_level", "reward_out_of_stock"].map(|code| json!(code));
    assert_eq!(codes[..3], refusals, "{told}");
    assert_eq!(codes[3], json!(null));
    for reward in rewards {
        let refusal = reward.get("refusal");
        assert_eq!(reward["available"], json!(refusal.is_none()));
        assert!(refusal.is_none_or(|refusal| text(refusal, "cashier_message").ends_with('.')));
    }
}
