//! Members listed, and a member's history.

use crate::setup::{MOBILE, Service, Till, sale, text};
use axum::http::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

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

/// The whole list of the members, each by its identifier.
async fn export(till: &Till<'_>) -> BTreeMap<String, Value> {
    let page = till.get("/v1/members?limit=100").await;
    let members = page.body["members"].as_array().unwrap();
    members.iter().map(|member| (text(member, "member_id"), member.clone())).collect()
}

#[tokio::test]
async fn the_export_of_the_list_leads_from_a_stolen_key_to_all_that_the_key_did_to_members() {
    let service = Service::start().await;
    let office = service.till("A", "retail").await;
    let stolen = service.key_of(&office.merchant, "paris", "live", "till").await;
    let export_key = service.key_of(&office.merchant, "paris", "live", "export").await;
    let (by_stolen, by_office) =
        (format!("key:{}", stolen.key_id), format!("key:{}", office.key_id));

    let created = stolen.enrol("06 39 98 00 21").await;
    let buyer = json!({"mobile": "06 39 98 00 22", "card_requested": true});
    let sold = stolen.post("/v1/purchases", &sale("1", &buyer)).await;
    let created_by_a_sale = text(&sold.body, "member_id");
    let known = office.enrol("06 39 98 00 23").await;
    let at = "2026-11-24T10:20:00+01:00";
    let path = |member: &str, end: &str| format!("/v1/members/{member}/{end}");
    let invited = json!({"invited_at": at});
    office.ask(Method::PUT, &path(&known, "registration"), &invited).await.assert_status(200);
    let activated = json!({"activated_at": at});
    stolen.ask(Method::PUT, &path(&known, "registration"), &activated).await.assert_status(200);
    let consent = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    stolen.ask(Method::PUT, &path(&known, "consents/sms"), &consent).await.assert_status(200);
    let other = office.enrol("06 39 98 00 24").await;

    let listed = export(&export_key).await;
    let with = |field: &str, by: &str| -> BTreeSet<&String> {
        let found = listed.iter().filter(|(_, member)| member[field] == by);
        found.map(|(id, _)| id).collect()
    };
    assert_eq!(with("created_by", &by_stolen), [&created, &created_by_a_sale].into());
    assert_eq!(with("created_by", &by_office), [&known, &other].into());
    assert_eq!(with("invited_by", &by_office), [&known].into());
    assert_eq!(with("activated_by", &by_stolen), [&known].into());
    for (id, member) in &listed {
        assert_eq!(export_key.get(&format!("/v1/members/{id}")).await.body, *member);
    }
    let consents = export_key.get(&path(&known, "consents/history")).await.body;
    assert_eq!(consents["changes"][0]["recorded_by"], by_stolen.as_str());
    let history = export_key.get(&path(&created_by_a_sale, "history")).await.body;
    assert_eq!(history["entries"][0]["by"], by_stolen.as_str());
}
