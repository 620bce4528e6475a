//! Consents and oppositions, set by the till.

use crate::setup::{Answer, MOBILE, Service};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

fn permitted(answer: &Answer) -> Vec<(&str, bool)> {
    let channels = answer.body["channels"].as_array().unwrap();
    let read = |channel: &'_ Value| channel["permitted"].as_bool().unwrap();
    channels.iter().map(|channel| (channel["channel"].as_str().unwrap(), read(channel))).collect()
}

fn sms_is_permitted(answer: &Answer) -> bool {
    assert_eq!(answer.body["channel"], "sms", "{answer:?}");
    answer.body["permitted"].as_bool().unwrap()
}

#[tokio::test]
async fn a_member_without_consents_gets_letters_only() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/members/{}/consents", till.enrol(MOBILE).await);
    let shown = till.get(&path).await;
    assert_eq!(permitted(&shown), [("email", false), ("sms", false), ("postal", true)]);
}

#[tokio::test]
async fn an_opposition_takes_effect_at_once_and_only_the_person_lifts_it() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let consents = format!("/v1/members/{}/consents", till.enrol(MOBILE).await);
    let path = format!("{consents}/sms");
    let sms = || async { till.get(&consents).await.body["channels"][1].clone() };
    let put = |body: Value| {
        let (till, path) = (&till, &path);
        async move { till.ask(Method::PUT, path, &body).await }
    };
    let consent = |told_by: &str, at: &str| json!({"given": true, "text_version": "2026-01", "told_by": told_by, "at": at});
    let given = put(consent("till", "2026-11-20T10:00:00+01:00")).await;
    given.assert_status(200);
    assert!(sms_is_permitted(&given));
    assert_eq!(sms().await["consent"]["text_version"], "2026-01");

    let opposed = put(json!({"given": false, "at": "2026-11-21T10:00:00+01:00"})).await;
    assert!(!sms_is_permitted(&opposed));
    assert_eq!(sms().await["opposition"]["reason"], "manual");

    let by_merchant = put(consent("merchant", "2026-11-22T10:00:00+01:00")).await;
    assert!(!sms_is_permitted(&by_merchant));
    let late = put(consent("member", "2026-11-20T12:00:00+01:00")).await;
    assert!(!sms_is_permitted(&late));
    let by_member = put(consent("member", "2026-11-22T10:00:00+01:00")).await;
    assert!(sms_is_permitted(&by_member));
}

#[rstest]
#[case(json!({"given": true}), &["/text_version", "/told_by"])]
#[case(json!({"given": true, "text_version": " ", "told_by": "till"}), &["/text_version"])]
#[case(json!({"given": false, "at": "2026-11-24T10:00:00"}), &["/at"])]
#[case(json!({"given": false, "at": "2027-01-01T10:00:00Z"}), &["/at"])]
#[tokio::test]
async fn a_consent_without_its_text_or_its_source_is_refused(
    #[case] body: Value,
    #[case] pointers: &[&str],
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/members/{}/consents/email", till.enrol(MOBILE).await);
    let refused = till.ask(Method::PUT, &path, &body).await;
    refused.assert_fields(422, pointers);
}

#[tokio::test]
async fn an_unknown_channel_and_another_merchants_member_are_not_found() {
    let service = Service::start().await;
    let (till, other) = (service.till("A", "retail").await, service.till("B", "retail").await);
    let member = till.enrol(MOBILE).await;
    let body = json!({"given": false});
    let fax = till.ask(Method::PUT, &format!("/v1/members/{member}/consents/fax"), &body).await;
    assert_eq!(fax.status, 404);
    let theirs = format!("/v1/members/{member}/consents/sms");
    assert_eq!(other.ask(Method::PUT, &theirs, &body).await.status, 404);
}

#[tokio::test]
async fn an_instant_is_the_same_in_later_answers() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    service.set_clock("2026-11-24T09:30:00.123456789Z");
    let person = json!({"mobile": MOBILE, "card_requested": true});
    let created = till.post("/v1/members", &person).await;
    let path = format!("/v1/members/{}", created.body["member_id"].as_str().unwrap());
    assert_eq!(till.get(&path).await.body["created_at"], "2026-11-24T09:30:00Z");

    let path = format!("{path}/consents");
    let consent = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    till.ask(Method::PUT, &format!("{path}/sms"), &consent).await.assert_status(200);
    let shown = till.get(&path).await;
    assert_eq!(shown.body["channels"][1]["consent"]["at"], "2026-11-24T09:30:00Z");
}
