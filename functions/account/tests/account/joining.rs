//! A customer joins at the counter, and a member gets a password.

use crate::fixture::{Fixture, PASSWORD, details};
use axum::http::StatusCode;
use domain::access_log::AccessEvent;
use domain::member::Details;
use domain::{Channel, ConsentSource, Credential, Day, Enrolment, Mobile};
use store::NewMember;

const DAY: i64 = 86_400;

#[tokio::test]
async fn a_customer_joins_with_a_mobile_a_code_and_the_details() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let first = browser.get(&fixture.join_path("")).await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.text.contains("Boutique Exemple"));
    fixture.prove(&mut browser, "06 39 98 00 12").await;
    let form = browser.get(&fixture.join_path("/details")).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(!form.text.contains(" checked"), "nothing is ticked beforehand");
    let fields = [&details()[..], &[("consent_sms", "yes"), ("birth_date", "1990-02-28")]].concat();
    let joined = browser.post(&fixture.join_path("/details"), &fields).await;
    assert_eq!(joined.location(), fixture.card_path());
    let card = browser.get(&fixture.card_path()).await;
    assert_eq!(card.status, StatusCode::OK);
    assert!(card.text.contains("Bonjour Camille"));

    let id = fixture.member_of("0639980012").await;
    let member = fixture.store.member(&fixture.scope, id).await.unwrap();
    assert_eq!(member.person.enrolment, Enrolment::Member);
    assert_eq!(member.person.created_by, Credential::Member);
    assert_eq!(member.person.details.birth_date, Day::parse("1990-02-28").ok());
    assert_eq!(member.account.activated.unwrap().by, Credential::Member);
    let sms = member.person.consents.sms.consent.as_ref().unwrap();
    assert_eq!((sms.source, sms.by), (ConsentSource::Member, Credential::Member));
    assert_eq!(sms.establishment.as_ref().unwrap().as_str(), "paris");
    assert!(member.person.consents.of(Channel::Email).consent.is_none());
    let number = member.person.details.card.as_ref().unwrap();
    assert!(card.text.contains(number.as_str()));
    assert_eq!(fixture.events().await, [AccessEvent::CodeSent, AccessEvent::Joined]);
}

#[tokio::test]
async fn a_form_that_is_sent_again_after_its_answer_was_lost_leads_on() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.prove(&mut browser, "0639980012").await;
    let ticket = browser.cookies.clone();
    browser.post(&fixture.join_path("/details"), &details()).await;
    // The browser did not get the cookies of the answer: the ticket was used, so the person begins again.
    browser.cookies = ticket;
    let again = browser.post(&fixture.join_path("/details"), &details()).await;
    assert_eq!(again.location(), fixture.join_path(""));
    // The person exists already, and gets a session by another code.
    fixture.prove(&mut browser, "0639980012").await;
    let form = browser.get(&fixture.join_path("/details")).await;
    assert!(form.text.contains("nouveau mot de passe"), "{}", form.text);
    let set = browser.post(&fixture.join_path("/details"), &[("password", "Autre-vélo-43")]).await;
    assert_eq!(set.location(), fixture.card_path());
}

#[tokio::test]
async fn a_member_with_a_card_and_no_account_completes_the_registration() {
    let fixture = Fixture::open().await;
    let new = NewMember {
        mobile: Mobile::parse("0639980012").unwrap(),
        details: Details { first_name: Some("Dominique".to_owned()), ..Details::default() },
        enrolment: Enrolment::Till,
    };
    let (member, _) =
        fixture.store.create_member(&fixture.scope, &new, fixture.now()).await.unwrap();
    let mut browser = fixture.browser();
    fixture.prove(&mut browser, "0639980012").await;
    let form = browser.get(&fixture.join_path("/details")).await;
    assert!(form.text.contains("value=\"Dominique\""), "{}", form.text);
    let joined = browser.post(&fixture.join_path("/details"), &details()).await;
    assert_eq!(joined.location(), fixture.card_path());
    let found = fixture.store.member(&fixture.scope, member.person.id).await.unwrap();
    assert_eq!(found.person.details.first_name.as_deref(), Some("Camille"));
    assert!(found.person.details.card.is_some() && found.account.activated.is_some());
}

#[tokio::test]
async fn a_code_alone_never_opens_a_dormant_account() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.prove(&mut browser, "0639980012").await;
    let fields = [&details()[..], &[("birth_date", "1990-02-28")]].concat();
    browser.post(&fixture.join_path("/details"), &fields).await;
    fixture.pass(46 * DAY);
    let mut other = fixture.browser();
    fixture.prove(&mut other, "0639980012").await;
    let form = other.get(&fixture.join_path("/details")).await;
    assert!(!form.text.contains("Camille"), "the form shows nothing of the account");
    let path = fixture.join_path("/details");
    let without = other.post(&path, &[("password", "Autre-vélo-43")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!without.text.contains("Camille"));
    let wrong = [("password", "Autre-vélo-43"), ("proof_birth_date", "1990-03-01")];
    let soon = other.post(&path, &wrong).await;
    assert_eq!(soon.status, StatusCode::UNPROCESSABLE_ENTITY, "it waits after a wrong statement");
    fixture.pass(60);
    let right = [("password", "Autre-vélo-43"), ("proof_birth_date", "1990-02-28")];
    let opened = other.post(&path, &right).await;
    assert_eq!(opened.location(), fixture.card_path(), "{}", opened.text);
    let events = fixture.events().await;
    assert!(
        events.contains(&AccessEvent::SignInRefused) && events.ends_with(&[AccessEvent::SignedIn])
    );
}

#[tokio::test]
async fn an_account_in_use_gets_another_password_by_a_code() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let mut other = fixture.browser();
    fixture.prove(&mut other, "0639980012").await;
    let set = other.post(&fixture.join_path("/details"), &[("password", "Autre-vélo-43")]).await;
    assert_eq!(set.location(), fixture.card_path());
    let ended = browser.get(&fixture.card_path()).await;
    assert_eq!(ended.location(), format!("{}?reason=ended", fixture.sign_in_path()));
    let old = [("login", "0639980012"), ("password", PASSWORD)];
    let refused = browser.post(&fixture.sign_in_path(), &old).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn fields_that_are_not_accepted_come_back_with_their_sentences() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.prove(&mut browser, "0639980012").await;
    let fields = [
        ("first_name", "<script>alert(1)</script>"),
        ("last_name", "🚲 Éléonore"),
        ("email", "camille"),
        ("consent_sms", "yes"),
        ("password", "Password1"),
        ("old_enough", "yes"),
    ];
    let refused = browser.post(&fixture.join_path("/details"), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Cette adresse n’est pas complète"));
    assert!(refused.text.contains("l’un des premiers"));
    assert!(!refused.text.contains("<script>alert"), "markup is escaped");
    assert!(refused.text.contains("🚲 Éléonore") && refused.text.contains("checked"));
    assert!(!refused.text.contains("Password1"), "a password never comes back");
}
