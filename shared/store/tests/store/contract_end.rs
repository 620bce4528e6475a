//! The end of a contract, as the instances of a function see it.

use crate::fixture::now;
use domain::{Credential, Sector};
use jiff::ToSpan as _;
use support::{Table, merchant, open_merchant};

#[tokio::test]
async fn no_instance_works_by_a_cached_end_of_contract_that_was_withdrawn() {
    let table = Table::start().await;
    let (store, instance) = (table.store(), table.store());
    let id = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await.settings.merchant.id;
    let last_day = domain::retention::day_of(now() - 48.hours());
    store.end_contract(id, last_day, Credential::Operator).await.unwrap();
    assert!(instance.settings(id, now()).await.unwrap().contract_has_ended(now()));
    store.resume_contract(id, Credential::Operator).await.unwrap();
    assert!(instance.cached_settings(id, now()).await.unwrap().contract_has_ended(now()));
    assert!(!instance.settings(id, now()).await.unwrap().contract_has_ended(now()));
}
