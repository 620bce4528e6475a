//! The merchants' keys, wrapped again by a new master key.

use crate::fixture::{Fixture, scheduled_at};
use domain::{MerchantId, Sector};
use platform::Deadline;
use retention::{Request, Response, RewrappedKeys, run};
use std::time::Duration;
use store::{MasterKeys, Store};
use support::{merchant, open_merchant};

const BOTH: &str = r#"{"current": "2", "1": "the secret of the tests", "2": "new"}"#;

async fn rewrap(fixture: &Fixture, after: Option<String>, deadline: Deadline) -> RewrappedKeys {
    let request = Request { rewrap_keys: true, after, ..Request::default() };
    let response = run(&fixture.app, &request, scheduled_at("2026-11-30"), deadline).await.unwrap();
    let Response::Rewrapped(keys) = response else { panic!("{response:?}") };
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn every_merchants_key_is_wrapped_once_and_a_run_out_of_time_names_where_to_continue() {
    let mut fixture = Fixture::open(Sector::Retail).await;
    let second = merchant(Sector::Retail, 2);
    open_merchant(&fixture.app.store, &second, scheduled_at("2026-11-30")).await;
    let client = fixture.table.client().clone();
    let keys = MasterKeys::read(BOTH).unwrap();
    fixture.app.store = Store::new(client, fixture.table.name(), keys);

    let (past, later) = (Deadline::after(Duration::ZERO), Deadline::never());
    let nothing = RewrappedKeys::default();
    assert_eq!(
        rewrap(&fixture, None, past).await,
        nothing,
        "there was no time for the first merchant"
    );
    let done = rewrap(&fixture, None, later).await;
    assert_eq!(done, RewrappedKeys { merchants: 2, rewrapped: 2, next: None });
    let again = rewrap(&fixture, None, later).await;
    assert_eq!(again, RewrappedKeys { merchants: 2, rewrapped: 0, next: None });

    let first: MerchantId = fixture.scope.settings.merchant.id.min(second.id);
    let rest = rewrap(&fixture, Some(first.to_string()), later).await;
    assert_eq!(rest.merchants, 1, "the merchants after the first one");
    let named = rewrap(&fixture, Some(first.to_string()), past).await;
    assert_eq!(named.next, Some(first.to_string()));
}
