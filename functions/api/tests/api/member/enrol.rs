//! Enrolment at the till.

use crate::setup::{MOBILE, NOW, Service, sale, text};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

pub(super) fn camille() -> Value {
    json!({
        "mobile": MOBILE,
        "card_requested": true,
        "last_name": "Martin",
        "first_name": "Camille",
        "email": "Camille.Martin@example.com",
        "birth_date": "1990-02-28",
        "address": {"street": "1 rue de la Paix", "postcode": "75002", "city": "Paris", "country": "fr"},
        "card_number": "2990 0000 1234",
    })
}

#[tokio::test]
async fn a_person_who_asked_for_the_card_becomes_a_member_once() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let made = till.post("/v1/members", &camille()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("/v1/members/{}", text(&made.body, "member_id"));
    insta::assert_json_snapshot!(till.get(&path).await.body, {".member_id" => "[member]"});
    let mut again = camille();
    again["mobile"] = json!("+33 6 39 98 00 12");
    again["first_name"] = json!("Dominique");
    let again = till.post("/v1/members", &again).await;
    again.assert_body(200, &made.body);
}

/// The fields of the answer to `find_member`, beside those that are absent for a new member.
const SHORT: [&str; 7] = [
    "balance",
    "card_activated",
    "card_blocked",
    "first_name",
    "last_name_initial",
    "member_id",
    "pending",
];

#[rstest]
#[case::till("till")]
#[case::back_office("back_office")]
#[tokio::test]
async fn an_enrolment_answers_what_find_answers_for_a_new_and_for_a_known_mobile(
    #[case] scope: &str,
) {
    let service = Service::start().await;
    let merchant = service.till("A", "retail").await.merchant;
    let till = service.key_of(&merchant, "paris", "live", scope).await;
    let made = till.post("/v1/members", &camille()).await;
    made.assert_status(201);
    let found = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
    assert_eq!(found.body, made.body);
    let again = json!({"mobile": MOBILE, "card_requested": true});
    till.post("/v1/members", &again).await.assert_body(200, &found.body);
    let names: Vec<_> = made.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, SHORT);
    assert_eq!(made.body["last_name_initial"], "M");
}

/// Texts of the whole record that no answer to a till may have.
const PERSONAL: [&str; 6] =
    ["+33639980012", "martin", "1990-02-28", "75002", "paix", "299000001234"];

#[tokio::test]
async fn no_answer_to_a_till_has_more_personal_data_than_find() {
    let service = Service::start().await;
    let merchant = service.till("A", "retail").await.merchant;
    let till = service.key_of(&merchant, "paris", "live", "till").await;
    let made = till.post("/v1/members", &camille()).await;
    let path = format!("/v1/members/{}", text(&made.body, "member_id"));
    let none = Value::Null;
    let consent = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    let by_mobile = json!({"mobile": MOBILE});
    let sold = till.post("/v1/purchases", &sale("1", &by_mobile)).await;
    let purchase = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    let dry = json!({"member": {"mobile": MOBILE}, "total_cents": 4_490});
    let to = json!({"mobile": MOBILE});
    let registered = json!({"activated_at": "2026-11-24T10:20:00+01:00"});
    let card = json!({"card_number": "299000001235"});
    let consents = format!("{path}/consents/sms");
    let answers = [
        till.post("/v1/members", &camille()).await,
        till.post("/v1/members/find", &by_mobile).await,
        till.ask(Method::PUT, &consents, &consent).await,
        till.ask(Method::PUT, &format!("{path}/registration"), &registered).await,
        till.get(&format!("{path}/balance")).await,
        till.get(&format!("{path}/rewards")).await,
        till.post_keyed(&format!("{path}/visits"), "visit", &json!({"visited_at": NOW})).await,
        till.post(&format!("{path}/card/block"), &none).await,
        till.post(&format!("{path}/card/unblock"), &none).await,
        till.post(&format!("{path}/card/replace"), &card).await,
        till.post("/v1/purchases/dry-run", &dry).await,
        till.get(&purchase).await,
        till.post(&format!("{purchase}/attach"), &to).await,
        till.post(&format!("{purchase}/move"), &to).await,
        till.post(&format!("{purchase}/cancel"), &none).await,
        made,
        sold,
    ];
    for answer in answers {
        assert!(answer.status.is_success(), "{answer:?}");
        let told = answer.body.to_string().to_lowercase();
        for text in PERSONAL {
            assert!(!told.contains(text), "{text} in {told}");
        }
    }
}

#[tokio::test]
async fn a_person_who_did_not_ask_for_the_card_does_not_become_a_member() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let body = json!({"mobile": MOBILE, "card_requested": false});
    let refused = till.post("/v1/members", &body).await;
    refused.assert_fields(422, &["/card_requested"]);
    let found = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
    found.assert_fields(404, &["/mobile"]);
}

#[tokio::test]
async fn all_fields_of_a_member_that_are_not_accepted_are_named_together() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till
        .post(
            "/v1/members",
            &json!({
                "mobile": "3,36E+10",
                "card_requested": true,
                "last_name": "x".repeat(61),
                "email": "camille",
                "birth_date": "2026-11-25",
                "address": {"postcode": "1".repeat(13), "country": "France"},
                "card_number": "12",
            }),
        )
        .await;
    assert_eq!(refused.status, 422);
    insta::assert_json_snapshot!(refused.body);
}

#[tokio::test]
async fn a_person_who_is_present_activates_the_card_while_or_after_becoming_a_member() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let body = |mobile: &str, activated: bool| json!({"mobile": mobile, "card_requested": true, "card_activated": activated});
    let at_once = till.post("/v1/members", &body(MOBILE, true)).await;
    assert_eq!(at_once.status, 201, "{at_once:?}");
    assert_eq!(at_once.body["card_activated"], true);
    let other = "06 39 98 00 13";
    let not_yet = till.post("/v1/members", &body(other, false)).await;
    assert_eq!(not_yet.body["card_activated"], false);
    let later = till.post("/v1/members", &body(other, true)).await;
    assert_eq!(later.status, 200, "{later:?}");
    assert_eq!(later.body["card_activated"], true);
}

#[rstest]
#[case("use", false, true)]
#[case("registration", false, false)]
#[case("registration", true, true)]
#[tokio::test]
async fn a_sale_activates_the_card_where_the_merchant_chose_it_or_the_person_is_present(
    #[case] choice: &str,
    #[case] present: bool,
    #[case] activated: bool,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let merchant = format!("/v1/merchants/{}", till.merchant);
    let body = json!({"card_activation": choice});
    let path = format!("{merchant}/card-activation");
    service.operator(Method::PUT, &path, Some(&body)).await.assert_body(200, &body);
    let shown = service.operator(Method::GET, &merchant, None).await;
    assert_eq!(shown.body["card_activation"], choice);
    let member = till.enrol(MOBILE).await;
    let buyer = json!({"member_id": member, "card_activated": present});
    let sold = till.post("/v1/purchases", &sale("1", &buyer)).await;
    assert_eq!(sold.status, 201, "{sold:?}");
    let found = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await.body;
    assert_eq!(found["card_activated"], activated);
}
