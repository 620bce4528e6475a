//! Lost cards: blocked, unblocked, replaced.

use crate::setup::{Answer, MOBILE, NOW, Service, Till, named, sale, text};
use axum::http::Method;
use serde_json::{Value, json};

const CARD: &str = "2990000012345";
const OTHER: &str = "2990000012346";

/// A member with a card.
async fn enrol(till: &Till<'_>, mobile: &str, card: &str) -> String {
    let person = json!({"mobile": mobile, "card_requested": true, "card_number": card});
    let made = till.post("/v1/members", &person).await;
    assert_eq!(made.status, 201, "{made:?}");
    text(&made.body, "member_id")
}

async fn step(till: &Till<'_>, member: &str, step: &str) -> Answer {
    till.post(&format!("/v1/members/{member}/card/{step}"), &Value::Null).await
}

async fn replace(till: &Till<'_>, member: &str, card: &str) -> Answer {
    let path = format!("/v1/members/{member}/card/replace");
    till.post(&path, &json!({"card_number": card})).await
}

/// The whole record of a member.
async fn record(till: &Till<'_>, member: &str) -> Value {
    till.get(&format!("/v1/members/{member}")).await.body
}

async fn find(till: &Till<'_>, card: &str) -> Answer {
    till.post("/v1/members/find", &json!({"card_number": card})).await
}

async fn assert_found(till: &Till<'_>, card: &str, member: &str) {
    let found = find(till, card).await;
    found.assert_status(200);
    assert_eq!(text(&found.body, "member_id"), member);
}

async fn assert_blocked(till: &Till<'_>, card: &str) {
    find(till, card).await.assert_code(409, "card_blocked");
}

#[tokio::test]
async fn a_blocked_card_finds_no_member_and_the_answer_has_a_sentence_for_the_cashier() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    for _ in 0..2 {
        let done = step(&till, &member, "block").await;
        done.assert_status(200);
        assert_eq!(done.body["card_blocked"], true);
        assert_eq!(record(&till, &member).await["blocked_card_numbers"], json!([CARD]));
    }
    for card in [json!({"card_number": CARD}), json!({"qr": CARD})] {
        let refused = till.post("/v1/members/find", &card).await;
        refused.assert_code(409, "card_blocked");
        assert!(
            text(&refused.body, "cashier_message").starts_with("Cette carte est déclarée perdue")
        );
        assert_eq!(named(&refused).len(), 1);
    }
    let mut later = sale("1", &json!({"card_number": CARD}));
    later["sold_at"] = json!(NOW);
    let sold = till.post("/v1/purchases", &later).await;
    sold.assert_code(409, "card_blocked");
    assert_eq!(named(&sold), ["/member"]);
    let by_mobile = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
    assert_eq!(by_mobile.body["card_blocked"], true, "{by_mobile:?}");
    let sold = till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await;
    assert_eq!(sold.status, 201);
}

#[tokio::test]
async fn a_sale_before_the_card_was_blocked_is_recorded_and_its_repeat_is_known() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    let by_card = |receipt| sale(receipt, &json!({"card_number": CARD}));
    let sold = till.post("/v1/purchases", &by_card("1")).await;
    assert_eq!(step(&till, &member, "block").await.status, 200);
    let again = till.post("/v1/purchases", &by_card("1")).await;
    again.assert_body(201, &sold.body);
    let late = till.post("/v1/purchases", &by_card("2")).await;
    late.assert_status(201);
    assert_eq!(late.body["balance"], json!(88));
}

#[tokio::test]
async fn an_unblocked_card_finds_its_member_again() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    step(&till, &member, "block").await;
    for _ in 0..2 {
        let done = step(&till, &member, "unblock").await;
        done.assert_status(200);
        assert_eq!(done.body["card_blocked"], false);
        assert_eq!(record(&till, &member).await.get("blocked_card_numbers"), None);
    }
    assert_found(&till, CARD, &member).await;
}

#[tokio::test]
async fn a_card_is_replaced_and_the_old_one_can_replace_it_again() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    for _ in 0..2 {
        let replaced = replace(&till, &member, OTHER).await;
        assert_eq!(replaced.status, 200, "{replaced:?}");
        let record = record(&till, &member).await;
        assert_eq!(record["card_number"], OTHER);
        assert_eq!(record["blocked_card_numbers"], json!([CARD]));
    }
    assert_found(&till, OTHER, &member).await;
    assert_blocked(&till, CARD).await;
    assert_eq!(replace(&till, &member, CARD).await.status, 200);
    assert_found(&till, CARD, &member).await;
    assert_blocked(&till, OTHER).await;
}

#[tokio::test]
async fn a_blocked_card_number_cannot_be_given_to_another_member() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    let other = till.enrol("06 39 98 00 13").await;
    step(&till, &member, "block").await;
    let body = json!({"card_number": null});
    till.ask(Method::PATCH, &format!("/v1/members/{member}"), &body).await;
    let body = json!({"card_number": CARD});
    let corrected = till.ask(Method::PATCH, &format!("/v1/members/{other}"), &body).await;
    let own = till.ask(Method::PATCH, &format!("/v1/members/{member}"), &body).await;
    let third = json!({"mobile": "06 39 98 00 14", "card_requested": true, "card_number": CARD});
    let made = till.post("/v1/members", &third).await;
    let replaced = replace(&till, &other, CARD).await;
    for (refused, code) in [
        (corrected, "card_taken"),
        (made, "card_taken"),
        (replaced, "card_taken"),
        (own, "card_blocked"),
    ] {
        refused.assert_code(409, code);
        assert_eq!(named(&refused), ["/card_number"]);
    }
    assert_blocked(&till, CARD).await;
}

#[tokio::test]
async fn a_member_without_a_card_cannot_block_one_and_can_get_one() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    for name in ["block", "unblock"] {
        let refused = step(&till, &member, name).await;
        refused.assert_code(409, "no_card");
    }
    let nonsense = replace(&till, &member, "12").await;
    nonsense.assert_fields(422, &["/card_number"]);
    assert_eq!(replace(&till, &member, CARD).await.status, 200);
    assert_eq!(record(&till, &member).await["card_number"], CARD);
    assert_eq!(step(&till, "nonsense", "block").await.status, 404);
}

#[tokio::test]
async fn the_history_has_each_step_of_a_card_with_its_key_and_its_instant() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    for (minute, name) in [(21, "block"), (22, "unblock"), (23, "unblock")] {
        service.set_clock(&format!("2026-11-24T09:{minute}:00Z"));
        step(&till, &member, name).await;
    }
    service.set_clock("2026-11-24T09:24:00Z");
    replace(&till, &member, OTHER).await;
    let history = till.get(&format!("/v1/members/{member}/history")).await;
    let entry = |what: &str, minute: u8| {
        let at = format!("2026-11-24T09:{minute}:00Z");
        json!({"type": what, "at": at, "points": 0, "by": format!("key:{}", till.key_id)})
    };
    let expected =
        [entry("card_replaced", 24), entry("card_unblocked", 22), entry("card_blocked", 21)];
    assert_eq!(history.body["entries"], json!(expected));
}

#[tokio::test]
async fn the_card_of_a_member_merged_into_another_is_blocked_by_its_own_identifier() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let survivor = till.enrol(MOBILE).await;
    let absorbed = enrol(&till, "06 39 98 00 13", CARD).await;
    let merge = json!({"absorbed_member_id": absorbed});
    till.post(&format!("/v1/members/{survivor}/merge"), &merge).await;
    assert_found(&till, CARD, &survivor).await;
    let done = step(&till, &absorbed, "block").await;
    done.assert_status(200);
    assert_eq!(text(&done.body, "member_id"), survivor.clone());
    assert_blocked(&till, CARD).await;
    let history = till.get(&format!("/v1/members/{survivor}/history")).await;
    let types = history.body["entries"].as_array().unwrap();
    assert!(types.iter().any(|entry| entry["type"] == "card_blocked"), "{history:?}");
}
