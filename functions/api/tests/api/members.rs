//! Members at the till.

use crate::setup::{MOBILE, Service, named, sale, text};
use axum::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn camille() -> Value {
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
    insta::assert_json_snapshot!(made.body, {".member_id" => "[member]"});
    let mut again = camille();
    again["mobile"] = json!("+33 6 39 98 00 12");
    again["first_name"] = json!("Dominique");
    let again = till.post("/v1/members", &again).await;
    assert_eq!((again.status.as_u16(), &again.body), (200, &made.body));
}

#[tokio::test]
async fn nobody_becomes_a_member_without_asking_for_the_card() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let body = json!({"mobile": MOBILE, "card_requested": false});
    let refused = till.post("/v1/members", &body).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (422, vec!["/card_requested"]));
    let found = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
    assert_eq!((found.status.as_u16(), named(&found)), (404, vec!["/mobile"]));
}

#[tokio::test]
async fn every_field_of_a_member_that_is_not_accepted_is_named_at_once() {
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
async fn a_correction_leaves_what_is_absent_and_clears_what_is_null() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = text(&till.post("/v1/members", &camille()).await.body, "member_id");
    let path = format!("/v1/members/{member}");
    let body =
        json!({"last_name": "Durand", "email": null, "address": null, "card_number": "4321"});
    let corrected = till.ask(Method::PATCH, &path, &body).await;
    assert_eq!(corrected.status, 200, "{corrected:?}");
    insta::assert_json_snapshot!(corrected.body, {".member_id" => "[member]"});
    assert_eq!(till.get(&path).await.body, corrected.body);
    let freed = till.post("/v1/members/find", &json!({"card_number": "299000001234"})).await;
    assert_eq!(freed.status, 404);
    let refused = till.ask(Method::PATCH, &path, &json!({"mobile": MOBILE})).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (422, vec!["/mobile"]));
}

#[tokio::test]
async fn a_card_or_a_mobile_of_another_member_is_a_conflict() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.post("/v1/members", &camille()).await;
    let other = till.enrol("06 39 98 00 13").await;
    let mut third = camille();
    third["mobile"] = json!("06 39 98 00 14");
    let refused = till.post("/v1/members", &third).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (409, vec!["/card_number"]));
    let card = json!({"card_number": "299000001234"});
    let refused = till.ask(Method::PATCH, &format!("/v1/members/{other}"), &card).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (409, vec!["/card_number"]));
    let mobile = json!({"mobile": MOBILE});
    let path = format!("/v1/members/{other}/mobile");
    let refused = till.ask(Method::PUT, &path, &mobile).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (409, vec!["/mobile"]));
    let free = json!({"mobile": "06 39 98 00 15"});
    let changed = till.ask(Method::PUT, &path, &free).await;
    assert_eq!((changed.status.as_u16(), &changed.body["mobile"]), (200, &json!("+33639980015")));
}

#[tokio::test]
async fn two_members_who_are_one_person_are_merged_with_their_histories() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let [kept, absorbed] = [till.enrol(MOBILE).await, till.enrol("06 39 98 00 13").await];
    for (receipt, member) in [("1", &kept), ("2", &absorbed)] {
        let sold = till.post("/v1/purchases", &sale(receipt, &json!({"member_id": member}))).await;
        assert_eq!(sold.status, 201);
    }
    let path = format!("/v1/members/{kept}/merge");
    let body = json!({"absorbed_member_id": absorbed});
    let merged = till.post(&path, &body).await;
    assert_eq!((merged.status.as_u16(), &merged.body["balance"]), (200, &json!(88)));
    assert_eq!(till.post(&path, &body).await.body, merged.body);
    let led = till.get(&format!("/v1/members/{absorbed}")).await;
    assert_eq!(led.body["member_id"], kept.as_str());
    let history = till.get(&format!("/v1/members/{absorbed}/history")).await;
    let types: Vec<_> = history.body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["merge", "sale", "sale"]);
    let itself = till.post(&path, &json!({"absorbed_member_id": kept})).await;
    assert_eq!((itself.status.as_u16(), named(&itself)), (409, vec!["/absorbed_member_id"]));
    let nonsense = till.post(&path, &json!({"absorbed_member_id": "x"})).await;
    assert_eq!((nonsense.status.as_u16(), named(&nonsense)), (422, vec!["/absorbed_member_id"]));
}

#[tokio::test]
async fn members_are_listed_page_by_page_each_once() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut made = BTreeSet::new();
    for number in 10..33 {
        made.insert(till.enrol(&format!("06399800{number}")).await);
    }
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = till.get(&format!("/v1/members?limit=5{cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let members = page.body["members"].as_array().unwrap();
        assert!(members.len() <= 5);
        listed.extend(members.iter().map(|member| text(member, "member_id")));
        match page.body.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(listed.len(), made.len());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), made);
}

#[tokio::test]
async fn a_history_is_read_newest_first_page_by_page() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    for minute in 10..17 {
        let mut body = sale(&minute.to_string(), &json!({"member_id": member}));
        body["sold_at"] = json!(format!("2026-11-24T10:{minute}:00+01:00"));
        assert_eq!(till.post("/v1/purchases", &body).await.status, 201);
    }
    let (mut receipts, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = till.get(&format!("/v1/members/{member}/history?limit=3{cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let entries = page.body["entries"].as_array().unwrap();
        if receipts.is_empty() {
            insta::assert_json_snapshot!(entries[0]);
        }
        receipts.extend(entries.iter().map(|entry| text(entry, "receipt_number")));
        match page.body.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(receipts, ["16", "15", "14", "13", "12", "11", "10"]);
}
