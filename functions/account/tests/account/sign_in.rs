//! The sign-in with a password.

use crate::browser::Browser;
use crate::fixture::{Fixture, PASSWORD};
use axum::http::StatusCode;
use domain::access_log::AccessEvent;
use futures::future::join_all;

const HOUR: i64 = 3_600;

#[tokio::test]
async fn a_member_signs_in_and_out() {
    let fixture = Fixture::open().await;
    let member = fixture.join(&mut fixture.browser(), "0639980012").await;
    fixture.pass(HOUR);
    let mut browser = fixture.browser();
    let closed = browser.get(&fixture.card_path()).await;
    assert_eq!(closed.location(), fixture.sign_in_path());
    let fields = [("login", "06.39.98.00.12"), ("password", PASSWORD)];
    let signed_in = browser.post(&fixture.sign_in_path(), &fields).await;
    assert_eq!(signed_in.location(), fixture.card_path(), "{}", signed_in.text);
    assert_eq!(browser.get(&fixture.card_path()).await.status, StatusCode::OK);
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    let login = fixture.store.login_state(&fixture.scope, &person).await.unwrap();
    assert_eq!(login.last_connection, Some(fixture.now()));

    let cookies = browser.cookies.clone();
    fixture.pass(1);
    let out = browser.post(&format!("/sign-out/{}", fixture.merchant()), &[]).await;
    assert!(out.location().starts_with(&fixture.sign_in_path()));
    assert!(browser.cookies.is_empty());
    browser.cookies = cookies;
    let after = browser.get(&fixture.card_path()).await;
    assert_eq!(after.location(), format!("{}?reason=ended", fixture.sign_in_path()));
    let events = fixture.events().await;
    assert!(events.ends_with(&[AccessEvent::SignedIn, AccessEvent::SignedOut]), "{events:?}");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_mobile_get_the_same_answer() {
    let fixture = Fixture::open().await;
    fixture.join(&mut fixture.browser(), "0639980012").await;
    let mut pages = vec![];
    for mobile in ["0639980012", "0639980099", "bonjour"] {
        let mut browser = fixture.browser();
        let fields = [("login", mobile), ("password", "Velo-rouge-1")];
        let refused = browser.post(&fixture.sign_in_path(), &fields).await;
        assert!(browser.cookies.is_empty());
        pages.push((refused.status, refused.text.replace(mobile, "")));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
    assert_eq!(pages[0].0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn after_ten_wrong_passwords_the_right_one_waits_an_hour_for_a_member_and_for_nobody() {
    let fixture = Fixture::open().await;
    fixture.join(&mut fixture.browser(), "0639980012").await;
    fixture.pass(HOUR);
    let mut pages = vec![];
    for mobile in ["0639980012", "0639980099"] {
        let mut browser = fixture.browser();
        for guess in 0..10 {
            let wrong = [("login", mobile), ("password", "Velo-rouge-1")];
            let refused = browser.post(&fixture.sign_in_path(), &wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "guess {guess}");
            fixture.pass(300);
        }
        let right = [("login", mobile), ("password", PASSWORD)];
        let limited = browser.post(&fixture.sign_in_path(), &right).await;
        assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
        pages.push(limited.text.replace(mobile, ""));
        fixture.pass(HOUR);
        let later = browser.post(&fixture.sign_in_path(), &right).await;
        assert_eq!(later.location().is_empty(), mobile != "0639980012");
    }
    assert_eq!(pages[0], pages[1]);
    assert!(fixture.events().await.contains(&AccessEvent::SignInLimited));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_instances_check_no_guess_beyond_the_limits_of_a_login_and_of_a_source() {
    let fixture = Fixture::open().await;
    fixture.join(&mut fixture.browser(), "0639980012").await;
    let wrong = [("login", "0639980012"), ("password", "Velo-rouge-1")];
    let path = fixture.sign_in_path();
    let path = &path;
    let guesses = (0..30).map(|number| {
        let mut browser = Browser::from(fixture.instance(), &format!("192.0.2.{number}"));
        async move { browser.post(path, &wrong).await.status }
    });
    let checked = join_all(guesses).await;
    let answered = checked.iter().filter(|it| **it == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(answered, 1, "guesses at the same time: {checked:?}");

    let instances: Vec<_> = (0..10).map(|_| fixture.instance()).collect();
    let guesses = (0..150).map(|number| {
        let mut browser = Browser::from(instances[number % 10].clone(), "198.51.100.1");
        async move {
            let mobile = format!("063998{:04}", 1_000 + number);
            let fields = [("login", mobile.as_str()), ("password", "Velo-rouge-1")];
            browser.post(path, &fields).await.status
        }
    });
    let checked = join_all(guesses).await;
    let answered = checked.iter().filter(|it| **it == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(answered, 100, "guesses of one source");
}

#[tokio::test]
async fn a_member_lists_the_sessions_and_ends_the_others() {
    let fixture = Fixture::open().await;
    let mut first = fixture.browser();
    fixture.join(&mut first, "0639980012").await;
    let mut second = fixture.browser();
    let fields = [("login", "0639980012"), ("password", PASSWORD)];
    second.post(&fixture.sign_in_path(), &fields).await;
    let path = format!("/sessions/{}", fixture.merchant());
    let listed = second.get(&path).await;
    assert_eq!(listed.text.matches("Ouverte le").count(), 2, "{}", listed.text);
    assert_eq!(listed.text.matches("(celle-ci)").count(), 1);
    let ended = second.post(&path, &[]).await;
    assert_eq!(ended.location(), path);
    assert_eq!(second.get(&path).await.text.matches("Ouverte le").count(), 1);
    assert!(first.get(&fixture.card_path()).await.location().contains("reason=ended"));
}
