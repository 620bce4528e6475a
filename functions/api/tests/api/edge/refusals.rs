//! The answers to bad requests: the status and the field.

use crate::setup::{MOBILE, NOW, OPERATOR_KEY, SOFTWARE, Service, merchant, named, sale};
use axum::body::Body;
use axum::http::{Method, Request};
use domain::{Credential, EstablishmentId, KeyScope, MerchantId};
use http_edge::access::till_key::{self, NewTillKey};
use serde_json::{Value, json};
use store::{Mode, Random};
use support::{Calls, Crash, Moment, instant};

#[tokio::test]
async fn health_needs_no_key() {
    let service = Service::start().await;
    let request = Request::get("/v1/health").body(Body::empty()).unwrap();
    let answer = service.send(request).await;
    answer.assert_status(200);
    assert_eq!(answer.body, json!({"status": "ok"}));
}

#[tokio::test]
async fn the_answer_to_a_wrong_key_says_whether_a_key_was_sent_and_not_whether_it_is_known() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut wrong_secret = till.key.clone();
    wrong_secret.replace_range(70..71, if &wrong_secret[70..71] == "A" { "B" } else { "A" });
    let mut unknown_merchant = till.key.clone();
    unknown_merchant.replace_range(20..22, "zz");
    let revoked = service.key_of(&till.merchant, "paris", "live", "till").await;
    revoked.revoke().await;
    let revoked = &revoked.key;
    let absent = "The request has no key";
    let malformed = "The header Authorization holds no key";
    let not_in_use = "The key is not in use: it is unknown, or it was revoked. Send another one.";
    let headers = [
        (None, absent),
        (Some("Token ".to_owned()), malformed),
        (Some("Basic dXNlcjpwYXNz".to_owned()), malformed),
        (Some(format!("Token {}", till.key.replace("zs_live_", "zs_test_"))), not_in_use),
        (Some(format!("Token {wrong_secret}")), malformed),
        (Some(format!("Token {unknown_merchant}")), malformed),
        (Some(format!("Token {}", unknown_key())), not_in_use),
        (Some(format!("Token {revoked}")), not_in_use),
        (Some("Token nonsense".to_owned()), malformed),
        (Some(till.key.clone()), malformed),
    ];
    for (header, detail) in headers {
        let mut request = Request::get("/v1/members");
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let answer = service.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 401, "{header:?}");
        assert_eq!(answer.headers["www-authenticate"], "Token, Bearer");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.body["code"], "unauthenticated");
        let told = answer.body["detail"].as_str().unwrap();
        assert!(told.starts_with(detail), "{header:?}: {told}");
    }
}

/// A key of the right form, of a merchant that does not exist.
fn unknown_key() -> String {
    let minted = till_key::mint(
        MerchantId::mint(instant(NOW), 7),
        NewTillKey {
            establishment: EstablishmentId::parse("paris").unwrap(),
            mode: Mode::Live,
            scope: KeyScope::Till,
            label: "caisse".to_owned(),
            origins: vec![],
        },
        Credential::Operator,
        instant(NOW),
        &Random::default(),
    );
    minted.unwrap().token
}

#[tokio::test]
async fn a_wrong_key_that_is_sent_again_costs_no_read() {
    let calls = Crash::default();
    let service = Service::start_with(&calls).await;
    let till = service.till("A", "retail").await;
    let revoked = service.key(&till.merchant, "paris", "live").await;
    let path =
        format!("/v1/merchants/{}/establishments/paris/keys/{}", till.merchant, revoked.key_id);
    service.operator(Method::DELETE, &path, None).await.assert_status(204);
    for key in [&revoked.key, &unknown_key()] {
        assert_eq!(service.ask(key, Method::GET, "/v1/members", None).await.status, 401);
        calls.after(0, Calls::All, Moment::BeforeCall);
        assert_eq!(service.ask(key, Method::GET, "/v1/members", None).await.status, 401);
        assert!(!calls.has_happened(), "the second request reads nothing");
        calls.never();
    }
    // A text that is no key reads nothing at all, and the key of the till is accepted as before.
    calls.after(0, Calls::All, Moment::BeforeCall);
    let mistyped = format!("{}A", &till.key[..till.key.len() - 1]);
    assert_eq!(service.ask(&mistyped, Method::GET, "/v1/members", None).await.status, 401);
    assert!(!calls.has_happened());
    calls.never();
    till.get("/v1/members").await.assert_status(200);
}

#[tokio::test]
async fn a_key_is_read_as_token_and_as_bearer() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    for scheme in ["Token", "Bearer", "bearer"] {
        let request = Request::get("/v1/members")
            .header("user-agent", SOFTWARE)
            .header("authorization", format!("{scheme} {}", till.key));
        assert_eq!(service.send(request.body(Body::empty()).unwrap()).await.status, 200);
    }
}

#[tokio::test]
async fn a_key_for_other_operations_is_forbidden() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till.post("/v1/merchants", &merchant("B", "retail")).await;
    refused.assert_code(403, "forbidden");
    let refused = service.operator(Method::GET, "/v1/members", None).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_revoked_key_is_refused() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    assert_eq!(till.get("/v1/members").await.status, 200);
    till.revoke().await;
    till.revoke().await;
    assert_eq!(till.get("/v1/members").await.status, 401);
}

#[tokio::test]
async fn a_revocation_on_another_instance_takes_effect_within_a_minute() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let elsewhere = {
        let store = service.table.store();
        let merchant = domain::MerchantId::parse(&till.merchant).unwrap();
        let paris = domain::EstablishmentId::parse("paris").unwrap();
        let key = domain::KeyId::parse(&till.key_id).unwrap();
        let (at, by) = (support::instant(crate::setup::NOW), domain::Credential::Operator);
        let revocation = store::Revocation { at, by };
        async move { store.revoke_till_key(merchant, &paris, key, revocation).await }
    };
    assert_eq!(till.get("/v1/members").await.status, 200);
    elsewhere.await.unwrap();
    service.set_clock("2026-11-24T09:21:00Z");
    assert_eq!(till.get("/v1/members").await.status, 401);
}

#[tokio::test]
async fn an_unknown_route_is_a_404_and_another_method_a_405() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let unknown = till.get("/v1/nothing").await;
    unknown.assert_code(404, "not_found");
    for path in
        ["/v1/members/%FF", "/v1/members/nonsense", "/v1/purchases/nonsense", "/v1/uploads/x"]
    {
        assert_eq!(till.get(path).await.status, 404, "{path}");
    }
    let refused = till.ask(Method::DELETE, "/v1/purchases", &json!({})).await;
    assert_eq!(refused.status, 405);
    assert_eq!(refused.headers["allow"], "POST");
    assert_eq!(refused.body["code"], "method_not_allowed");
}

#[tokio::test]
async fn a_body_must_be_json_and_under_a_megabyte() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let post = |content_type: Option<&'static str>, body: Vec<u8>| {
        let mut request = Request::post("/v1/purchases")
            .header("user-agent", SOFTWARE)
            .header("authorization", format!("Token {}", till.key));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        service.send(request.body(Body::from(body)).unwrap())
    };
    let json = Some("application/json; charset=utf-8");
    for (content_type, body, status) in [
        (None, b"{}".to_vec(), 415),
        (Some("text/csv"), b"{}".to_vec(), 415),
        (json, b"{".to_vec(), 400),
        (json, vec![], 400),
        (json, b"\xff".to_vec(), 400),
        (json, vec![b' '; 1_000_001], 413),
        (json, b"{}".to_vec(), 422),
    ] {
        assert_eq!(post(content_type, body).await.status, status);
    }
}

#[tokio::test]
async fn a_body_of_another_shape_is_refused_with_its_field() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = sale("1", &json!({"mobile": MOBILE}));
        change(&mut body);
        body
    };
    for (body, pointer, code) in [
        (with(&|body| body["total_cents"] = json!("44,90")), "/total_cents", "type"),
        (with(&|body| body["total_cents"] = json!(44.9)), "/total_cents", "type"),
        (with(&|body| body["lines"][0]["quantity"] = json!(1.5)), "/lines/0/quantity", "type"),
        (with(&|body| body["prescription"] = json!("-2,50")), "/prescription", "unknown_field"),
        (with(&|body| body["lines"][0]["od"] = json!(1)), "/lines/0/od", "unknown_field"),
        (with(&|body| body["type"] = json!("gift")), "/type", "unknown_value"),
        (
            with(&|body| drop(body.as_object_mut().unwrap().remove("sold_at"))),
            "/sold_at",
            "missing",
        ),
        (with(&|body| body["member"] = json!("0639980012")), "/member", "type"),
    ] {
        let refused = till.post("/v1/purchases", &body).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(named(&refused), [pointer]);
        assert_eq!(refused.body["errors"][0]["code"], code);
    }
}

#[tokio::test]
async fn all_fields_of_a_purchase_that_are_not_accepted_are_named_together() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till
        .post(
            "/v1/purchases",
            &json!({
                "type": "return",
                "register": "n° 1",
                "receipt_number": "",
                "sold_at": "2026-11-24T10:15:00",
                "member": {"mobile": "01 99 00 12 34", "last_name": "x".repeat(61)},
                "total_cents": -1,
                "lines": [
                    {"quantity": "0", "unit_price_cents": 100, "label": "a\u{0}"},
                    {"quantity": 2, "unit_price_cents": -100, "discount_cents": -1},
                ],
                "operator": "Camille Martin",
                "returned_sale": {"day": "2026-02-31", "receipt_number": "12#4"},
            }),
        )
        .await;
    assert_eq!(refused.status, 422);
    insta::assert_json_snapshot!(refused.body);
}

#[tokio::test]
async fn a_parameter_that_is_not_accepted_is_named() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = till.get("/v1/members?limit=501&cursor=nonsense&sort=name").await;
    assert_eq!(refused.status, 400);
    assert_eq!(named(&refused), ["limit", "cursor", "sort"]);
    // A cursor of another list, and a forged one.
    for cursor in ["WzE2LCIiXQ", "WzEsIk0jIl0", "W10"] {
        let refused = till.get(&format!("/v1/members?cursor={cursor}")).await;
        refused.assert_fields(400, &["cursor"]);
    }
}

#[tokio::test]
async fn another_merchants_identifier_is_a_404() {
    let service = Service::start().await;
    let [ours, theirs] = [service.till("A", "retail").await, service.till("B", "retail").await];
    let member = theirs.enrol(MOBILE).await;
    let sold = theirs.post("/v1/purchases", &sale("1", &json!({"member_id": member}))).await;
    let purchase = crate::setup::text(&sold.body, "purchase_id");
    let opened = theirs.post("/v1/uploads", &json!({"file_name": "a.csv"})).await;
    let upload = crate::setup::text(&opened.body, "upload_id");
    for path in [
        format!("/v1/members/{member}"),
        format!("/v1/members/{member}/history"),
        format!("/v1/purchases/{purchase}"),
        format!("/v1/uploads/{upload}"),
    ] {
        assert_eq!(theirs.get(&path).await.status, 200, "{path}");
        assert_eq!(ours.get(&path).await.status, 404, "{path}");
    }
    let mine = ours.enrol(MOBILE).await;
    for (method, path, body) in [
        (Method::PATCH, format!("/v1/members/{member}"), json!({"first_name": "Ana"})),
        (Method::PUT, format!("/v1/members/{member}/mobile"), json!({"mobile": "0639980013"})),
        (Method::POST, format!("/v1/members/{mine}/merge"), json!({"absorbed_member_id": member})),
        (Method::POST, format!("/v1/purchases/{purchase}/cancel"), Value::Null),
        (Method::POST, format!("/v1/purchases/{purchase}/attach"), json!({"member_id": mine})),
        (Method::POST, "/v1/purchases".to_owned(), sale("2", &json!({"member_id": member}))),
    ] {
        assert_eq!(ours.ask(method, &path, &body).await.status, 404, "{path}");
    }
    let found = ours.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
    assert_eq!(found.body["member_id"], mine.as_str());
}

#[tokio::test]
async fn a_till_sees_the_purchases_of_its_own_establishment() {
    let service = Service::start().await;
    let paris = service.till("A", "retail").await;
    let lyon = {
        let path = format!("/v1/merchants/{}/establishments/lyon", paris.merchant);
        let body = json!({"name": "Lyon", "time_zone": "Europe/Paris"});
        assert_eq!(service.operator(Method::PUT, &path, Some(&body)).await.status, 200);
        service.key(&paris.merchant, "lyon", "live").await
    };
    let sold = paris.post("/v1/purchases", &sale("1", &Value::Null)).await;
    let path = format!("/v1/purchases/{}", crate::setup::text(&sold.body, "purchase_id"));
    assert_eq!(paris.get(&path).await.status, 200);
    assert_eq!(lyon.get(&path).await.status, 404);
    // The same number at another establishment is another receipt.
    let again = lyon.post("/v1/purchases", &sale("1", &Value::Null)).await;
    assert!(again.headers.get("idempotency-replayed").is_none());
}

#[tokio::test]
async fn a_test_key_sees_test_data_only() {
    let service = Service::start().await;
    let live = service.till("A", "retail").await;
    let test = service.key(&live.merchant, "paris", "test").await;
    assert!(test.key.starts_with("zs_test_"));
    let member = live.enrol(MOBILE).await;
    assert_eq!(test.get(&format!("/v1/members/{member}")).await.status, 404);
    assert_ne!(test.enrol(MOBILE).await, member);
    assert_eq!(
        test.post("/v1/purchases", &sale("1", &json!({"mobile": MOBILE}))).await.status,
        201
    );
    let live_member = live.get(&format!("/v1/members/{member}")).await;
    assert_eq!(live_member.body["balance"], 0);
    assert_eq!(live.get("/v1/members").await.body["members"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_a_503_that_may_be_retried() {
    let client = aws_sdk_dynamodb::Client::from_conf(
        support::client_of("http://127.0.0.1:9")
            .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
            .build(),
    );
    let table = support::Table::start().await;
    let key = store::MasterKey::derive("another");
    let service = Service::on(table, store::Store::new(client, "none", key)).await;
    let body = merchant("A", "retail");
    let refused = service.ask(OPERATOR_KEY, Method::POST, "/v1/merchants", Some(&body)).await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.headers["retry-after"], "1");
    assert!(!refused.body.to_string().contains("127.0.0.1"), "{refused:?}");
}

#[tokio::test]
async fn a_malformed_segment_of_a_path_is_named_with_what_it_accepts() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let unread = till.get("/v1/members/abc/balance").await;
    unread.assert_code(404, "not_found");
    unread.assert_fields(404, &["member_id"]);
    let detail = "There is no such member. member_id is not an identifier of this service: send it as \
                  it was given.";
    assert_eq!(unread.body["detail"], detail);
    let consent = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    let path = format!("/v1/members/{member}/consents/fax");
    let fax = till.ask(Method::PUT, &path, &consent).await;
    fax.assert_fields(404, &["channel"]);
    let told = fax.body["errors"][0]["detail"].as_str().unwrap();
    assert_eq!(told, "must be one of email, sms, postal");
}

#[tokio::test]
async fn an_empty_body_is_called_empty() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let request = Request::post("/v1/members")
        .header("user-agent", SOFTWARE)
        .header("authorization", format!("Token {}", till.key))
        .header("content-type", "application/json");
    let refused = service.send(request.body(Body::empty()).unwrap()).await;
    refused.assert_code(400, "malformed");
    assert!(refused.body["detail"].as_str().unwrap().starts_with("The body is empty"));
}

#[tokio::test]
async fn every_field_that_is_missing_or_of_another_type_is_named_in_one_answer() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let body =
        json!({"type": "exchange", "total_cents": "12,50", "lines": [{"sku": 7}], "colour": 1});
    let refused = till.post("/v1/purchases", &body).await;
    refused.assert_status(422);
    let mut fields = named(&refused);
    fields.sort_unstable();
    let expected = [
        "/colour",
        "/lines/0/quantity",
        "/lines/0/sku",
        "/lines/0/unit_price_cents",
        "/receipt_number",
        "/sold_at",
        "/total_cents",
        "/type",
    ];
    assert_eq!(fields, expected);
}
