//! Merchants with their establishments, keys, senders and contracts.

use crate::setup::{MOBILE, Service, Till, merchant, named, sale, text};
use axum::http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_merchant_is_created_once() {
    let service = Service::start().await;
    let ask = |body: Value| async {
        service.operator(Method::POST, "/v1/merchants", Some(&{ body })).await
    };
    let first = ask(merchant("A", "retail")).await;
    assert_eq!(first.status, 201);
    let again = ask(merchant("A", "retail")).await;
    again.assert_body(200, &first.body);
    let other = ask(merchant("A", "optical")).await;
    other.assert_fields(409, &["/reference"]);
}

#[tokio::test]
async fn a_merchant_is_shown_with_its_settings_and_no_secret() {
    let service = Service::start().await;
    let till = service.till("A", "optical").await;
    let path = format!("/v1/merchants/{}", till.merchant);
    let shown = service.operator(Method::GET, &path, None).await;
    let secret = &till.key[till.key.len() - 32..];
    assert!(!shown.body.to_string().contains(secret));
    insta::assert_json_snapshot!(shown.body, {
        ".merchant_id" => "[merchant]", ".keys[].key_id" => "[key]",
    });
}

#[tokio::test]
async fn all_fields_of_a_merchant_that_are_not_accepted_are_named_together() {
    let service = Service::start().await;
    let mut body = merchant(" ", "retail");
    body["terms"]["signed_on"] = json!("05/01/2026");
    body["processing_contract"]["signatory"] = json!("");
    body["programme"]["spend"][0]["per_cents"] = json!(0);
    let refused = service.operator(Method::POST, "/v1/merchants", Some(&body)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        named(&refused),
        [
            "/reference",
            "/terms/signed_on",
            "/processing_contract/signatory",
            "/programme/spend/0/per_cents"
        ]
    );
}

#[tokio::test]
async fn an_establishment_is_renamed_and_keeps_its_time_zone() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let put = |code: &str, zone: &str| {
        let path = format!("/v1/merchants/{}/establishments/{code}", till.merchant);
        let body = json!({"name": "Paris 11", "time_zone": zone});
        let service = &service;
        async move { service.operator(Method::PUT, &path, Some(&body)).await }
    };
    let renamed = put("paris", "Europe/Paris").await;
    renamed.assert_status(200);
    assert_eq!(renamed.body["name"], json!("Paris 11"));
    let moved = put("paris", "Indian/Reunion").await;
    moved.assert_fields(409, &["/time_zone"]);
    let nonsense = put("Paris", "Mars/Olympus").await;
    nonsense.assert_fields(422, &["code", "/time_zone"]);
    let anonymous_purchases = "/v1/merchants/01ARZ3NDEKTSV4RRFFQ69G5FAV/establishments/paris";
    let body = json!({"name": "Paris", "time_zone": "Europe/Paris"});
    assert_eq!(service.operator(Method::PUT, anonymous_purchases, Some(&body)).await.status, 404);
}

#[tokio::test]
async fn two_keys_are_in_use_while_one_is_rotated() {
    let service = Service::start().await;
    let first = service.till("A", "retail").await;
    let second = service.key(&first.merchant, "paris", "live").await;
    let keys = format!("/v1/merchants/{}/establishments/paris/keys", first.merchant);
    let body = json!({"mode": "live", "scope": "back_office", "label": "caisse"});
    assert_eq!(service.operator(Method::POST, &keys, Some(&body)).await.status, 409);
    let revoked = service.operator(Method::DELETE, &format!("{keys}/{}", first.key_id), None).await;
    assert_eq!(revoked.status, 204);
    assert_eq!(second.get("/v1/members").await.status, 200);
    assert_eq!(service.operator(Method::POST, &keys, Some(&body)).await.status, 201);
    let unknown = format!("{keys}/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    assert_eq!(service.operator(Method::DELETE, &unknown, None).await.status, 404);
    let elsewhere = format!("/v1/merchants/{}/establishments/lyon/keys", first.merchant);
    assert_eq!(service.operator(Method::POST, &elsewhere, Some(&body)).await.status, 404);
}

#[tokio::test]
async fn a_programme_begins_on_a_day_that_has_not_begun_in_any_zone() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let put = |day: &str| {
        let path = format!("/v1/merchants/{}/programmes/{day}", till.merchant);
        let body = json!({"spend": [{"points": 2, "per_cents": 100}]});
        let service = &service;
        async move { service.operator(Method::PUT, &path, Some(&body)).await }
    };
    till.enrol(MOBILE).await;
    till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await.assert_status(201);
    let today = put("2026-11-24").await;
    today.assert_fields(422, &["valid_from"]);
    assert_eq!(today.body["errors"][0]["code"], "rule_not_ahead");
    assert_eq!(put("2026-02-31").await.body["errors"][0]["code"], "day_unreadable");

    // Réunion is three hours ahead: the 25th begins there at 20:00 UTC.
    let shop = format!("/v1/merchants/{}/establishments/saint-denis", till.merchant);
    let body = json!({"name": "Saint-Denis", "time_zone": "Indian/Reunion"});
    assert_eq!(service.operator(Method::PUT, &shop, Some(&body)).await.status, 200);
    service.set_clock("2026-11-24T20:00:00Z");
    assert_eq!(put("2026-11-25").await.status, 422);
    assert_eq!(put("2026-11-26").await.status, 200);
}

#[tokio::test]
async fn a_programme_can_be_set_until_fifteen_minutes_before_its_day() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let put = || {
        let path = format!("/v1/merchants/{}/programmes/2026-11-25", till.merchant);
        let body = json!({"spend": [{"points": 2, "per_cents": 100}]});
        let service = &service;
        async move { service.operator(Method::PUT, &path, Some(&body)).await }
    };
    till.enrol(MOBILE).await;
    till.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await.assert_status(201);
    // In Paris the 25th begins at 23:00 UTC; 15 minutes before is too late.
    service.set_clock("2026-11-24T22:45:01Z");
    assert_eq!(put().await.status, 422);
    service.set_clock("2026-11-24T22:45:00Z");
    let tomorrow = put().await;
    assert_eq!(tomorrow.status, 200);
    insta::assert_json_snapshot!(tomorrow.body);
}

#[tokio::test]
async fn a_sale_uses_the_programme_of_its_day_in_its_establishments_zone() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/merchants/{}/programmes/2026-11-25", till.merchant);
    let body = json!({"rounding": "up", "spend": [{"points": 3, "per_cents": 100}]});
    assert_eq!(service.operator(Method::PUT, &path, Some(&body)).await.status, 200);
    service.set_clock("2026-11-24T23:30:00Z");
    let member = till.enrol("0639980012").await;
    for (sold_at, points) in [("2026-11-24T22:59:59Z", 44), ("2026-11-24T23:00:00Z", 135)] {
        let mut body = sale(sold_at.get(11..13).unwrap(), &json!({"member_id": member}));
        body["sold_at"] = json!(sold_at);
        let sold = till.post("/v1/purchases", &body).await;
        assert_eq!(sold.body["points"], points, "{sold:?}");
    }
    assert_eq!(text(&till.get(&format!("/v1/members/{member}")).await.body, "member_id"), member);
}

#[tokio::test]
async fn the_operator_sets_a_merchants_senders() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let put = |channel: &str, body: Value| {
        let path = format!("/v1/merchants/{}/senders/{channel}", till.merchant);
        let service = &service;
        async move { service.operator(Method::PUT, &path, Some(&body)).await }
    };
    let email = json!({
        "provider": "brevo", "account": "main", "address": "boutique@example.com",
        "name": "Boutique",
    });
    let stored = |sender: &Value| {
        let mut sender = sender.clone();
        sender["changed_by"] = json!("operator");
        sender
    };
    let shown = json!({"email": stored(&email)});
    assert_eq!(put("email", email.clone()).await.body, shown);
    let sms = json!({
        "provider": "sinch", "account": "main-sms", "shown": "Boutique", "stop_number": "36200",
    });
    let shown = json!({"email": stored(&email), "sms": stored(&sms)});
    assert_eq!(put("sms", sms.clone()).await.body, shown);
    let mut priced = sms.clone();
    priced["price_microeuros"] = json!(45_000);
    assert_eq!(put("sms", priced.clone()).await.body["sms"], stored(&priced));
    let wrong = json!({
        "account": "Main!", "shown": "LaBoutique12", "stop_number": "12345",
        "price_microeuros": 1_000_001,
    });
    let refused = put("sms", wrong).await;
    assert_eq!(refused.status, 422);
    assert_eq!(named(&refused), ["/account", "/shown", "/stop_number", "/price_microeuros"]);
}

#[tokio::test]
async fn an_account_belongs_to_one_provider() {
    let service = Service::start().await;
    let [first, second] = [service.till("A", "retail").await, service.till("B", "retail").await];
    let email = json!({"account": "main", "address": "b@example.com", "name": "Boutique"});
    let sms =
        |account: &str| json!({"account": account, "shown": "Boutique", "stop_number": "36200"});
    let put = async |till: &Till<'_>, channel: &str, body: &Value| {
        let path = format!("/v1/merchants/{}/senders/{channel}", till.merchant);
        service.operator(Method::PUT, &path, Some(body)).await
    };
    put(&first, "email", &email).await.assert_status(200);
    for till in [&first, &second] {
        put(till, "sms", &sms("main")).await.assert_status(409);
        put(till, "sms", &sms("main-sms")).await.assert_status(200);
        put(till, "email", &email).await.assert_status(200);
    }
}

#[tokio::test]
async fn a_senders_provider_carries_its_channel_and_has_a_default() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let senders = [
        ("email", json!({"account": "main", "address": "b@example.com", "name": "Boutique"})),
        ("sms", json!({"account": "main-sms", "shown": "Boutique", "stop_number": "36200"})),
    ];
    for (channel, mut body) in senders {
        let path = format!("/v1/merchants/{}/senders/{channel}", till.merchant);
        let (default, other) = match channel {
            "email" => ("brevo", "sinch"),
            _ => ("sinch", "brevo"),
        };
        let answer = service.operator(Method::PUT, &path, Some(&body)).await;
        assert_eq!(answer.body[channel]["provider"], default);
        for provider in [other, "pigeon", ""] {
            body["provider"] = json!(provider);
            let refused = service.operator(Method::PUT, &path, Some(&body)).await;
            assert_eq!(refused.status, 422);
            assert_eq!(named(&refused), ["/provider"]);
            assert_eq!(refused.body["errors"][0]["code"], "unknown_value");
        }
    }
}

#[tokio::test]
async fn the_end_of_a_contract_is_set_and_removed() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let merchant = format!("/v1/merchants/{}", till.merchant);
    let path = format!("{merchant}/contract-end");
    let put = |day: &str| {
        let (body, path, service) = (json!({"ended_on": day}), &path, &service);
        async move { service.operator(Method::PUT, path, Some(&body)).await }
    };
    for (day, code) in [
        ("2026-11-23", "contract_end"),
        ("2031-11-25", "contract_end"),
        ("30/11/2026", "day_unreadable"),
    ] {
        let refused = put(day).await;
        refused.assert_fields(422, &["/ended_on"]);
        assert_eq!(refused.body["errors"][0]["code"], code);
    }
    let shown = async || {
        let shown = service.operator(Method::GET, &merchant, None).await;
        shown.body["contract_ends_on"].clone()
    };
    assert_eq!(put("2026-12-31").await.body, json!({"ended_on": "2026-12-31"}));
    assert_eq!(put("2026-11-24").await.status, 200);
    assert_eq!(shown().await, "2026-11-24");
    // The same request again finds the same merchant.
    let same = crate::setup::merchant("A", "retail");
    let again = service.operator(Method::POST, "/v1/merchants", Some(&same)).await;
    assert_eq!(again.status, 200, "{again:?}");
    for _ in 0..2 {
        assert_eq!(service.operator(Method::DELETE, &path, None).await.status, 204);
    }
    assert_eq!(shown().await, Value::Null);
    let anonymous_purchases = "/v1/merchants/01ARZ3NDEKTSV4RRFFQ69G5FAV/contract-end";
    assert_eq!(service.operator(Method::DELETE, anonymous_purchases, None).await.status, 404);
    let refused = till.ask(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_tills_key_is_refused_from_the_day_after_the_contract() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/merchants/{}/contract-end", till.merchant);
    let body = json!({"ended_on": "2026-11-24"});
    assert_eq!(service.operator(Method::PUT, &path, Some(&body)).await.status, 200);
    // In Paris the 25th begins at 23:00 UTC.
    service.set_clock("2026-11-24T22:59:59Z");
    assert_eq!(till.get("/v1/members").await.status, 200);
    service.set_clock("2026-11-24T23:00:00Z");
    let refused = till.get("/v1/members").await;
    refused.assert_code(403, "forbidden");
    assert_eq!(
        refused.body["detail"],
        "This merchant's contract has ended, and its keys with it: write to ZEROSIX."
    );
    // Before archiving begins, the end of the contract can be removed.
    assert_eq!(service.operator(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(till.get("/v1/members").await.status, 200);
}

#[tokio::test]
async fn the_end_of_a_contract_cannot_change_once_archiving_has_begun() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/merchants/{}/contract-end", till.merchant);
    let body = json!({"ended_on": "2026-11-24"});
    assert_eq!(service.operator(Method::PUT, &path, Some(&body)).await.status, 200);
    let merchant = domain::MerchantId::parse(&till.merchant).unwrap();
    let (day, now) =
        (domain::Day::parse("2026-11-25").unwrap(), support::instant("2026-11-25T02:00:00Z"));
    assert!(service.table.store().begin_archiving(merchant, day, now).await.unwrap());
    service.set_clock("2026-11-25T09:00:00Z");
    let body = json!({"ended_on": "2026-12-24"});
    for (method, body) in [(Method::PUT, Some(&body)), (Method::DELETE, None)] {
        let refused = service.operator(method, &path, body).await;
        refused.assert_code(409, "conflict");
    }
}

#[tokio::test]
async fn programmes_senders_and_endpoints_show_the_credential_that_changed_them_last() {
    let service = Service::start().await;
    let merchant = format!("/v1/merchants/{}", service.till("A", "retail").await.merchant);
    let sender = json!({"account": "shared", "address": "shop@example.com", "name": "Boutique"});
    let email = format!("{merchant}/senders/email");
    let put = service.operator(Method::PUT, &email, Some(&sender)).await;
    assert_eq!(put.body["email"]["changed_by"], "operator", "{put:?}");
    let sender = json!({"account": "shared-sms", "shown": "Boutique", "stop_number": "36200"});
    let sms = format!("{merchant}/senders/sms");
    let put = service.operator(Method::PUT, &sms, Some(&sender)).await;
    assert_eq!(put.body["sms"]["changed_by"], "operator", "{put:?}");
    let endpoint =
        json!({"mode": "live", "url": "https://93.184.216.34/", "events": ["member.created"]});
    let webhooks = format!("{merchant}/webhooks");
    service.operator(Method::POST, &webhooks, Some(&endpoint)).await.assert_status(201);
    let listed = service.operator(Method::GET, &webhooks, None).await.body;
    assert_eq!(listed["webhooks"][0]["changed_by"], "operator", "{listed}");
    let shown = service.operator(Method::GET, &merchant, None).await.body;
    assert_eq!(shown["programmes"][0]["changed_by"], "operator", "{shown}");
    assert_eq!(shown["senders"]["email"]["changed_by"], "operator", "{shown}");
    assert_eq!(shown["senders"]["sms"]["changed_by"], "operator", "{shown}");
}
