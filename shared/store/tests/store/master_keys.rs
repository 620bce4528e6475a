//! A master key that is replaced.

use crate::fixture::{Fixture, now};
use domain::Sector;
use std::collections::BTreeSet;
use store::{MasterKeys, Store, StoreError};
use support::{merchant, open_merchant};

fn keys(secret: &str) -> MasterKeys {
    MasterKeys::read(secret).unwrap()
}

#[tokio::test]
async fn a_merchants_key_that_is_wrapped_again_opens_after_the_old_master_key_is_gone() {
    let fixture = Fixture::open().await;
    let on_table =
        |secret| Store::new(fixture.table.client().clone(), fixture.table.name(), keys(secret));
    let old = on_table(r#"{"current": "1", "1": "the secret of the tests"}"#);
    let both = on_table(r#"{"current": "2", "1": "the secret of the tests", "2": "new"}"#);
    let new = on_table(r#"{"current": "2", "2": "new"}"#);

    let second = merchant(Sector::Retail, 2);
    open_merchant(&old, &second, now()).await;
    let merchants = both.merchants(None, 1).await.unwrap();
    assert_eq!(merchants.len(), 1);
    let rest = both.merchants(merchants.first().copied(), 10).await.unwrap();
    let all: BTreeSet<_> = merchants.into_iter().chain(rest).collect();
    assert_eq!(all, BTreeSet::from([fixture.scope.settings.merchant.id, second.id]));

    for id in all {
        let sealed = old.settings_fresh(id, now()).await.unwrap();
        assert!(matches!(new.settings_fresh(id, now()).await, Err(StoreError::Corrupt(_))));
        assert!(both.rewrap_key(id).await.unwrap());
        assert!(!both.rewrap_key(id).await.unwrap(), "a second run changes nothing");
        let opened = new.settings_fresh(id, now()).await.unwrap();
        assert_eq!(opened.merchant, sealed.merchant);
        assert!(matches!(old.settings_fresh(id, now()).await, Err(StoreError::Corrupt(_))));
    }
}
