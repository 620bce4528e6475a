//! The access log of a merchant, as the operator reads it.

use crate::setup::{Answer, NOW, OPERATOR_KEY, Service, text};
use axum::http::Method;
use domain::access_log::{Access, AccessEvent, Actor, ClientAddress, MembersShown};
use domain::{Credential, MemberId, MerchantId};
use jiff::ToSpan as _;
use rstest::rstest;
use serde_json::{Value, json};
use store::{Mode, Scope, Store};
use support::instant;

fn member(number: u128) -> MemberId {
    MemberId::mint(instant("2026-01-05T09:00:00Z"), number)
}

/// Accesses so many hours ago: a sign-in, a wrong guess, and a list that shows two members.
fn accesses() -> [Access; 3] {
    let ago = |hours: i64| instant(NOW) - hours.hours();
    let signed_in = Access {
        at: ago(1),
        actor: Actor::Member(member(1)),
        event: AccessEvent::SignedIn,
        source: ClientAddress::parse("192.0.2.17"),
        members: MembersShown::none(),
    };
    let guessed = Access {
        at: ago(24),
        actor: Actor::Unknown,
        event: AccessEvent::SignInRefused,
        source: None,
        ..signed_in.clone()
    };
    let members = MembersShown::new([member(1), member(2)]).unwrap();
    [signed_in.clone(), guessed, Access { at: ago(24 * 30), members, ..signed_in }]
}

async fn scope(store: &Store, merchant: &str, mode: Mode) -> Scope {
    let merchant = MerchantId::parse(merchant).unwrap();
    let settings = store.settings_fresh(merchant, instant(NOW)).await.unwrap();
    Scope { settings, mode, credential: Credential::Operator }
}

async fn append(service: &Service, merchant: &str, mode: Mode, accesses: &[Access]) {
    let store = service.table.store();
    let scope = scope(&store, merchant, mode).await;
    for access in accesses {
        store.append_access(&scope, access).await.unwrap();
    }
}

async fn ask(service: &Service, merchant: &str, query: &str) -> Answer {
    let path = format!("/v1/merchants/{merchant}/access-log?{query}");
    service.operator(Method::GET, &path, None).await
}

/// The instants of the entries of an answer.
fn instants(answer: &Answer) -> Vec<String> {
    answer.assert_status(200);
    answer.body["accesses"].as_array().unwrap().iter().map(|access| text(access, "at")).collect()
}

#[tokio::test]
async fn the_operator_reads_who_signed_in_when_and_from_where_page_by_page_newest_first() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    append(&service, &till.merchant, Mode::Live, &accesses()).await;
    let all = ask(&service, &till.merchant, "").await;
    let one = format!("member:{}", member(1));
    all.assert_body(
        200,
        &json!({"accesses": [
            {"at": "2026-11-24T08:20:00Z", "actor": one, "event": "signed_in",
             "source": "192.0.2.17", "members": []},
            {"at": "2026-11-23T09:20:00Z", "actor": "unknown", "event": "sign_in_refused",
             "members": []},
            {"at": "2026-10-25T09:20:00Z", "actor": one, "event": "signed_in",
             "source": "192.0.2.17", "members": [member(1), member(2)]},
        ]}),
    );
    let (mut listed, mut cursor) = (vec![], String::new());
    loop {
        let page = ask(&service, &till.merchant, &format!("limit=1{cursor}")).await;
        listed.extend(page.body["accesses"].as_array().unwrap().clone());
        match page.body.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(Value::Array(listed), all.body["accesses"]);
}

#[rstest]
#[case::of_a_day("from=2026-11-23&until=2026-11-23", &["2026-11-23T09:20:00Z"])]
#[case::since_a_day("from=2026-11-23", &["2026-11-24T08:20:00Z", "2026-11-23T09:20:00Z"])]
#[case::until_a_day("until=2026-11-23", &["2026-11-23T09:20:00Z", "2026-10-25T09:20:00Z"])]
#[case::longer_than_stored("from=2000-01-01&until=2100-01-01",
    &["2026-11-24T08:20:00Z", "2026-11-23T09:20:00Z", "2026-10-25T09:20:00Z"])]
#[case::of_test_data("mode=test", &[])]
#[tokio::test]
async fn the_operator_reads_the_days_of_a_period(#[case] query: &str, #[case] expected: &[&str]) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    append(&service, &till.merchant, Mode::Live, &accesses()).await;
    assert_eq!(instants(&ask(&service, &till.merchant, query).await), expected);
}

#[tokio::test]
async fn the_operator_finds_who_read_the_data_of_a_member() {
    let service = Service::start().await;
    let (till, other) = (service.till("A", "retail").await, service.till("B", "retail").await);
    append(&service, &till.merchant, Mode::Live, &accesses()).await;
    append(&service, &till.merchant, Mode::Test, &accesses()[..1]).await;
    for (number, expected) in [
        (1, vec!["2026-11-24T08:20:00Z", "2026-10-25T09:20:00Z"]),
        (2, vec!["2026-10-25T09:20:00Z"]),
        (3, vec![]),
    ] {
        let query = format!("member={}", member(number));
        assert_eq!(instants(&ask(&service, &till.merchant, &query).await), expected);
        assert!(instants(&ask(&service, &other.merchant, &query).await).is_empty());
    }
    let of_tests = ask(&service, &till.merchant, "mode=test").await;
    assert_eq!(instants(&of_tests), ["2026-11-24T08:20:00Z"]);
}

#[tokio::test]
async fn a_parameter_that_is_not_accepted_and_the_cursor_of_another_question_are_refused() {
    let service = Service::start().await;
    let (till, other) = (service.till("A", "retail").await, service.till("B", "retail").await);
    append(&service, &till.merchant, Mode::Live, &accesses()).await;
    for (query, parameter, code) in [
        ("from=24/11/2026", "from", "day_unreadable"),
        ("until=2026-02-30", "until", "day_unreadable"),
        ("from=2026-11-24&until=2026-11-23", "until", "ends_before_it_begins"),
        ("member=Martin", "member", "identifier"),
        ("mode=both", "mode", "mode"),
        ("limit=0", "limit", "limit"),
        ("cursor=x", "cursor", "cursor"),
        ("event=signed_in", "event", "unknown_parameter"),
    ] {
        let refused = ask(&service, &till.merchant, query).await;
        refused.assert_fields(400, &[parameter]);
        assert_eq!(refused.field_codes(), [code]);
    }
    let page = ask(&service, &till.merchant, "limit=1").await;
    let cursor = text(&page.body, "next_cursor");
    for query in ["from=2026-01-01&", "member=01M86DNQG02W65QJ2ENKX1WYVS&", "mode=test&"] {
        let refused = ask(&service, &till.merchant, &format!("{query}cursor={cursor}")).await;
        refused.assert_fields(400, &["cursor"]);
    }
    let refused = ask(&service, &other.merchant, &format!("cursor={cursor}")).await;
    refused.assert_fields(400, &["cursor"]);
    let unknown = "/v1/merchants/01KA0000000000000000000000/access-log";
    assert_eq!(service.ask(OPERATOR_KEY, Method::GET, unknown, None).await.status, 404);
    let path = format!("/v1/merchants/{}/access-log", till.merchant);
    assert_eq!(till.get(&path).await.status, 403);
}

/// A cursor of the last day for which an entry is stored still leads to a page on the next day.
#[tokio::test]
async fn a_list_that_is_continued_on_the_next_day_goes_on() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let long_ago = instant("2025-11-24T08:00:00Z");
    let of = |seconds: i64| Access { at: long_ago + seconds.seconds(), ..accesses()[0].clone() };
    append(&service, &till.merchant, Mode::Live, &[of(0), of(1), of(2)]).await;
    let first = ask(&service, &till.merchant, "limit=1").await;
    assert_eq!(instants(&first), ["2025-11-24T08:00:02Z"]);
    service.set_clock("2026-11-25T09:20:00Z");
    let query = format!("limit=1&cursor={}", text(&first.body, "next_cursor"));
    assert!(instants(&ask(&service, &till.merchant, &query).await).is_empty());
}
