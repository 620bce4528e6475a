//! Registrations: the invitation to complete one, and its completion.

use crate::setup::{MOBILE, NOW, Service};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

#[tokio::test]
async fn the_first_invitation_and_the_first_activation_are_stored_and_shown() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let (path, shown) =
        (format!("/v1/members/{member}/registration"), format!("/v1/members/{member}"));
    let put = |body: Value| {
        let (till, path) = (&till, &path);
        async move { till.ask(Method::PUT, path, &body).await }
    };
    let found = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await.body;
    assert_eq!(found["card_activated"], false);
    for at in ["2026-11-24T10:15:00+01:00", "2026-11-24T10:18:00+01:00"] {
        put(json!({"invited_at": at})).await.assert_body(200, &found);
    }
    assert_eq!(till.get(&shown).await.body["invited_at"], "2026-11-24T09:15:00Z");

    // An instant some minutes ahead counts as now.
    let ahead = json!({"activated_at": "2026-11-24T10:25:00+01:00"});
    for _ in 0..2 {
        let activated = put(ahead.clone()).await;
        activated.assert_status(200);
        assert_eq!(activated.body["card_activated"], true);
    }
    let read = till.get(&shown).await.body;
    assert_eq!(read["invited_at"], json!("2026-11-24T09:15:00Z"));
    assert_eq!(read["activated_at"], json!(NOW));
}

#[rstest]
#[case(json!({}), &[""])]
#[case(json!({"invited_at": null}), &[""])]
#[case(json!({"invited_at": "2026-11-24T10:15:00"}), &["/invited_at"])]
#[case(json!({"invited_at": "yesterday", "activated_at": "2026-11-24"}), &["/invited_at", "/activated_at"])]
#[case(json!({"activated_at": "2026-11-24T10:31:00+01:00"}), &["/activated_at"])]
#[case(json!({"invited_at": "2016-11-24T10:15:00+01:00"}), &["/invited_at"])]
#[case(json!({"invited_at": "2026-11-24T10:15:00+01:00", "activated_at": "2026-11-23T10:15:00+01:00"}), &["/activated_at"])]
#[case(json!({"opened_at": "2026-11-24T10:15:00+01:00"}), &["/opened_at"])]
#[tokio::test]
async fn an_impossible_registration_is_refused(#[case] body: Value, #[case] pointers: &[&str]) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}/registration");
    let refused = till.ask(Method::PUT, &path, &body).await;
    refused.assert_fields(422, pointers);
    let read = till.get(&format!("/v1/members/{member}")).await.body;
    assert!(read.get("invited_at").is_none() && read.get("activated_at").is_none());
}

#[tokio::test]
async fn a_till_records_the_activation_of_a_person_who_is_present_and_no_invitation() {
    let service = Service::start().await;
    let office = service.till("A", "retail").await;
    let till = service.key_of(&office.merchant, "paris", "live", "till").await;
    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}/registration");
    let (at, shown) = ("2026-11-24T10:20:00+01:00", format!("/v1/members/{member}"));
    for body in [json!({"invited_at": at}), json!({"invited_at": at, "activated_at": at})] {
        let refused = till.ask(Method::PUT, &path, &body).await;
        refused.assert_code(403, "scope_not_allowed");
        let detail = "The field invited_at needs a key with the scope back_office; the key that was \
                      sent has the scope till.";
        assert_eq!(refused.body["detail"], detail);
    }
    let read = office.get(&shown).await.body;
    assert!(read.get("invited_at").is_none() && read.get("activated_at").is_none());
    let activated = till.ask(Method::PUT, &path, &json!({"activated_at": at})).await;
    assert_eq!(activated.status, 200, "{activated:?}");
    assert_eq!(office.get(&shown).await.body["activated_at"], "2026-11-24T09:20:00Z");
}

#[tokio::test]
async fn an_invitation_of_more_than_thirty_days_ago_is_refused_and_erases_nobody() {
    let service = Service::start().await;
    let office = service.till("A", "retail").await;
    let member = office.enrol(MOBILE).await;
    service.set_clock("2027-03-24T10:00:00Z");
    let path = format!("/v1/members/{member}/registration");
    let put = |at: &str| {
        let (office, path, body) = (&office, &path, json!({"invited_at": at}));
        async move { office.ask(Method::PUT, path, &body).await }
    };
    for at in ["2026-11-24T10:25:00+01:00", "2027-02-21T10:00:00+01:00"] {
        let refused = put(at).await;
        refused.assert_fields(422, &["/invited_at"]);
        assert_eq!(refused.field_codes(), ["invited_too_long_ago"]);
    }
    assert_eq!(put("2027-02-22T10:00:00+01:00").await.status, 200);
}

#[tokio::test]
async fn another_merchants_registration_is_not_found() {
    let service = Service::start().await;
    let (till, other) = (service.till("A", "retail").await, service.till("B", "retail").await);
    let path = format!("/v1/members/{}/registration", till.enrol(MOBILE).await);
    let body = json!({"invited_at": "2026-11-24T10:15:00+01:00"});
    assert_eq!(other.ask(Method::PUT, &path, &body).await.status, 404);
}
