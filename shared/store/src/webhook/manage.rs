//! Webhooks: creation, changes and deletion, and the rotation of their secrets.

use crate::merchant::settings::Settings;
use crate::table::attributes;
use crate::table::write::Write;
use crate::webhook::endpoint::{NewWebhook, OFF, Webhook, WebhookRecord, words};
use crate::webhook::read::Webhooks;
use crate::webhook::secret::WebhookSecret;
use crate::{Conflict, Entity, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::webhook::{EventTypes, MOST_ENDPOINTS, OVERLAP_HOURS, Switch, WebhookUrl};
use domain::{Credential, Instant, MerchantId};
use jiff::ToSpan as _;

/// The new settings of a webhook.
pub struct WebhookChange {
    /// The URL that events are posted to.
    pub url: WebhookUrl,
    /// The types of the events.
    pub events: EventTypes,
    /// Whether the endpoint also receives the events of files.
    pub file_events: bool,
    /// Whether events are posted.
    pub on: bool,
}

impl Store {
    /// Creates an endpoint and returns its secret, which is not returned again: 1 transaction of 2
    /// write units, more where another request creates one at the same moment.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the merchant has the maximum number of endpoints.
    pub async fn create_webhook(
        &self,
        settings: &Settings,
        webhooks: &Webhooks,
        new: &NewWebhook,
        by: Credential,
        now: Instant,
    ) -> Result<WebhookSecret, StoreError> {
        let merchant = settings.merchant.id;
        let secret = WebhookSecret::generate(&self.random)?;
        let sealed = secret.seal(&settings.vault, new.id)?;
        let taken = |slot: &u8| webhooks.all().iter().any(|webhook| webhook.slot == *slot);
        for slot in (1..=MOST_ENDPOINTS).filter(|slot| !taken(slot)) {
            let record = WebhookRecord::new(merchant, slot, new, sealed.clone(), by, now);
            if self.transact_one(Write::put(&record)?.if_absent()).await? {
                self.webhooks.remove(&merchant);
                return Ok(secret);
            }
        }
        Err(Conflict::TooManyWebhooks.into())
    }

    /// Changes the URL and the event types of an endpoint, and turns it on or off. An endpoint that
    /// is turned on starts without failures, and without events that wait. 1 transaction of 2 write units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it was deleted.
    pub async fn change_webhook(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        change: &WebhookChange,
        by: Credential,
    ) -> Result<(), StoreError> {
        let WebhookChange { url, events, file_events, on } = change;
        let key = webhook.key(merchant);
        let set = "SET address = :address, events = :events, file_events = :file_events, #by = :by";
        let change = match (*on, webhook.switch) {
            (true, Switch::On) | (false, Switch::GivenUp) => Write::update(&key, set),
            (true, _) => {
                let remove = "REMOVE turned_off, failing_since, failures, paused_at, waiting_since";
                Write::update(&key, format!("{set} {remove}"))
            }
            (false, _) => Write::update(&key, format!("{set}, turned_off = :off"))
                .value(":off", attributes::text(OFF)),
        };
        let change = change
            .value(":address", attributes::text(url.to_string()))
            .value(":events", list(words(events)))
            .value(":file_events", AttributeValue::Bool(*file_events));
        self.rewrite_webhook(merchant, webhook, change, by).await
    }

    /// Gives an endpoint a new secret, which is returned this once. The old secret also signs for
    /// one more day. 1 transaction of 2 write units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it was deleted.
    pub async fn rotate_webhook_secret(
        &self,
        settings: &Settings,
        webhook: &Webhook,
        by: Credential,
        now: Instant,
    ) -> Result<(WebhookSecret, Instant), StoreError> {
        let secret = WebhookSecret::generate(&self.random)?;
        let sealed = secret.seal(&settings.vault, webhook.id)?;
        let until = now + OVERLAP_HOURS.hours();
        let key = webhook.key(settings.merchant.id);
        let change = "SET previous_secret = secret, previous_until = :until, secret = :secret, \
                      #by = :by";
        let change = Write::update(&key, change)
            .value(":secret", AttributeValue::B(sealed.into()))
            .value(":until", attributes::text(attributes::instant_text(until)));
        self.rewrite_webhook(settings.merchant.id, webhook, change, by).await?;
        Ok((secret, until))
    }

    /// Deletes an endpoint. Deleting it again changes nothing. 1 round trip, 1 write unit.
    pub async fn delete_webhook(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
    ) -> Result<(), StoreError> {
        // If the condition fails, another webhook has the slot already.
        let deleted = self.write(webhook.only(Write::delete(&webhook.key(merchant)))).await;
        self.webhooks.remove(&merchant);
        deleted.map(|_| ())
    }

    async fn rewrite_webhook(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        change: Write,
        by: Credential,
    ) -> Result<(), StoreError> {
        let change = change.name("#by", "by").value(":by", attributes::text(by.to_string()));
        let is_written = self.transact_one(webhook.only(change)).await;
        self.webhooks.remove(&merchant);
        if is_written? { Ok(()) } else { Err(StoreError::NotFound(Entity::Webhook)) }
    }
}

fn list(words: Vec<String>) -> AttributeValue {
    AttributeValue::L(words.into_iter().map(AttributeValue::S).collect())
}
