//! The purchases of a member.

use crate::fixture::Fixture;
use axum::http::StatusCode;
use domain::{Cents, Purchase, PurchaseKind, Sector};
use store::{Customer, PurchaseToRecord, Source};
use support::{instant, receipt};

#[tokio::test]
async fn a_member_sees_purchases_newest_first_twenty_a_page() {
    let fixture = Fixture::open().await;
    let mut browser = fixture.browser();
    let member = fixture.join(&mut browser, "0639980012").await;
    let path = format!("/history/{}", fixture.merchant());
    let empty = browser.get(&path).await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.text.contains("s’afficheront ici"));
    for number in 1..=25_i64 {
        let sold_at = instant("2026-11-30T09:00:00Z") + jiff::ToSpan::minutes(number);
        let receipt = receipt(&number.to_string());
        let total = Cents::new(100 * number);
        let sale = Purchase::new(
            Sector::Retail,
            receipt,
            PurchaseKind::Sale,
            sold_at,
            total,
            vec![],
            None,
        );
        let entry = PurchaseToRecord {
            card_activated: false,
            purchase: sale.unwrap(),
            source: Source::Operator,
        };
        let customer = Customer::Member(member);
        fixture
            .store
            .record_purchase(&fixture.scope, &customer, &entry, fixture.now())
            .await
            .unwrap();
    }
    let first = browser.get(&path).await;
    assert_eq!(first.text.matches("<h2>").count(), 20);
    assert!(first.text.contains("25,00") && first.text.contains("Paris"));
    let (_, rest) = first.text.split_once("?after=").unwrap();
    let place = rest.split('"').next().unwrap();
    let second = browser.get(&format!("{path}?after={place}")).await;
    assert_eq!(second.text.matches("<h2>").count(), 5);
    assert!(second.text.contains("1,00") && !second.text.contains("?after="));
    // The place of another member's history opens nothing: the page begins anew.
    let mut other = fixture.browser();
    fixture.join(&mut other, "0639980013").await;
    let foreign = other.get(&format!("{path}?after={place}")).await;
    assert!(foreign.status == StatusCode::OK && foreign.text.contains("s’afficheront ici"));
}
