//! The health of a webhook: its successes and failures, until it is given up.

use crate::table::attributes;
use crate::table::items;
use crate::table::write::{Write, Written};
use crate::webhook::endpoint::{CORRUPT, GIVEN_UP, Webhook, WebhookRecord};
use crate::{Store, StoreError};
use domain::webhook::Switch;
use domain::{Instant, MerchantId};

impl Store {
    /// Notes that an endpoint took an event: 1 round trip, 1 write unit. One that was deleted
    /// meanwhile is left alone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn note_webhook_success(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        now: Instant,
    ) -> Result<(), StoreError> {
        let change = "SET last_success_at = :now REMOVE failing_since, failures";
        let change = Write::update(&webhook.key(merchant), change)
            .value(":now", attributes::text(attributes::instant_text(now)));
        self.note_webhook(webhook, change).await?;
        if webhook.health.failures > 0 {
            self.settings.remove(&merchant);
        }
        Ok(())
    }

    /// Notes that an endpoint did not take an event, and turns it off where that has gone on for too
    /// long; then `true`, once. 1 round trip, 1 write unit, twice where it is turned off.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn note_webhook_failure(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        failure: &str,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let change = "SET last_failure_at = :now, last_failure = :failure, \
                      failing_since = if_not_exists(failing_since, :now) ADD failures :one";
        let change = Write::update(&webhook.key(merchant), change)
            .value(":now", attributes::text(attributes::instant_text(now)))
            .value(":failure", attributes::text(failure))
            .value(":one", attributes::number(1));
        let Some(noted) = self.note_webhook(webhook, change).await? else {
            return Ok(false);
        };
        if noted.switch != Switch::On || !noted.health.is_given_up(now) {
            return Ok(false);
        }
        let change = Write::update(&webhook.key(merchant), "SET turned_off = :given_up")
            .value(":given_up", attributes::text(GIVEN_UP));
        self.note_webhook(webhook, change).await?;
        self.settings.remove(&merchant);
        Ok(true)
    }

    /// The endpoint after the change; `None` where it is there no more.
    async fn note_webhook(
        &self,
        webhook: &Webhook,
        change: Write,
    ) -> Result<Option<Webhook>, StoreError> {
        match self.write(webhook.only(change).returning_new()).await? {
            Written::Done(item) => {
                let record: WebhookRecord = items::from_item(item.ok_or(CORRUPT)?, "webhook")?;
                record.read().map(Some)
            }
            Written::Refused => Ok(None),
        }
    }
}
