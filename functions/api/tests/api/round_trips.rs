//! The round trips of a till's request to DynamoDB, with the key and the settings in the cache.

use crate::coupon::offer::{Fixture, offer, with};
use crate::setup::{MOBILE, Service, sale};
use aws_sdk_dynamodb::config::Intercept;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use axum::http::Method;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{MasterKey, Store};
use support::Table;

#[derive(Debug, Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "counter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// A service whose every call to DynamoDB is counted.
async fn counted() -> (Counter, Service) {
    let counter = Counter::default();
    let table = Table::start().await;
    let client = aws_sdk_dynamodb::Client::from_conf(
        support::client_of(table.address()).interceptor(counter.clone()).build(),
    );
    let store = Store::new(client, table.name(), MasterKey::derive("the secret of the tests"));
    let service = Service::on(table, store).await;
    (counter, service)
}

#[tokio::test]
async fn a_warm_purchase_by_mobile_is_three_round_trips_and_by_member_two() {
    let (counter, service) = counted().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    // The first sale of an instance by a programme marks the programme as used.
    for (receipt, named, round_trips) in [
        ("0", json!({"mobile": MOBILE}), 3 + 1),
        ("1", json!({"mobile": MOBILE}), 3),
        ("2", json!({"member_id": member}), 2),
        ("3", json!({"mobile": MOBILE, "card_requested": true}), 3),
        ("4", json!(null), 1),
    ] {
        let before = counter.0.load(Ordering::Relaxed);
        assert_eq!(till.post("/v1/purchases", &sale(receipt, &named)).await.status, 201);
        assert_eq!(counter.0.load(Ordering::Relaxed) - before, round_trips, "{named}");
    }
}

#[tokio::test]
async fn a_purchase_with_a_coupon_is_one_round_trip_more() {
    let (counter, service) = counted().await;
    let fixture = Fixture::open(&service, "retail").await;
    fixture.till.enrol(MOBILE).await;
    let id = fixture.written(&with(offer(), "/usage", json!({"type": "single"}))).await;
    let first = sale("0", &json!({"mobile": MOBILE}));
    fixture.till.post("/v1/purchases", &first).await.assert_status(201);
    for (code, round_trips) in [("COLDCODE", 5), ("WARMCODE", 4)] {
        fixture.code(&id, code, &json!({})).await;
        let mut sale = sale(code, &json!({"mobile": MOBILE}));
        sale["coupons"] = json!([{"code": code, "discount_cents": 1}]);
        let before = counter.0.load(Ordering::Relaxed);
        let sold = fixture.till.post("/v1/purchases", &sale).await;
        assert_eq!(sold.status, 201, "{sold:?}");
        assert_eq!(counter.0.load(Ordering::Relaxed) - before, round_trips, "{code}");
    }
}

#[tokio::test]
async fn finding_a_member_is_two_round_trips_and_one_more_for_a_merge() {
    let (counter, service) = counted().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let card = json!({"card_number": "2990000012345"});
    till.post(&format!("/v1/members/{member}/card/replace"), &card).await;
    let absorbed = till.enrol("06 39 98 00 13").await;
    let merge = json!({"absorbed_member_id": absorbed});
    till.post(&format!("/v1/members/{member}/merge"), &merge).await;
    for (contact, round_trips) in [
        (json!({"mobile": MOBILE}), 2),
        (card, 2),
        (json!({"qr": "https://carte.example.com/2990000012345"}), 2),
        (json!({"mobile": "06 39 98 00 13"}), 3),
    ] {
        let before = counter.0.load(Ordering::Relaxed);
        assert_eq!(till.post("/v1/members/find", &contact).await.status, 200);
        assert_eq!(counter.0.load(Ordering::Relaxed) - before, round_trips, "{contact}");
    }
}

#[tokio::test]
async fn a_dry_run_reads_only_the_customer() {
    let (counter, service) = counted().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    for (named, round_trips) in
        [(json!({"mobile": MOBILE}), 2), (json!({"member_id": member}), 1), (json!(null), 0)]
    {
        let before = counter.0.load(Ordering::Relaxed);
        let basket = json!({"total_cents": 4_490, "member": named});
        assert_eq!(till.post("/v1/purchases/dry-run", &basket).await.status, 200);
        assert_eq!(counter.0.load(Ordering::Relaxed) - before, round_trips, "{named}");
    }
}

#[tokio::test]
async fn the_oppositions_of_an_address_cost_no_round_trip_where_there_are_none() {
    let (counter, service) = counted().await;
    let till = service.till("A", "retail").await;
    till.enrol("06 39 98 00 14").await;
    let person = json!({"mobile": MOBILE, "email": "camille@example.com", "card_requested": true});
    let before = counter.0.load(Ordering::Relaxed);
    let created = till.post("/v1/members", &person).await;
    // Whether the person was erased before is read at the same time as the members of the address.
    assert_eq!(counter.0.load(Ordering::Relaxed) - before, 3);
    let path = format!("/v1/members/{}", created.body["member_id"].as_str().unwrap());
    let consent = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    for (method, part, body, round_trips) in [
        (Method::PUT, "/consents/email", &consent, 2),
        (Method::PUT, "/consents/sms", &consent, 2),
        (Method::PATCH, "", &json!({"email": "martin@example.com"}), 3),
        (Method::PUT, "/mobile", &json!({"mobile": "06 39 98 00 13"}), 3),
    ] {
        let before = counter.0.load(Ordering::Relaxed);
        till.ask(method, &format!("{path}{part}"), body).await.assert_status(200);
        assert_eq!(counter.0.load(Ordering::Relaxed) - before, round_trips, "{part}");
    }
}
