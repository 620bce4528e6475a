//! A merchant's programme: stored if it is consistent, and the points that its rules give at the till.

use crate::setup::{MOBILE, Service, Till, named};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

/// A till of a merchant whose programme begins on the day that the clock then shows, with a member
/// called by [`MOBILE`].
async fn open<'s>(service: &'s Service, programme: &Value) -> (Till<'s>, String) {
    let till = service.till("A", "retail").await;
    let (status, body) = put(service, &till, programme).await;
    assert_eq!(status, 200, "{body}");
    service.set_clock("2026-11-25T10:00:00Z");
    let member = till.enrol(MOBILE).await;
    (till, member)
}

async fn put(service: &Service, till: &Till<'_>, programme: &Value) -> (u16, Value) {
    let path = format!("/v1/merchants/{}/programmes/2026-11-25", till.merchant);
    let answer = service.operator(Method::PUT, &path, Some(programme)).await;
    (answer.status.as_u16(), answer.body)
}

fn sale(number: &str, at: &str, cents: i64, lines: &Value) -> Value {
    json!({"type": "sale", "receipt_number": number, "sold_at": at, "total_cents": cents,
        "member": {"mobile": MOBILE}, "lines": lines})
}

fn base() -> Value {
    json!({"spend": [{"points": 1, "per_cents": 100}]})
}

#[tokio::test]
async fn a_stored_programme_is_shown_as_it_was_written() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let programme = json!({
        "unit": "points", "rounding": "nearest",
        "spend": [{"points": 1, "per_cents": 100, "when": {}},
            {"name": "Chaussures", "points": 2, "per_cents": 100,
                "goods": {"categories": ["chaussures"]}, "when": {}}],
        "visits": [{"points": 1, "most_a_day": 1, "when": {"minimum_spend_cents": 500}}],
        "multipliers": [
            {"name": "Anniversaire", "hundredths": 200, "when": {"birthday_month": true}},
            {"name": "Heures creuses", "hundredths": 150, "when": {"weekdays": ["monday", "tuesday"],
                "hours": {"from": "14:00", "until": "16:30"}}}],
        "bonuses": [{"name": "Nouveau parfum", "points": 50, "most_a_sale": 100,
            "goods": {"skus": ["P-12"]},
            "when": {"from": "2026-12-01", "until": "2026-12-24", "establishments": ["paris"]}}],
        "gifts": {"welcome": 10, "activation": 20, "birthday": 50},
        "excluded": {"categories": ["carte cadeau"]}, "discounts_excluded": true,
        "minimum_spend_cents": 100, "daily_cap": 500, "returns": "down_to_zero",
        "pending_days": 14, "expiry": {"after": "earning", "months": 12},
        "levels": [{"code": "gold", "name": "Or", "from_points": 1000}]
    });
    let (status, shown) = put(&service, &till, &programme).await;
    let mut expected = programme;
    expected["valid_from"] = json!("2026-11-25");
    expected["changed_by"] = json!("operator");
    assert_eq!(status, 200);
    assert_eq!(shown, expected);
    let path = format!("/v1/merchants/{}", till.merchant);
    let merchant = service.operator(Method::GET, &path, None).await;
    assert_eq!(merchant.body["programmes"][1], expected);
}

#[rstest]
#[case(json!({"multipliers": [{"hundredths": 200, "when": {"from": "2027-02-01", "until": "2027-01-31"}}]}),
    "/multipliers/0/when/until", "ends_before_it_begins")]
#[case(json!({"multipliers": [{"hundredths": 200, "when": {"hours": {"from": "19:00", "until": "17:00"}}}]}),
    "/multipliers/0/when/hours", "hours_empty")]
#[case(json!({"multipliers": [{"hundredths": 100}]}), "/multipliers/0/hundredths", "multiplier")]
#[case(json!({"bonuses": [{"points": 50}]}),
    "/bonuses/0/when/minimum_spend_cents", "gives_without_limit")]
#[case(json!({"bonuses": [{"points": 50, "most_a_sale": 100}]}), "/bonuses/0/goods", "pieces_of_nothing")]
#[case(json!({"visits": [{"points": 1, "most_a_day": 25}]}), "/visits/0/most_a_day", "visits_a_day")]
#[case(json!({"spend": [{"points": 1, "per_cents": 0}]}), "/spend/0/per_cents", "earning_rule")]
#[case(json!({"spend": [{"points": 1, "per_cents": 100, "when": {"levels": ["gold"]}}]}),
    "/spend/0/when/levels", "level_unknown")]
#[case(json!({"spend": [{"points": 1, "per_cents": 100, "when": {"establishments": ["lyon"]}}]}),
    "/spend/0/when/establishments", "establishment_unknown")]
#[case(json!({"unit": "cents", "spend": [{"points": 5, "per_cents": 100}]}), "/unit", "unit_changed")]
#[case(json!({"pending_days": 91}), "/pending_days", "pending_days")]
#[case(json!({"expiry": {"after": "earning", "months": 0}}), "/expiry/months", "expiry_months")]
#[case(json!({"levels": [{"code": "Gold", "name": "Or", "from_points": 1}]}), "/levels/0/code", "level_code")]
#[case(json!({"spend": [{"name": "Verres sur ordonnance", "points": 1, "per_cents": 100}]}),
    "/spend/0/name", "sensitive_text")]
#[case(json!({"daily_cap": 0}), "/daily_cap", "rule_points")]
#[case(json!({"multipliers": [{"hundredths": 200}]}), "/spend", "earns_nothing")]
#[case(json!({"spend": [], "gifts": {"welcome": 10}}), "/spend", "earns_nothing")]
#[case(json!({"bonuses": [{"points": 5, "goods": {"skus": ["s1"]}, "when": {"minimum_spend_cents": 100}}],
    "excluded": {"skus": ["S1"]}}), "/bonuses/0/goods", "earns_what_is_excluded")]
#[case(json!({"spend": [{"points": 10_000, "per_cents": 1}]}), "/spend/0/points", "gives_without_limit")]
#[case(json!({"bonuses": [{"points": 10_000, "goods": {"skus": ["S1"]}}]}),
    "/bonuses/0/when/minimum_spend_cents", "gives_without_limit")]
#[case(json!({"visits": [{"points": 10_000, "most_a_day": 2}]}), "/visits", "gives_without_limit")]
#[case(json!({"pending_days": 60, "expiry": {"after": "earning", "months": 2}}),
    "/expiry/months", "expires_while_pending")]
#[case(json!({"multipliers": [{"hundredths": 200, "when": {"until": "2026-11-24"}}]}),
    "/multipliers/0/when/until", "ends_before_the_programme")]
#[case(json!({"spend": [{"points": 1, "per_cents": 99_991}, {"points": 1, "per_cents": 99_989},
    {"points": 1, "per_cents": 99_971}, {"points": 1, "per_cents": 99_961}]}),
    "/spend", "amounts_without_multiple")]
#[case(json!({"valid_from": "2026-11-26"}), "/valid_from", "first_day_differs")]
#[tokio::test]
async fn an_inconsistent_programme_is_refused_with_the_field(
    #[case] mut programme: Value,
    #[case] pointer: &str,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    if programme.get("spend").is_none() && code != "earns_nothing" {
        programme["spend"] = base()["spend"].clone();
    }
    let path = format!("/v1/merchants/{}/programmes/2026-11-25", till.merchant);
    let refused = service.operator(Method::PUT, &path, Some(&programme)).await;
    refused.assert_fields(422, &[pointer]);
    assert_eq!(refused.body["errors"][0]["code"], code);
}

#[tokio::test]
async fn a_programme_that_earns_nothing_is_accepted_and_shown_with_the_word_of_the_request() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (status, shown) = put(&service, &till, &json!({"ends_earning": true})).await;
    assert_eq!(status, 200, "{shown}");
    assert_eq!(shown["ends_earning"], true);
    assert_eq!(put(&service, &till, &shown).await, (200, shown));
    let mut earning = base();
    earning["ends_earning"] = json!(true);
    let (status, shown) = put(&service, &till, &earning).await;
    assert_eq!((status, shown.get("ends_earning")), (200, None));
}

#[tokio::test]
async fn put_accepts_what_get_returned() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut programme = base();
    programme["daily_cap"] = json!(50);
    put(&service, &till, &programme).await;
    let path = format!("/v1/merchants/{}", till.merchant);
    let shown = service.operator(Method::GET, &path, None).await.body["programmes"].clone();
    assert_eq!(shown[1]["daily_cap"], 50);
    for programme in shown.as_array().unwrap() {
        let first_day = programme["valid_from"].as_str().unwrap();
        let path = format!("{path}/programmes/{first_day}");
        let answer = service.operator(Method::PUT, &path, Some(programme)).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, programme));
    }
}

#[tokio::test]
async fn a_patch_changes_a_part_of_the_programme_in_force_from_a_day_on() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut programme = base();
    programme["daily_cap"] = json!(50);
    programme["gifts"] = json!({"welcome": 10, "activation": 20});
    programme["multipliers"] = json!([
        {"name": "Décembre", "hundredths": 200, "when": {"until": "2026-12-31"}},
        {"name": "Lundi", "hundredths": 150, "when": {"weekdays": ["monday"]}}]);
    let (_, stored) = put(&service, &till, &programme).await;
    let path = format!("/v1/merchants/{}/programmes/2027-01-01", till.merchant);
    let changes = json!({"daily_cap": null, "gifts": {"welcome": 30}, "pending_days": 14});
    let patched = service.operator(Method::PATCH, &path, Some(&changes)).await;
    let mut expected = stored;
    expected.as_object_mut().unwrap().remove("daily_cap");
    expected["gifts"]["welcome"] = json!(30);
    expected["pending_days"] = json!(14);
    expected["valid_from"] = json!("2027-01-01");
    // The rule for December has ended by then.
    expected["multipliers"].as_array_mut().unwrap().remove(0);
    assert_eq!((patched.status.as_u16(), patched.body), (200, expected));
}

#[rstest]
#[case(json!({"spend": null}), "/spend", "earns_nothing")]
#[case(json!({"daily_cap": "50"}), "/daily_cap", "type")]
#[case(json!({"cap": 50}), "/cap", "unknown_field")]
#[case(json!({"valid_from": "2027-01-02"}), "/valid_from", "first_day_differs")]
#[case(json!([]), "", "type")]
#[tokio::test]
async fn a_patch_is_refused_with_the_field(
    #[case] changes: Value,
    #[case] pointer: &str,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/merchants/{}/programmes/2027-01-01", till.merchant);
    let refused = service.operator(Method::PATCH, &path, Some(&changes)).await;
    refused.assert_fields(422, &[pointer]);
    assert_eq!(refused.body["errors"][0]["code"], code);
}

#[tokio::test]
async fn a_patch_does_not_end_earning_because_the_only_rule_has_ended() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let ending =
        json!({"spend": [{"points": 1, "per_cents": 100, "when": {"until": "2026-12-31"}}]});
    assert_eq!(put(&service, &till, &ending).await.0, 200);
    let path = format!("/v1/merchants/{}/programmes/2027-01-01", till.merchant);
    let refused = service.operator(Method::PATCH, &path, Some(&json!({"pending_days": 1}))).await;
    refused.assert_fields(422, &["/spend"]);
    let before_the_first = format!("/v1/merchants/{}/programmes/1899-12-31", till.merchant);
    let unknown = service.operator(Method::PATCH, &before_the_first, Some(&json!({}))).await;
    assert!(matches!(unknown.status.as_u16(), 404 | 422), "{unknown:?}");
}

#[tokio::test]
async fn the_programme_of_today_with_rules_for_establishments_replaces_the_first_one_until_it_is_used()
 {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    let path = format!("/v1/merchants/{}/programmes/2026-11-24", till.merchant);
    let points = |points: u32| json!({"spend": [{"points": points, "per_cents": 100, "when": {"establishments": ["paris"]}}]});
    for replaced in [2, 3] {
        let answer = service.operator(Method::PUT, &path, Some(&points(replaced))).await;
        answer.assert_status(200);
    }
    let at = "2026-11-24T10:00:00+01:00";
    let sold = till.post("/v1/purchases", &sale("1", at, 1_000, &json!([]))).await;
    assert_eq!(sold.body["points"], 30);
    for method in [Method::PUT, Method::PATCH] {
        let refused = service.operator(method, &path, Some(&points(4))).await;
        refused.assert_fields(422, &["valid_from"]);
        assert_eq!(refused.body["errors"][0]["code"], "rule_not_ahead");
    }
    let again = till.post("/v1/purchases", &sale("2", at, 1_000, &json!([]))).await;
    assert_eq!(again.body["points"], 30);
    let again = service
        .operator(Method::POST, "/v1/merchants", Some(&crate::setup::merchant("A", "retail")))
        .await;
    again.assert_status(200);
}

#[tokio::test]
async fn a_programme_that_has_ended_is_not_replaced_even_where_nothing_used_it() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    assert_eq!(put(&service, &till, &base()).await.0, 200);
    service.set_clock("2026-11-25T10:00:00Z");
    let path = format!("/v1/merchants/{}/programmes/2026-11-24", till.merchant);
    let refused = service.operator(Method::PUT, &path, Some(&base())).await;
    refused.assert_fields(422, &["valid_from"]);
}

#[tokio::test]
async fn a_dry_run_tries_a_programme_that_has_not_begun_and_shows_the_balance_of_now() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    let path = format!("/v1/merchants/{}/programmes/2027-06-01", till.merchant);
    let mut programme = json!({"spend": [{"points": 5, "per_cents": 100}]});
    programme["pending_days"] = json!(14);
    service.operator(Method::PUT, &path, Some(&programme)).await.assert_status(200);
    let sold = sale("1", "2026-11-24T10:00:00+01:00", 1_000, &json!([]));
    till.post("/v1/purchases", &sold).await.assert_status(201);
    let tried = |at: &str| {
        let basket = json!({"sold_at": at, "total_cents": 2_000, "member": {"mobile": MOBILE}});
        let till = &till;
        async move { till.post("/v1/purchases/dry-run", &basket).await.body }
    };
    let future = tried("2027-06-01T10:00:00+02:00").await;
    assert_eq!([&future["points"], &future["balance"]], [100, 10], "{future}");
    assert_eq!([&future["balance_after"], &future["pending_after"]], [10, 100]);
    // The sale of the 24th could not be spent on the 20th, but can be now.
    let past = tried("2026-11-20T10:00:00+01:00").await;
    assert_eq!([&past["points"], &past["balance"], &past["balance_after"]], [20, 10, 30], "{past}");
    let basket = json!({"sold_at": "2027-11-26T10:00:00+01:00", "total_cents": 1});
    till.post("/v1/purchases/dry-run", &basket).await.assert_fields(422, &["/sold_at"]);
}

#[tokio::test]
async fn a_programme_of_cents_gives_back_less_than_was_spent() {
    let service = Service::start().await;
    let mut body = crate::setup::merchant("A", "retail");
    body["programme"] = json!({"unit": "cents", "spend": [{"points": 60, "per_cents": 100}],
        "multipliers": [{"hundredths": 200}]});
    let refused = service.operator(Method::POST, "/v1/merchants", Some(&body)).await;
    assert_eq!(named(&refused), ["/programme/spend/0/points"]);
}

#[tokio::test]
async fn the_answer_to_a_sale_has_its_points_with_their_rules_and_a_repeat_has_the_same() {
    let mut programme = base();
    programme["multipliers"] = json!([{"name": "Fête", "hundredths": 200}]);
    programme["bonuses"] = json!([{"name": "Parfum", "points": 30, "most_a_sale": 60,
        "goods": {"skus": ["P-12"]}, "when": {"minimum_spend_cents": 1_000}}]);
    let service = Service::start().await;
    let (till, _) = open(&service, &programme).await;
    let lines = json!([{"sku": "P-12", "quantity": "3", "unit_price_cents": 1000}]);
    let sale = sale("1", "2026-11-25T11:00:00+01:00", 3_000, &lines);
    let mut asked = sale.clone();
    for field in ["type", "receipt_number"] {
        asked.as_object_mut().unwrap().remove(field);
    }
    let why = json!([{"source": "spend", "points": 30},
        {"source": "multiplier", "name": "Fête", "points": 30},
        {"source": "bonus", "name": "Parfum", "points": 60}]);
    let dry = till.post("/v1/purchases/dry-run", &asked).await;
    let sold = till.post("/v1/purchases", &sale).await;
    let again = till.post("/v1/purchases", &sale).await;
    for answer in [&dry, &sold, &again] {
        assert_eq!(answer.body["points"], json!(120));
        assert_eq!(answer.body["earned"], why);
    }
    let path = format!("/v1/purchases/{}", sold.body["purchase_id"].as_str().unwrap());
    assert_eq!(till.get(&path).await.body["earned"], why);
}

#[tokio::test]
async fn the_month_of_the_birthday_multiplies_the_points() {
    let mut programme = base();
    programme["multipliers"] = json!([{"hundredths": 300, "when": {"birthday_month": true}}]);
    let service = Service::start().await;
    let (till, member) = open(&service, &programme).await;
    let at = "2026-11-25T11:00:00+01:00";
    let unknown = till.post("/v1/purchases", &sale("1", at, 1_000, &json!([]))).await;
    assert_eq!(unknown.body["points"], 10);
    let born = json!({"birth_date": "1980-11-03"});
    till.ask(Method::PATCH, &format!("/v1/members/{member}"), &born).await;
    let known = till.post("/v1/purchases", &sale("2", at, 1_000, &json!([]))).await;
    assert_eq!(known.body["points"], 30);
}

#[tokio::test]
async fn the_points_of_a_sale_are_pending_and_the_ticket_says_so() {
    let mut programme = base();
    programme["pending_days"] = json!(14);
    programme["expiry"] = json!({"after": "earning", "months": 12});
    let service = Service::start().await;
    let (till, member) = open(&service, &programme).await;
    let sale = sale("1", "2026-11-25T11:00:00+01:00", 2_000, &json!([]));
    let sold = till.post("/v1/purchases", &sale).await;
    assert_eq!(sold.body["balance"], json!(0));
    assert_eq!(sold.body["pending"], json!(20));
    assert_eq!(
        sold.body["ticket"],
        json!(["Points gagnés : 20", "Votre solde : 0 point", "Points en attente : 20"])
    );
    service.set_clock("2026-12-09T10:00:00Z");
    let shown = till.get(&format!("/v1/members/{member}/balance")).await;
    assert_eq!(
        shown.body,
        json!({"member_id": member, "balance": 20, "pending": 0,
            "expiring": {"points": 20, "on": "2027-12-31"},
            "ticket": ["Votre solde : 20 points", "20 points jusqu’au 31/12/2027"]})
    );
    service.set_clock("2028-01-01T10:00:00Z");
    let ended = till.get(&format!("/v1/members/{member}/balance")).await;
    assert_eq!(ended.body["balance"], 0);
}

#[tokio::test]
async fn a_dry_run_has_the_ticket_lines_that_the_sale_prints() {
    let mut programme = base();
    programme["expiry"] = json!({"after": "earning", "months": 12});
    let service = Service::start().await;
    let (till, _) = open(&service, &programme).await;
    let basket = json!({"total_cents": 2_000, "member": {"mobile": MOBILE}});
    let told = till.post("/v1/purchases/dry-run", &basket).await;
    let sale = sale("1", "2026-11-25T11:00:00+01:00", 2_000, &json!([]));
    let sold = till.post("/v1/purchases", &sale).await;
    let ticket = json!(["Points gagnés : 20", "Votre solde : 20 points"]);
    assert_eq!(told.body["ticket"], ticket);
    assert_eq!(sold.body["ticket"], ticket);
}

#[tokio::test]
async fn the_ticket_of_a_cagnotte_is_in_euros() {
    let service = Service::start().await;
    let mut merchant = crate::setup::merchant("A", "retail");
    merchant["programme"] = json!({"unit": "cents", "spend": [{"points": 5, "per_cents": 100}]});
    let till = service.till_of(&merchant).await;
    till.enrol(MOBILE).await;
    let sold = till
        .post("/v1/purchases", &sale("1", "2026-11-24T10:00:00+01:00", 4_990, &json!([])))
        .await;
    assert_eq!(sold.body["ticket"], json!(["Montant gagné : 2,49 €", "Votre cagnotte : 2,49 €"]));
}

#[tokio::test]
async fn a_level_is_reached_at_once_and_its_multiplier_counts_from_the_next_sale() {
    let mut programme = base();
    programme["levels"] = json!([{"code": "gold", "name": "Or", "from_points": 50}]);
    programme["multipliers"] = json!([{"hundredths": 200, "when": {"levels": ["gold"]}}]);
    let service = Service::start().await;
    let (till, member) = open(&service, &programme).await;
    let at = "2026-11-25T11:00:00+01:00";
    let points = |number: &'static str| {
        let (till, sale) = (&till, sale(number, at, 5_000, &json!([])));
        async move { till.post("/v1/purchases", &sale).await.body["points"].clone() }
    };
    assert_eq!(points("1").await, 50);
    assert_eq!(points("2").await, 100);
    let shown = till.get(&format!("/v1/members/{member}/balance")).await;
    assert_eq!(shown.body["level"], json!({"code": "gold", "name": "Or", "since": "2026-11-25"}));
}

#[tokio::test]
async fn a_new_member_gets_the_welcome_points_once() {
    let mut programme = base();
    programme["gifts"] = json!({"welcome": 25});
    let service = Service::start().await;
    let (till, member) = open(&service, &programme).await;
    let shown = till.get(&format!("/v1/members/{member}/balance")).await;
    assert_eq!(shown.body["balance"], 25);
    let asked = json!({"mobile": MOBILE, "card_requested": true});
    assert_eq!(till.post("/v1/members", &asked).await.status, 200);
    let history = till.get(&format!("/v1/members/{member}/history")).await;
    let types: Vec<_> =
        history.body["entries"].as_array().unwrap().iter().map(|entry| &entry["type"]).collect();
    assert_eq!(types, ["welcome"]);
    let mut first = sale("1", "2026-11-25T11:00:00+01:00", 1_000, &json!([]));
    first["member"] = json!({"mobile": "06 39 98 00 77", "card_requested": true});
    for _ in 0..2 {
        let sold = till.post("/v1/purchases", &first).await;
        assert_eq!(sold.body["points"], json!(10));
        assert_eq!(sold.body["balance"], json!(35));
    }
}
