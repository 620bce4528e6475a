//! Every item that a change writes names the credential of the change.

use crate::coupon::offer::offer;
use crate::setup::{Service, text};
use aws_sdk_dynamodb::types::AttributeValue;
use axum::http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn each_setting_of_a_merchant_stores_the_credential_of_its_last_change() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let merchant = format!("/v1/merchants/{}", till.merchant);
    let ask = |method: Method, end: &str, body: Value| {
        let (path, service) = (format!("{merchant}{end}"), &service);
        async move {
            let answer = service.operator(method, &path, Some(&body)).await;
            assert!(answer.status.is_success(), "{path}: {answer:?}");
            answer.body
        }
    };
    let programme = json!({"spend": [{"points": 1, "per_cents": 100}]});
    ask(Method::PUT, "/programmes/2026-11-26", programme).await;
    let email = json!({"account": "main", "address": "boutique@example.com", "name": "Boutique"});
    ask(Method::PUT, "/senders/email", email).await;
    let sms = json!({"account": "main-sms", "shown": "Boutique", "stop_number": "36200"});
    ask(Method::PUT, "/senders/sms", sms).await;
    let webhook =
        json!({"mode": "live", "url": "https://93.184.216.34/", "events": ["member.created"]});
    ask(Method::POST, "/webhooks", webhook).await;
    let made = ask(Method::POST, "/offers", offer()).await;
    let of_offer = format!("/offers/{}", text(&made, "offer_id"));
    ask(Method::PUT, &of_offer, offer()).await;
    ask(Method::PUT, &format!("{of_offer}/codes/BIENVENUE10"), json!({})).await;
    ask(Method::POST, &format!("{of_offer}/batches"), json!({"count": 10})).await;
    let reward = json!({"name": "Sac", "type": "goods", "points": 40, "first_day": "2026-11-01"});
    ask(Method::POST, "/rewards", reward).await;
    let campaign =
        json!({"name": "Soldes", "channel": "sms", "content": {"body": "Soldes demain"}});
    let written = ask(Method::POST, "/campaigns", campaign).await;
    assert_eq!(written["changed_by"], "operator");
    ask(Method::PUT, "/contract-end", json!({"ended_on": "2027-11-24"})).await;

    let client = service.table.client();
    let items = client.scan().table_name(service.table.name()).send().await.unwrap();
    let operator = AttributeValue::S("operator".to_owned());
    let mut kinds: Vec<String> = items
        .items()
        .iter()
        .filter(|item| item.get("by").or_else(|| item.get("created_by")) == Some(&operator))
        .map(|item| item["sk"].as_s().unwrap().split('#').next().unwrap().to_owned())
        .collect();
    kinds.sort();
    kinds.dedup();
    let expected = [
        "BATCH",
        "BIENVENUE10",
        "CAMPAIGN",
        "KEY",
        "OFFER",
        "PROFILE",
        "PUSH",
        "REWARD",
        "RULE",
        "SENDER",
        "SHOP",
    ];
    assert_eq!(kinds, expected);
    let settings = ["KEY", "OFFER", "PROFILE", "PUSH", "REWARD", "RULE", "SENDER", "SHOP"];
    for item in items.items() {
        let sk = item["sk"].as_s().unwrap();
        if settings.iter().any(|kind| sk.starts_with(kind)) {
            assert!(item.contains_key("by") || item.contains_key("created_by"), "{item:?}");
        }
    }
}
