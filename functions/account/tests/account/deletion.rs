//! The deletion of an account by its member.

use crate::fixture::Fixture;
use axum::http::StatusCode;
use domain::Credential;

const TEN_MINUTES: i64 = 600;

#[tokio::test]
async fn a_member_asks_to_delete_the_account_and_may_cancel() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let path = format!("/deletion/{}", fixture.merchant());
    let before = browser.get(&path).await;
    assert_eq!(before.status, StatusCode::OK);
    assert!(before.text.contains("Supprimer mon compte"));
    assert!(!browser.get(&fixture.card_path()).await.text.contains("/deletion/"));

    let asked = browser.post(&path, &[]).await;
    assert_eq!(asked.location(), path);
    let shown = browser.get(&path).await;
    // Asked on 30 November at 10:00 in Paris.
    assert!(shown.text.contains("03/12/2026 10:00"), "{}", shown.text);
    assert!(shown.text.contains("04/12/2026"), "{}", shown.text);
    assert!(browser.get(&fixture.card_path()).await.text.contains("/deletion/"));
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    let request = person.deletion.unwrap();
    assert_eq!((request.at, request.by), (fixture.now(), Credential::Member));
    assert_eq!(person.due.unwrap().to_string(), "2026-12-04");

    // The button again does not begin the hours again.
    fixture.pass(TEN_MINUTES);
    browser.post(&path, &[]).await;
    let again = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    assert_eq!(again.deletion, Some(request));

    let cancelled = browser.post(&format!("{path}/cancel"), &[]).await;
    assert_eq!(cancelled.location(), path);
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    assert_eq!(person.deletion, None);
    assert!(browser.get(&path).await.text.contains("Supprimer mon compte"));
}

#[tokio::test]
async fn the_deletion_needs_a_session_and_a_form_of_the_page() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let path = format!("/deletion/{}", fixture.merchant());
    let stranger = fixture.browser().post(&path, &[]).await;
    assert!(stranger.location().starts_with(&fixture.sign_in_path()), "{}", stranger.location());
    let foreign = [("sec-fetch-site", "cross-site")];
    let refused = browser.send("POST", &path, &foreign, String::new()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    assert_eq!(person.deletion, None);
}
