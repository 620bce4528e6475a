//! Enrolment at the till.

use crate::setup::{MOBILE, Service, sale, text};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

pub(crate) fn camille() -> Value {
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
    insta::assert_json_snapshot!(till.get(&path).await.body, {".created_by" => "[key]", ".member_id" => "[member]"});
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

#[tokio::test]
async fn a_card_that_is_handed_out_to_a_known_mobile_is_the_first_card_or_a_clear_refusal() {
    let service = Service::start().await;
    let back_office = service.till("A", "retail").await;
    let till = service.key_of(&back_office.merchant, "paris", "live", "till").await;
    let member = till.enrol(MOBILE).await;
    let with_card = |mobile: &str, card: &str| json!({"mobile": mobile, "card_requested": true, "card_number": card});
    let given = till.post("/v1/members", &with_card(MOBILE, "2990000012345")).await;
    given.assert_status(200);
    let by_card = json!({"card_number": "2990000012345"});
    let found = till.post("/v1/members/find", &by_card).await;
    assert_eq!(text(&found.body, "member_id"), member, "the member has the card");
    // The same request again changes nothing.
    till.post("/v1/members", &with_card(MOBILE, "2990000012345"))
        .await
        .assert_body(200, &given.body);
    let another = till.post("/v1/members", &with_card(MOBILE, "2990000099999")).await;
    another.assert_code(409, "member_has_card");
    another.assert_fields(409, &["/card_number"]);
    assert_eq!(till.post("/v1/members/find", &by_card).await.body, found.body, "nothing changed");

    let taken = till.post("/v1/members", &with_card("06 39 98 00 13", "2990000012345")).await;
    taken.assert_code(409, "card_taken");
    let second = till.enrol("06 39 98 00 13").await;
    let taken = till.post("/v1/members", &with_card("06 39 98 00 13", "2990000012345")).await;
    taken.assert_code(409, "card_taken");
    // The card of a member who was merged into the customer is no other card.
    let merge = json!({"absorbed_member_id": member});
    let merged = back_office.post(&format!("/v1/members/{second}/merge"), &merge).await;
    merged.assert_status(200);
    till.post("/v1/members", &with_card("06 39 98 00 13", "2990000012345"))
        .await
        .assert_status(200);
}
