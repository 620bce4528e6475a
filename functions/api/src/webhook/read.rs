//! A merchant's settings and webhooks, as the table holds them now.

use crate::context::App;
use domain::MerchantId;
use std::sync::Arc;
use store::{Settings, StoreError, Webhooks};

/// The settings of a merchant and its webhooks, read without the caches: 2 strong queries at the same time.
///
/// # Errors
/// [`StoreError::NotFound`] for a merchant that does not exist.
pub(super) async fn settings_and_webhooks(
    app: &App,
    merchant: MerchantId,
) -> Result<(Arc<Settings>, Arc<Webhooks>), StoreError> {
    let (store, now) = (app.store(), app.now());
    tokio::try_join!(store.settings_fresh(merchant, now), store.webhooks_fresh(merchant, now))
}
