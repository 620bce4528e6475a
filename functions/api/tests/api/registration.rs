//! Registrations told by the till, and the erasures that the operator asks for.

use crate::setup::{MOBILE, NOW, OPERATOR_KEY, Service, named, text};
use axum::http::Method;
use domain::retention::ErasureReason;
use domain::{Day, MemberId, MerchantId};
use rstest::rstest;
use serde_json::{Value, json};
use store::{DueMember, Mode, Scope};
use support::instant;

#[tokio::test]
async fn an_invitation_and_an_activation_are_told_once_and_shown() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let (path, shown) =
        (format!("/v1/members/{member}/registration"), format!("/v1/members/{member}"));
    let put = |body: Value| {
        let (till, path) = (&till, &path);
        async move { till.ask(Method::PUT, path, &body).await }
    };
    let invited = put(json!({"invited_at": "2026-11-24T10:15:00+01:00"})).await;
    assert_eq!(invited.status, 200, "{invited:?}");
    let expected = json!({
        "member_id": member,
        "created_at": "2026-11-24T09:20:00Z",
        "invited_at": "2026-11-24T09:15:00Z",
    });
    assert_eq!(invited.body, expected);
    let again = put(json!({"invited_at": "2026-11-24T10:18:00+01:00"})).await;
    assert_eq!((again.status.as_u16(), &again.body), (200, &expected));
    assert_eq!(till.get(&shown).await.body["invited_at"], "2026-11-24T09:15:00Z");

    // A clock some minutes ahead tells of now.
    let ahead = json!({"activated_at": "2026-11-24T10:25:00+01:00"});
    for _ in 0..2 {
        let activated = put(ahead.clone()).await;
        assert_eq!(activated.body["activated_at"], NOW, "{activated:?}");
    }
    let read = till.get(&shown).await.body;
    assert_eq!(
        (&read["invited_at"], &read["activated_at"]),
        (&json!("2026-11-24T09:15:00Z"), &json!(NOW))
    );
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
async fn what_cannot_have_happened_to_a_registration_is_refused(
    #[case] body: Value,
    #[case] pointers: &[&str],
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}/registration");
    let refused = till.ask(Method::PUT, &path, &body).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (422, pointers.to_vec()));
    let read = till.get(&format!("/v1/members/{member}")).await.body;
    assert!(read.get("invited_at").is_none() && read.get("activated_at").is_none());
}

#[tokio::test]
async fn another_merchants_registration_is_not_found() {
    let service = Service::start().await;
    let (till, other) = (service.till("A", "retail").await, service.till("B", "retail").await);
    let path = format!("/v1/members/{}/registration", till.enrol(MOBILE).await);
    let body = json!({"invited_at": "2026-11-24T10:15:00+01:00"});
    assert_eq!(other.ask(Method::PUT, &path, &body).await.status, 404);
}

#[tokio::test]
async fn a_days_erasures_are_told_to_the_operator_with_their_reasons() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut members = vec![];
    for number in 10..15 {
        members.push(till.enrol(&format!("06399800{number}")).await);
    }
    let store = service.table.store();
    let merchant = MerchantId::parse(&till.merchant).unwrap();
    let settings = store.settings_fresh(merchant, instant(NOW)).await.unwrap();
    let scope = Scope { settings, mode: Mode::Live };
    let today = Day::parse("2026-11-24").unwrap();
    let reasons = [ErasureReason::NeverActivated, ErasureReason::Inactive];
    for (member, reason) in members.iter().zip(reasons.into_iter().cycle()) {
        let id = MemberId::parse(member).unwrap();
        let DueMember::Member(read) = store.due_member(&scope, id).await.unwrap() else {
            panic!("no member")
        };
        store.decide_erasure(&scope, &read, reason, today).await.unwrap().unwrap();
    }
    let path = format!("/v1/merchants/{}/erasures", till.merchant);
    let ask = |query: String| {
        let (service, path) = (&service, &path);
        async move { service.operator(Method::GET, &format!("{path}?{query}"), None).await }
    };
    let (mut told, mut cursor) = (vec![], String::new());
    loop {
        let page = ask(format!("day=2026-11-24&limit=2{cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let counts = page.body.get("counts");
        let expected = json!({"never_activated": 3, "inactive": 2});
        assert_eq!(counts, cursor.is_empty().then_some(&expected));
        let erasures = page.body["erasures"].as_array().unwrap();
        told.extend(erasures.iter().map(|erasure| text(erasure, "member_id")));
        match page.body.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    members.sort();
    assert_eq!(told, members);
    assert_eq!(ask("day=2026-11-25".to_owned()).await.body["erasures"], json!([]));

    for (query, parameter) in [
        ("", "day"),
        ("day=24/11/2026", "day"),
        ("day=2026-11-24&limit=0", "limit"),
        ("day=2026-11-24&cursor=x", "cursor"),
        ("day=2026-11-24&reason=inactive", "reason"),
    ] {
        let refused = ask(query.to_owned()).await;
        assert_eq!((refused.status.as_u16(), named(&refused)), (400, vec![parameter]), "{query}");
    }
    let nobody = "/v1/merchants/01KA0000000000000000000000/erasures?day=2026-11-24";
    assert_eq!(service.ask(OPERATOR_KEY, Method::GET, nobody, None).await.status, 404);
    assert_eq!(till.get(&format!("{path}?day=2026-11-24")).await.status, 403);
}
