//! The health of a webhook: its successes and failures, until it is turned off.

use crate::table::attributes;
use crate::table::items;
use crate::table::write::{Write, Written};
use crate::webhook::endpoint::{CORRUPT, GIVEN_UP, Webhook, WebhookRecord};
use crate::{Store, StoreError};
use domain::webhook::Switch;
use domain::{Instant, MerchantId};

impl Store {
    /// Records that an endpoint accepted an event: 1 round trip, 1 write unit. A deleted endpoint
    /// stays deleted.
    pub async fn record_webhook_success(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        now: Instant,
    ) -> Result<(), StoreError> {
        let change = "SET last_success_at = :now REMOVE failing_since, failures";
        let change = Write::update(&webhook.key(merchant), change)
            .value(":now", attributes::text(attributes::instant_text(now)));
        self.update_health(webhook, change).await?;
        if webhook.health.failures > 0 {
            self.settings.remove(&merchant);
        }
        Ok(())
    }

    /// Records that an endpoint did not accept an event, and turns the endpoint off after too many
    /// failures. Returns `true` only where this call turned the endpoint off. 1 round trip and 1
    /// write unit, and the same again where the endpoint is turned off.
    pub async fn record_webhook_failure(
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
        let Some(updated) = self.update_health(webhook, change).await? else {
            return Ok(false);
        };
        if updated.switch != Switch::On || !updated.health.is_given_up(now) {
            return Ok(false);
        }
        let change = Write::update(&webhook.key(merchant), "SET turned_off = :given_up")
            .value(":given_up", attributes::text(GIVEN_UP));
        self.update_health(webhook, change).await?;
        self.settings.remove(&merchant);
        Ok(true)
    }

    /// The endpoint after the change; `None` where it was deleted.
    async fn update_health(
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
