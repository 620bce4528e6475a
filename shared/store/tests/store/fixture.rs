//! A merchant with an empty table.

use domain::{Instant, Sector};
use store::{Scope, Store};
use support::{Table, instant, merchant, open_merchant};

pub(crate) fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

pub(crate) struct Fixture {
    pub(crate) table: Table,
    pub(crate) store: Store,
    pub(crate) scope: Scope,
}

impl Fixture {
    pub(crate) async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { table, store, scope }
    }
}
