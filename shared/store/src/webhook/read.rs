//! A merchant's webhooks. One query reads them all, and an instance caches them for a minute.
//!
//! They are no part of the settings: a function that does not use webhooks reads no endpoint and no
//! sealed secret.

use crate::table::keys;
use crate::webhook::endpoint::{Webhook, WebhookRecord};
use crate::{Consistency, Entity, Store, StoreError};
use domain::{Instant, MerchantId, WebhookId};
use std::sync::Arc;

/// The webhooks of a merchant, live and test.
pub struct Webhooks(Vec<Webhook>);

impl Webhooks {
    /// Every webhook.
    #[must_use]
    pub fn all(&self) -> &[Webhook] {
        &self.0
    }

    /// The webhook with an identifier.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the merchant has no such webhook.
    pub fn find(&self, id: WebhookId) -> Result<&Webhook, StoreError> {
        let found = self.0.iter().find(|webhook| webhook.id == id);
        found.ok_or(StoreError::NotFound(Entity::Webhook))
    }
}

impl Store {
    /// A merchant's webhooks, at most a minute old: no call while they are cached, otherwise 1
    /// query (1 read unit for each 4 KB). A merchant that does not exist has none.
    pub async fn webhooks(
        &self,
        merchant: MerchantId,
        now: Instant,
    ) -> Result<Arc<Webhooks>, StoreError> {
        match self.webhooks.get(&merchant, now) {
            Some(webhooks) => Ok(webhooks),
            None => self.webhooks_fresh(merchant, now).await,
        }
    }

    /// As [`Store::webhooks`], without the cache: 1 strong query, 1 read unit for each 4 KB.
    pub async fn webhooks_fresh(
        &self,
        merchant: MerchantId,
        now: Instant,
    ) -> Result<Arc<Webhooks>, StoreError> {
        let (partition, prefix) = (keys::webhooks_partition(merchant), keys::WEBHOOK_PREFIX);
        let stored = self.query_all(partition, prefix, Consistency::Strong, "webhook").await?;
        let webhooks = stored.into_iter().map(WebhookRecord::read).collect::<Result<_, _>>()?;
        let webhooks = Arc::new(Webhooks(webhooks));
        self.webhooks.insert(merchant, Arc::clone(&webhooks), now);
        Ok(webhooks)
    }
}
