//! The details that a member corrects.

use crate::fixture::{Fixture, PASSWORD};
use axum::http::StatusCode;
use store::LoginOf;

const CORRECT: [(&str, &str); 7] = [
    ("first_name", "Camille"),
    ("last_name", "Martin-Dubois"),
    ("birth_date", "1990-02-28"),
    ("email", "camille@example.com"),
    ("street", "5 rue des Lilas"),
    ("postcode", "75011"),
    ("city", "Paris"),
];

fn path(fixture: &Fixture) -> String {
    format!("/details/{}", fixture.merchant())
}

#[tokio::test]
async fn a_member_corrects_the_details() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let form = browser.get(&path(&fixture)).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.text.contains("value=\"Martin\"") && form.text.contains("+33639980012"));
    let saved = browser.post(&path(&fixture), &CORRECT).await;
    assert_eq!(saved.location(), format!("{}?saved=1", path(&fixture)), "{}", saved.text);
    assert!(browser.get(saved.location()).await.text.contains("enregistrées"));
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    assert_eq!(person.details.last_name.as_deref(), Some("Martin-Dubois"));
    assert_eq!(person.details.address.city.as_deref(), Some("Paris"));
    assert!(person.details.card.is_some(), "the card stays");
    // An empty field clears what was stored.
    let cleared = [("first_name", "Camille"), ("last_name", "Martin")];
    browser.post(&path(&fixture), &cleared).await;
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    assert_eq!((person.details.email, person.details.birth_date), (None, None));
}

#[tokio::test]
async fn each_field_says_what_is_wrong_with_it_and_nothing_changes() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let long = "é".repeat(61);
    let wrong = [
        ("first_name", ""),
        ("last_name", long.as_str()),
        ("birth_date", "2020-01-01"),
        ("email", "camille"),
        ("street", "5 rue\u{7} des Lilas"),
        ("postcode", "75011 CEDEX 11"),
    ];
    let refused = browser.post(&path(&fixture), &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.text.matches("aria-invalid").count(), 6, "{}", refused.text);
    assert!(refused.text.contains("un parent"), "a child comes with a parent");
    let person = fixture.store.member(&fixture.scope, member).await.unwrap().person;
    assert_eq!(person.details.last_name.as_deref(), Some("Martin"));
}

#[tokio::test]
async fn a_member_signs_in_with_an_e_mail_address_that_nobody_else_has() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    browser.post(&path(&fixture), &CORRECT).await;
    fixture.pass(3_600);
    let fields = [("login", " Camille@example.com"), ("password", PASSWORD)];
    let mut other = fixture.browser();
    let signed_in = other.post(&fixture.sign_in_path(), &fields).await;
    assert_eq!(signed_in.location(), fixture.card_path(), "{}", signed_in.text);

    // Two members of a family share the address: it does not say whose account is meant.
    let mut sister = fixture.browser();
    fixture.join(&mut sister, "0639980013").await;
    sister.post(&path(&fixture), &CORRECT).await;
    let refused = fixture.browser().post(&fixture.sign_in_path(), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The member's own login has no wrong guess by it.
    let login = fixture.store.login(&fixture.scope, &LoginOf::Member(member)).await.unwrap();
    assert_eq!(login.guesses.wrong, 0);
    // An address that nobody has gets the same answer.
    let unknown = [("login", "nobody@example.com"), ("password", PASSWORD)];
    let nobody = fixture.browser().post(&fixture.sign_in_path(), &unknown).await;
    let same = |text: &str, address: &str| text.replace(address, "");
    assert_eq!(
        same(&nobody.text, "nobody@example.com"),
        same(&refused.text, " Camille@example.com")
    );
}
