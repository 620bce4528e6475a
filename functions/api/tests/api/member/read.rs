//! Members listed, and a member's history.

use crate::setup::{MOBILE, Service, sale, text};
use serde_json::json;
use std::collections::BTreeSet;

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
            insta::assert_json_snapshot!(entries[0], {".by" => "[key]"});
        }
        receipts.extend(entries.iter().map(|entry| text(entry, "receipt_number")));
        match page.body.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(receipts, ["16", "15", "14", "13", "12", "11", "10"]);
}
