//! The preferences of a member.

use crate::fixture::{Fixture, details};
use axum::http::StatusCode;
use domain::{Channel, ConsentSource, Credential};

#[tokio::test]
async fn a_member_consents_and_opposes_channel_by_channel() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.prove(&mut browser, "0639980012").await;
    let joined =
        [&details()[..], &[("consent_sms", "yes"), ("email", "camille@example.com")]].concat();
    browser.post(&fixture.join_path("/details"), &joined).await;
    let member = fixture.member_of("0639980012").await;
    let path = format!("/preferences/{}", fixture.merchant());
    let form = browser.get(&path).await;
    assert_eq!(form.status, StatusCode::OK);
    assert_eq!(form.text.matches(" checked").count(), 2, "SMS, and letters until an opposition");
    fixture.pass(60);
    let saved = browser.post(&path, &[("email", "yes")]).await;
    assert_eq!(saved.location(), format!("{path}?saved=1"), "{}", saved.text);
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    let email = person.consents.of(Channel::Email).consent.as_ref().unwrap();
    assert_eq!((email.source, email.by), (ConsentSource::Member, Credential::Member));
    for opposed in [Channel::Sms, Channel::Postal] {
        assert!(person.consents.of(opposed).is_opposed(), "{opposed:?}");
    }
    let shown = browser.get(saved.location()).await;
    assert!(shown.text.contains("enregistrées"));
    assert_eq!(shown.text.matches(" checked").count(), 1);
    // The same form again changes nothing.
    let before = person.version;
    browser.post(&path, &[("email", "yes")]).await;
    let after = fixture.store.member(&fixture.scope, member).await.unwrap().person.version;
    assert_eq!(before, after);
    // The person may consent again.
    fixture.pass(60);
    browser.post(&path, &[("email", "yes"), ("sms", "yes")]).await;
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    assert!(!person.consents.of(Channel::Sms).is_opposed());
}

#[tokio::test]
async fn offers_by_e_mail_need_an_address() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let path = format!("/preferences/{}", fixture.merchant());
    let refused = browser.post(&path, &[("email", "yes"), ("postal", "yes")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("adresse e-mail"));
}
