//! Requests that are refused.

use crate::fixture::{Fixture, PASSWORD};
use axum::http::StatusCode;
use domain::access_log::AccessEvent;
use domain::{Credential, Sector};
use rstest::rstest;
use support::{merchant, open_merchant};

#[tokio::test]
async fn a_form_of_another_origin_changes_nothing() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("origin", "https://evil.example")],
        vec![],
    ] {
        let refused = browser
            .send("POST", &fixture.join_path(""), &headers, "mobile=0639980012".to_owned())
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert!(fixture.texts().await.is_empty());
    let own = [("origin", "https://carte.example.com")];
    let sent =
        browser.send("POST", &fixture.join_path(""), &own, "mobile=0639980012".to_owned()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_of_another_merchant_opens_nothing() {
    let fixture = Fixture::open().await;
    let other = merchant(Sector::Retail, 2);
    open_merchant(&fixture.store, &other, fixture.now()).await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let refused = browser.get(&format!("/card/{}", other.id)).await;
    assert_eq!(refused.location(), format!("/sign-in/{}?reason=other", other.id));
    let page = browser.get(refused.location()).await;
    assert!(page.text.contains("autre commerçant"));
    // What is known at one merchant is not visible at another: the password of the first signs in nowhere else.
    let fields = [("login", "0639980012"), ("password", PASSWORD)];
    let refused = browser.post(&format!("/sign-in/{}", other.id), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[rstest]
#[case::truncated(|cookie: &str| cookie[..cookie.len() - 1].to_owned())]
#[case::no_secret(|cookie: &str| cookie.rsplit_once('.').unwrap().0.to_owned())]
#[case::nonsense(|_: &str| "nonsense".to_owned())]
#[tokio::test]
async fn a_session_cookie_that_was_changed_opens_nothing(#[case] change: fn(&str) -> String) {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let cookie = browser.cookies["__Host-session"].clone();
    browser.cookies.insert("__Host-session".to_owned(), change(&cookie));
    let refused = browser.get(&fixture.card_path()).await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    assert_eq!(refused.location(), format!("{}?reason=ended", fixture.sign_in_path()));
}

#[tokio::test]
async fn a_ticket_that_is_used_expired_or_of_another_merchant_begins_again() {
    let fixture = Fixture::open().await;
    let other = merchant(Sector::Retail, 2);
    open_merchant(&fixture.store, &other, fixture.now()).await;
    let mut browser = fixture.browser();
    fixture.prove(&mut browser, "0639980012").await;
    let elsewhere = browser.get(&format!("/join/{}/paris/details", other.id)).await;
    assert_eq!(elsewhere.location(), format!("/join/{}/paris", other.id));
    assert_eq!(browser.get(&fixture.join_path("/details")).await.status, StatusCode::OK);
    fixture.pass(1_800);
    let expired = browser.get(&fixture.join_path("/details")).await;
    assert_eq!(expired.location(), fixture.join_path(""));
}

#[tokio::test]
async fn a_wrong_code_is_logged_and_says_how_many_tries_are_left() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    browser.post(&fixture.join_path(""), &[("mobile", "0639980012")]).await;
    fixture.pass(1);
    let code = fixture.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = browser.post(&fixture.join_path("/code"), &[("code", wrong)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("4 essais"), "{}", refused.text);
    let unreadable = browser.post(&fixture.join_path("/code"), &[("code", "12")]).await;
    assert!(unreadable.text.contains("six chiffres"));
    let events = fixture.events().await;
    assert_eq!(events, [AccessEvent::CodeSent, AccessEvent::CodeRefused]);
}

#[tokio::test]
async fn a_fourth_code_in_an_hour_is_not_sent() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    for _ in 0..3 {
        let sent = browser.post(&fixture.join_path(""), &[("mobile", "0639980012")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
    }
    let refused = browser.post(&fixture.join_path(""), &[("mobile", "0639980012")]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(fixture.texts().await.len(), 3);
}

#[tokio::test]
async fn a_megabyte_in_a_name_is_refused() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.prove(&mut browser, "0639980012").await;
    let name = "a".repeat(1_000_000);
    let refused = browser.post(&fixture.join_path("/details"), &[("first_name", &name)]).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn pages_of_an_unknown_merchant_an_unknown_shop_and_an_ended_contract_do_not_exist() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let unknown = merchant(Sector::Retail, 9).id;
    for path in [
        format!("/join/{unknown}/paris"),
        format!("/join/{}/lyon", fixture.merchant()),
        format!("/sign-in/{unknown}"),
        "/sign-in/nonsense".to_owned(),
        "/nothing".to_owned(),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    let last = domain::Day::parse("2026-11-29").unwrap();
    fixture.store.end_contract(fixture.merchant(), last, Credential::Operator).await.unwrap();
    let mut other = crate::browser::Browser::new(fixture.instance());
    assert_eq!(other.get(&fixture.sign_in_path()).await.status, StatusCode::NOT_FOUND);
}
