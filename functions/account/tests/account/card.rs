//! The card of a member.

use crate::fixture::Fixture;
use axum::http::StatusCode;

#[tokio::test]
async fn the_card_has_a_qr_code_a_barcode_and_the_number() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    fixture.join(&mut browser, "0639980012").await;
    let card = browser.get(&fixture.card_path()).await;
    assert_eq!(card.status, StatusCode::OK);
    assert_eq!(card.text.matches("<svg").count(), 2);
    assert!(card.text.contains("0\u{a0}point") || card.text.contains("0 point"), "{}", card.text);
    assert_eq!(card.headers["cache-control"], "no-store");
    let english = browser.get(&format!("{}?lang=en", fixture.card_path())).await;
    assert!(english.text.contains("Hello Camille") && english.text.contains("lang=\"en\""));
}
