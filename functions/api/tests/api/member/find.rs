//! A member found at the till.

use crate::setup::{MOBILE, Service, Till, sale, text};
use serde_json::{Value, json};

fn camille() -> Value {
    json!({
        "mobile": MOBILE,
        "card_requested": true,
        "last_name": "émerisse",
        "first_name": "Camille",
        "email": "camille@example.com",
        "birth_date": "1990-02-28",
        "address": {"street": "1 rue de la Paix", "city": "Paris"},
        "card_number": "2990000012345",
    })
}

async fn find(till: &Till<'_>, contact: &Value) -> crate::setup::Answer {
    till.post("/v1/members/find", contact).await
}

#[tokio::test]
async fn a_member_is_found_by_mobile_in_any_form_by_card_and_by_qr() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = text(&till.post("/v1/members", &camille()).await.body, "member_id");
    for contact in [
        json!({"mobile": "06 39 98 00 12"}),
        json!({"mobile": "0639980012"}),
        json!({"mobile": "06.39.98.00.12"}),
        json!({"mobile": "+33 (0)6 39 98 00 12"}),
        json!({"mobile": "0033639980012"}),
        json!({"mobile": "639980012"}),
        json!({"card_number": "2990 0000 12345"}),
        json!({"qr": "2990000012345\r\n"}),
        json!({"qr": "https://carte.example.com/c/2990000012345?source=carte"}),
    ] {
        let found = find(&till, &contact).await;
        assert_eq!(found.body["member_id"], member.as_str(), "{contact}: {found:?}");
    }
}

#[tokio::test]
async fn a_found_member_has_the_fields_that_a_cashier_needs_and_no_others() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = text(&till.post("/v1/members", &camille()).await.body, "member_id");
    let found = find(&till, &json!({"mobile": MOBILE})).await;
    let mut expected = json!({
        "member_id": member, "first_name": "Camille", "last_name_initial": "É", "balance": 0,
        "card_activated": false, "card_blocked": false, "pending": 0,
    });
    found.assert_body(200, &expected);
    // The first sale activates the card.
    till.post("/v1/purchases", &sale("1", &json!({"member_id": member}))).await;
    (expected["balance"], expected["card_activated"]) = (json!(44), json!(true));
    assert_eq!(find(&till, &json!({"mobile": MOBILE})).await.body, expected);
}

#[tokio::test]
async fn a_search_without_a_result_is_refused_with_its_field() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    for (contact, status, pointer, code) in [
        (json!({"mobile": MOBILE}), 404, "/mobile", "not_found"),
        (json!({"card_number": "2990000012345"}), 404, "/card_number", "not_found"),
        (json!({"qr": "2990000012345"}), 404, "/qr", "not_found"),
        (json!({"qr": "WIFI:S:boutique;;"}), 422, "/qr", "qr_unreadable"),
        (json!({"mobile": "01 99 00 12 34"}), 422, "/mobile", "mobile_not_mobile"),
        (json!({"mobile": MOBILE, "qr": "2990000012345"}), 422, "", "one_of"),
        (json!({}), 422, "", "missing"),
    ] {
        let refused = find(&till, &contact).await;
        refused.assert_fields(status, &[pointer]);
        assert_eq!(refused.field_codes(), [code], "{contact}");
    }
}

#[tokio::test]
async fn the_contacts_of_an_absorbed_member_find_the_survivor() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let [survivor, absorbed] = [till.enrol(MOBILE).await, till.enrol("06 39 98 00 13").await];
    let merge = json!({"absorbed_member_id": absorbed});
    till.post(&format!("/v1/members/{survivor}/merge"), &merge).await;
    let found = find(&till, &json!({"mobile": "06 39 98 00 13"})).await;
    assert_eq!(found.body["member_id"], survivor.as_str());
}
