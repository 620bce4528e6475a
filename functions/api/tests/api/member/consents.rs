//! Consents and oppositions, set by the till.

use crate::setup::{Answer, MOBILE, NOW, Service, Till};
use axum::http::Method;
use domain::member::Email;
use domain::member::consent::{Bounce, OppositionReason};
use domain::{Credential, MerchantId};
use jiff::ToSpan as _;
use rstest::rstest;
use serde_json::{Value, json};
use store::{MessageAddress, Mode, Scope, Store};
use support::{instant, opposition};

const MAILBOX: &str = "famille@example.com";

fn mailbox() -> MessageAddress {
    MessageAddress::Email(Email::parse(MAILBOX).unwrap())
}

async fn scope(store: &Store, till: &Till<'_>) -> Scope {
    let merchant = MerchantId::parse(&till.merchant).unwrap();
    let settings = store.settings_fresh(merchant, instant(NOW)).await.unwrap();
    Scope { settings, mode: Mode::Live, credential: Credential::Link }
}

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
async fn an_opposition_takes_effect_at_once_and_only_a_full_proof_lifts_it() {
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

    let proof = |told_by: &str, operator: Option<&str>, at: &str| {
        let mut body = consent(told_by, at);
        body["operator"] = json!(operator);
        body
    };
    let after = "2026-11-22T10:00:00+01:00";
    for (weak, pointer) in [
        (proof("merchant", Some("V12"), after), "/told_by"),
        (proof("till", None, after), "/operator"),
    ] {
        let refused = put(weak).await;
        refused.assert_code(409, "opposition_stands");
        refused.assert_fields(409, &[pointer]);
        assert!(refused.body["cashier_message"].as_str().unwrap().contains("opposé"));
    }
    let late = put(proof("till", Some("V12"), "2026-11-20T12:00:00+01:00")).await;
    assert!(!sms_is_permitted(&late));
    let lifted = put(proof("till", Some("V12"), after)).await;
    assert!(sms_is_permitted(&lifted));
    let stored = sms().await["consent"].clone();
    assert_eq!(stored["operator"], "V12");
    assert_eq!(stored["establishment"], "paris");
}

#[tokio::test]
async fn a_key_cannot_claim_to_be_the_person() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/members/{}/consents/sms", till.enrol(MOBILE).await);
    let body = json!({"given": true, "text_version": "2026-01", "told_by": "member"});
    till.ask(Method::PUT, &path, &body).await.assert_fields(422, &["/told_by"]);
}

#[tokio::test]
async fn the_history_shows_every_consent_and_opposition_with_its_credential() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let path = format!("/v1/members/{}/consents", till.enrol(MOBILE).await);
    let given = json!({"given": true, "text_version": "2026-01", "told_by": "till",
        "operator": "V12", "at": "2026-11-20T10:00:00+01:00"});
    for body in [&given, &json!({"given": false, "at": "2026-11-21T10:00:00+01:00"})] {
        till.ask(Method::PUT, &format!("{path}/sms"), body).await.assert_status(200);
    }
    let history = till.get(&format!("{path}/history")).await;
    let by = format!("key:{}", till.key_id);
    let recorded_at = "2026-11-24T09:20:00Z";
    let changes = json!([
        {"channel": "sms", "recorded_at": recorded_at, "recorded_by": by,
         "opposition": {"at": "2026-11-21T09:00:00Z", "reason": "manual"}},
        {"channel": "sms", "recorded_at": recorded_at, "recorded_by": by,
         "consent": {"at": "2026-11-20T09:00:00Z", "told_by": "till", "text_version": "2026-01",
                     "establishment": "paris", "operator": "V12"}},
    ]);
    assert_eq!(history.body["changes"], changes);
}

#[tokio::test]
async fn a_person_under_15_consents_together_with_a_parent() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let (path, email) =
        (format!("/v1/members/{member}"), format!("/v1/members/{member}/consents/email"));
    let alone = json!({"given": true, "text_version": "2026-01", "told_by": "till"});
    let consented = till.ask(Method::PUT, &email, &alone).await;
    assert_eq!(consented.body["permitted"], true, "the birth date is unknown");

    let born = json!({"birth_date": "2011-11-25"});
    till.ask(Method::PATCH, &path, &born).await.assert_status(200);
    let shown = till.get(&format!("{path}/consents")).await;
    assert_eq!(permitted(&shown), [("email", false), ("sms", false), ("postal", false)]);
    service.set_clock("2026-11-24T09:30:00Z");
    let refused = till.ask(Method::PUT, &email, &alone).await;
    refused.assert_code(422, "parental_consent_missing");
    refused.assert_fields(422, &["/parental_consent"]);
    assert_eq!(refused.body["errors"][0]["code"], "parental_consent_missing");

    let mut together = alone.clone();
    together["parental_consent"] = json!({"operator": "V12", "text_version": "2026-01-parent"});
    let consented = till.ask(Method::PUT, &email, &together).await;
    consented.assert_status(200);
    assert_eq!(consented.body["permitted"], true);
    let parent =
        json!({"at": "2026-11-24T09:30:00Z", "operator": "V12", "text_version": "2026-01-parent"});
    let shown = till.get(&format!("{path}/consents")).await;
    assert_eq!(shown.body["channels"][0]["consent"]["parental_consent"], parent);

    service.set_clock("2026-11-25T09:30:00Z");
    till.ask(Method::PUT, &format!("{path}/consents/sms"), &alone).await.assert_status(200);
}

#[rstest]
#[case(json!({"given": true}), &["/text_version", "/told_by"])]
#[case(json!({"given": true, "text_version": " ", "told_by": "till"}), &["/text_version"])]
#[case(json!({"given": true, "text_version": "1", "told_by": "till", "operator": "Jeanne Martin"}), &["/operator"])]
#[case(
    json!({"given": true, "text_version": "1", "told_by": "till",
           "parental_consent": {"operator": "?", "text_version": "", "at": "2027-01-01T10:00:00Z"}}),
    &["/parental_consent/at", "/parental_consent/operator", "/parental_consent/text_version"]
)]
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

#[tokio::test]
async fn a_till_cannot_bring_messages_to_an_opposed_mailbox_by_another_member() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let store = service.table.store();
    let unsubscribed = opposition(instant(NOW), OppositionReason::Unsubscribed);
    let scope = scope(&store, &till).await;
    store.oppose_at(&scope, &mailbox(), unsubscribed, instant(NOW)).await.unwrap();
    let person = json!({"mobile": MOBILE, "email": MAILBOX, "card_requested": true});
    let member = till.post("/v1/members", &person).await;
    let path = format!("/v1/members/{}/consents", member.body["member_id"].as_str().unwrap());
    let consent = json!({"given": true, "text_version": "2026-01", "told_by": "merchant"});
    let refused = till.ask(Method::PUT, &format!("{path}/email"), &consent).await;
    refused.assert_code(409, "opposition_stands");
    let shown = till.get(&path).await;
    assert_eq!(shown.body["channels"][0]["opposition"]["reason"], "unsubscribed");
    assert_eq!(permitted(&shown)[0], ("email", false));
}

#[tokio::test]
async fn a_bounce_is_shown_apart_from_the_opposition() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let store = service.table.store();
    let person = json!({"mobile": MOBILE, "email": MAILBOX, "card_requested": true});
    let member = till.post("/v1/members", &person).await;
    let path = format!("/v1/members/{}", member.body["member_id"].as_str().unwrap());
    let given = json!({"given": true, "text_version": "2026-01", "told_by": "till",
        "at": "2026-11-20T10:00:00Z"});
    till.ask(Method::PUT, &format!("{path}/consents/email"), &given).await.assert_status(200);
    let (scope, at) = (scope(&store, &till).await, instant(NOW) - 1.hour());
    let bounce = Bounce { at, by: Credential::Service };
    store.bounce_at(&scope, &mailbox(), bounce, instant(NOW)).await.unwrap();
    let shown = till.get(&format!("{path}/consents")).await;
    let email = &shown.body["channels"][0];
    assert_eq!(email["bounce"], json!({"at": "2026-11-24T08:20:00Z"}));
    assert_eq!(email.get("opposition"), None);
    assert_eq!(email["permitted"], false);
    let history = till.get(&format!("{path}/consents/history")).await;
    let last = &history.body["changes"][0];
    assert_eq!(last["bounce"], json!({"at": "2026-11-24T08:20:00Z"}));
    assert_eq!(last["recorded_by"], "service");
    let corrected = json!({"email": "nouvelle@example.com"});
    till.ask(Method::PATCH, &path, &corrected).await.assert_status(200);
    let shown = till.get(&format!("{path}/consents")).await;
    assert_eq!(shown.body["channels"][0].get("bounce"), None);
    assert_eq!(permitted(&shown)[0], ("email", true));
}
