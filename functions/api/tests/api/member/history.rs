//! The history names the credential of each change.

use crate::setup::{MOBILE, NOW, Service, sale, text};
use axum::http::Method;
use serde_json::{Value, json};

/// The entry of a kind. A history has one of each in these tests.
fn entry(history: &Value, kind: &str) -> Value {
    let entries = history["entries"].as_array().unwrap();
    let mut found = entries.iter().filter(|entry| entry["type"] == kind);
    let entry = found.next().unwrap_or_else(|| panic!("no {kind} in {history}"));
    assert!(found.next().is_none(), "{kind} twice in {history}");
    entry.clone()
}

#[tokio::test]
async fn the_history_of_a_member_names_the_key_that_made_each_change() {
    let service = Service::start().await;
    let office = service.till("A", "retail").await;
    let till = service.key_of(&office.merchant, "paris", "live", "till").await;
    let by_till = format!("key:{}", till.key_id);
    let by_office = format!("key:{}", office.key_id);

    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}");
    let customer = json!({"member_id": member});
    let anonymous = till.post("/v1/purchases", &sale("1", &Value::Null)).await;
    let first = format!("/v1/purchases/{}", text(&anonymous.body, "purchase_id"));
    office.post(&format!("{first}/attach"), &json!({"mobile": MOBILE})).await.assert_status(200);
    till.post_keyed(&format!("{path}/visits"), "visit", &json!({"visited_at": NOW}))
        .await
        .assert_status(201);
    office.give(&member, 100).await;
    let bill = json!({"points": 10, "bill_cents": 4_990});
    let redeemed = till.post_keyed(&format!("{path}/redemptions"), "redeem", &bill).await;
    let redemption = text(&redeemed.body, "redemption_id");
    let cancel = format!("{path}/redemptions/{redemption}/cancel");
    office.post(&cancel, &Value::Null).await.assert_status(200);
    let card = json!({"card_number": "299000001234"});
    till.post(&format!("{path}/card/replace"), &card).await.assert_status(200);
    till.post(&format!("{path}/card/block"), &Value::Null).await.assert_status(200);
    office.post(&format!("{path}/card/unblock"), &Value::Null).await.assert_status(200);
    let names = json!({"first_name": "Camille", "email": "camille@example.com"});
    office.ask(Method::PATCH, &path, &names).await.assert_status(200);
    let history = office.get(&format!("{path}/history")).await.body;

    for (kind, by) in [
        ("sale", &by_till),
        ("visit", &by_till),
        ("adjustment", &by_office),
        ("redemption", &by_till),
        ("card_replaced", &by_till),
        ("card_blocked", &by_till),
        ("card_unblocked", &by_office),
        ("correction", &by_office),
    ] {
        assert_eq!(entry(&history, kind)["by"], by.as_str(), "{kind}");
    }
    assert_eq!(entry(&history, "sale")["attached_by"], by_office.as_str());
    assert_eq!(entry(&history, "redemption")["changed_by"], by_office.as_str());
    assert_eq!(entry(&history, "correction")["fields"], json!(["first_name", "email"]));
    assert!(!history.to_string().to_lowercase().contains("camille"), "{history}");

    let sold = till.post("/v1/purchases", &sale("2", &customer)).await;
    let second = format!("/v1/purchases/{}", text(&sold.body, "purchase_id"));
    let other = till.enrol("06 39 98 00 13").await;
    let to = json!({"member_id": other});
    office.post(&format!("{second}/move"), &to).await.assert_status(200);
    till.post(&format!("{second}/cancel"), &Value::Null).await.assert_status(200);
    assert_eq!(office.get(&second).await.body["cancelled_by"], by_till.as_str());
    assert_eq!(office.get(&first).await.body["attached_by"], by_office.as_str());
    let mobile = json!({"mobile": "06 39 98 00 14"});
    let change = format!("/v1/members/{other}/mobile");
    office.ask(Method::PUT, &change, &mobile).await.assert_status(200);
    let absorb = json!({"absorbed_member_id": other});
    office.post(&format!("{path}/merge"), &absorb).await.assert_status(200);
    office.post(&format!("{path}/unmerge"), &absorb).await.assert_status(200);

    let theirs = office.get(&format!("/v1/members/{other}/history")).await.body;
    assert_eq!(entry(&theirs, "moved_here")["by"], by_office.as_str());
    assert_eq!(entry(&theirs, "sale")["changed_by"], by_till.as_str());
    assert_eq!(entry(&theirs, "correction")["by"], by_office.as_str());
    assert_eq!(entry(&theirs, "correction")["fields"], json!(["mobile"]));
    assert_eq!(entry(&theirs, "unmerge")["by"], by_office.as_str());
    let ours = office.get(&format!("{path}/history")).await.body;
    for kind in ["merge", "unmerge", "moved_away"] {
        assert_eq!(entry(&ours, kind)["by"], by_office.as_str(), "{kind}");
    }
}
