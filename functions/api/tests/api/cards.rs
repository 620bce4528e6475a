//! Lost cards: blocked, found again, replaced.

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

async fn find(till: &Till<'_>, card: &str) -> (u16, String) {
    let found = till.post("/v1/members/find", &json!({"card_number": card})).await;
    let name = if found.status == 200 { "member_id" } else { "code" };
    (found.status.as_u16(), text(&found.body, name))
}

fn blocked() -> (u16, String) {
    (409, "card_blocked".to_owned())
}

#[tokio::test]
async fn a_blocked_card_finds_nobody_and_pays_nobody_and_the_cashier_is_told_what_to_do() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    for _ in 0..2 {
        let done = step(&till, &member, "block").await;
        assert_eq!(
            (done.status.as_u16(), &done.body["blocked_card_numbers"]),
            (200, &json!([CARD]))
        );
    }
    for card in [json!({"card_number": CARD}), json!({"qr": CARD})] {
        let refused = till.post("/v1/members/find", &card).await;
        assert_eq!((refused.status.as_u16(), text(&refused.body, "code")), blocked());
        assert!(
            text(&refused.body, "cashier_message").starts_with("Cette carte est déclarée perdue")
        );
        assert_eq!(named(&refused).len(), 1);
    }
    let mut later = sale("1", &json!({"card_number": CARD}));
    later["sold_at"] = json!(NOW);
    let sold = till.post("/v1/purchases", &later).await;
    assert_eq!((sold.status.as_u16(), text(&sold.body, "code")), blocked());
    assert_eq!(named(&sold), ["/member"]);
    let by_mobile = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
    assert_eq!(by_mobile.body["card_blocked"], true, "{by_mobile:?}");
    let sold = till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await;
    assert_eq!(sold.status, 201);
}

#[tokio::test]
async fn a_card_lost_since_was_good_for_what_was_sold_before_and_the_sale_told_again_is_the_same() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    let by_card = |receipt| sale(receipt, &json!({"card_number": CARD}));
    let sold = till.post("/v1/purchases", &by_card("1")).await;
    assert_eq!(step(&till, &member, "block").await.status, 200);
    let again = till.post("/v1/purchases", &by_card("1")).await;
    assert_eq!((again.status.as_u16(), &again.body), (201, &sold.body));
    let told_late = till.post("/v1/purchases", &by_card("2")).await;
    assert_eq!((told_late.status.as_u16(), &told_late.body["balance"]), (201, &json!(88)));
}

#[tokio::test]
async fn a_card_found_again_works_as_before() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    step(&till, &member, "block").await;
    for _ in 0..2 {
        let done = step(&till, &member, "unblock").await;
        assert_eq!((done.status.as_u16(), done.body.get("blocked_card_numbers")), (200, None));
    }
    assert_eq!(find(&till, CARD).await, (200, member));
}

#[tokio::test]
async fn another_card_takes_the_place_of_the_lost_one_and_the_lost_one_can_come_back() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = enrol(&till, MOBILE, CARD).await;
    for _ in 0..2 {
        let replaced = replace(&till, &member, OTHER).await;
        assert_eq!(replaced.status, 200, "{replaced:?}");
        let cards = (&replaced.body["card_number"], &replaced.body["blocked_card_numbers"]);
        assert_eq!(cards, (&json!(OTHER), &json!([CARD])));
    }
    assert_eq!(find(&till, OTHER).await, (200, member.clone()));
    assert_eq!(find(&till, CARD).await, blocked());
    assert_eq!(replace(&till, &member, CARD).await.status, 200);
    assert_eq!(find(&till, CARD).await, (200, member));
    assert_eq!(find(&till, OTHER).await, blocked());
}

#[tokio::test]
async fn a_blocked_number_is_given_to_nobody_else() {
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
        let told = (refused.status.as_u16(), text(&refused.body, "code"), named(&refused));
        assert_eq!(told, (409, code.to_owned(), vec!["/card_number"]));
    }
    assert_eq!(find(&till, CARD).await, blocked());
}

#[tokio::test]
async fn who_has_no_card_has_none_to_block_and_can_be_given_one() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    for name in ["block", "unblock"] {
        let refused = step(&till, &member, name).await;
        assert_eq!(
            (refused.status.as_u16(), text(&refused.body, "code")),
            (409, "no_card".to_owned())
        );
    }
    let nonsense = replace(&till, &member, "12").await;
    assert_eq!((nonsense.status.as_u16(), named(&nonsense)), (422, vec!["/card_number"]));
    assert_eq!(replace(&till, &member, CARD).await.body["card_number"], CARD);
    assert_eq!(step(&till, "nobody", "block").await.status, 404);
}

#[tokio::test]
async fn what_was_done_about_a_card_stands_in_the_history_with_who_and_when() {
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
        json!({"type": what, "at": at, "points": 0, "key_id": till.key_id})
    };
    let expected =
        [entry("card_replaced", 24), entry("card_unblocked", 22), entry("card_blocked", 21)];
    assert_eq!(history.body["entries"], json!(expected));
}

#[tokio::test]
async fn the_card_of_a_member_merged_into_another_is_blocked_by_its_own_identifier() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let kept = till.enrol(MOBILE).await;
    let absorbed = enrol(&till, "06 39 98 00 13", CARD).await;
    let merge = json!({"absorbed_member_id": absorbed});
    till.post(&format!("/v1/members/{kept}/merge"), &merge).await;
    assert_eq!(find(&till, CARD).await, (200, kept.clone()));
    let done = step(&till, &absorbed, "block").await;
    assert_eq!((done.status.as_u16(), text(&done.body, "member_id")), (200, kept.clone()));
    assert_eq!(find(&till, CARD).await, blocked());
    let history = till.get(&format!("/v1/members/{kept}/history")).await;
    let types = history.body["entries"].as_array().unwrap();
    assert!(types.iter().any(|entry| entry["type"] == "card_blocked"), "{history:?}");
}
