//! A merchant's endpoints: part of its settings, with how they have answered of late.

use crate::table::items;
use crate::table::keys::{self, Key, Mode};
use crate::table::transaction::TransactionOutcome;
use crate::table::write::{Write, Written};
use crate::{Conflict, Entity, Settings, Store, StoreError, WebhookSecret};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::webhook::{
    EventType, EventTypes, Health, MOST_ENDPOINTS, OVERLAP_HOURS, Reach, Switch, WebhookUrl,
};
use domain::{Instant, MerchantId, WebhookId};
use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};

/// An endpoint to enter.
pub struct NewWebhook {
    /// Its identifier.
    pub id: WebhookId,
    /// Whose events: the live data's or the tests'.
    pub mode: Mode,
    /// Where they are posted.
    pub url: WebhookUrl,
    /// Which.
    pub events: EventTypes,
}

/// An endpoint as it is stored; its secrets stay sealed until something is signed.
#[derive(Clone)]
pub struct Webhook {
    /// Its identifier.
    pub id: WebhookId,
    /// Whose events: the live data's or the tests'.
    pub mode: Mode,
    /// Where they are posted.
    pub url: WebhookUrl,
    /// Which.
    pub events: EventTypes,
    /// Whether they are.
    pub switch: Switch,
    /// How it has answered of late.
    pub health: Health,
    /// When it was entered.
    pub created_at: Instant,
    slot: u8,
    secret: Vec<u8>,
    /// The one before the rotation, and until when it signs too.
    previous: Option<(Vec<u8>, Instant)>,
}

impl Webhook {
    /// Whether an event of a tenant's is its to be told, now or once it is turned on again.
    #[must_use]
    pub fn wants(&self, mode: Mode, kind: EventType) -> bool {
        self.mode == mode && self.events.contains(kind)
    }

    fn key(&self, merchant: MerchantId) -> Key {
        keys::webhook(merchant, self.slot)
    }

    /// A write of the slot that passes only while this webhook has the slot.
    fn only(&self, write: Write) -> Write {
        write.condition("id = :id").value(":id", items::text(self.id.to_string()))
    }

    /// Until when the secret before the rotation signs too, where it does.
    #[must_use]
    pub fn previous_signs_until(&self, now: Instant) -> Option<Instant> {
        self.previous.as_ref().map(|(_, until)| *until).filter(|until| now < *until)
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct WebhookRecord {
    pk: String,
    sk: String,
    id: String,
    data: String,
    address: String,
    events: Vec<String>,
    /// Absent while events are posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turned_off: Option<String>,
    created_at: String,
    #[serde(with = "serde_bytes")]
    secret: Vec<u8>,
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Option::is_none")]
    previous_secret: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous_until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_success_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_failure_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failing_since: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failures: Option<u64>,
}

const CORRUPT: StoreError = StoreError::Corrupt("webhook");
const UNKNOWN: StoreError = StoreError::NotFound(Entity::Webhook);

const OFF: &str = "off";
const GIVEN_UP: &str = "given_up";

impl WebhookRecord {
    pub(crate) fn read(self) -> Result<Webhook, StoreError> {
        let instant = |text: Option<String>| text.as_deref().map(items::instant_of).transpose();
        let slot = self.sk.split('#').nth(1).and_then(|slot| slot.parse().ok()).ok_or(CORRUPT)?;
        let events = self.events.iter().map(|word| EventType::parse(word));
        let events = events.collect::<Result<Vec<_>, _>>().and_then(EventTypes::new);
        let previous = match (self.previous_secret, instant(self.previous_until)?) {
            (Some(secret), Some(until)) => Some((secret, until)),
            _ => None,
        };
        Ok(Webhook {
            id: WebhookId::parse(&self.id).map_err(|_| CORRUPT)?,
            mode: Mode::parse(&self.data).ok_or(CORRUPT)?,
            // What may be reached is asked when it is called.
            url: WebhookUrl::parse(&self.address, Reach::Anywhere).map_err(|_| CORRUPT)?,
            events: events.map_err(|_| CORRUPT)?,
            switch: match self.turned_off.as_deref() {
                None => Switch::On,
                Some(OFF) => Switch::Off,
                Some(GIVEN_UP) => Switch::GivenUp,
                Some(_) => return Err(CORRUPT),
            },
            health: Health {
                last_success_at: instant(self.last_success_at)?,
                last_failure_at: instant(self.last_failure_at)?,
                last_failure: self.last_failure,
                failing_since: instant(self.failing_since)?,
                failures: self.failures.unwrap_or_default(),
            },
            created_at: items::instant_of(&self.created_at)?,
            slot,
            secret: self.secret,
            previous,
        })
    }
}

impl Settings {
    /// An endpoint of the merchant's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn webhook(&self, id: WebhookId) -> Result<&Webhook, StoreError> {
        self.webhooks.iter().find(|webhook| webhook.id == id).ok_or(UNKNOWN)
    }

    /// What an endpoint's events are signed with: its secret, and the one before while it signs too.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where a secret does not open.
    pub fn webhook_secrets(
        &self,
        webhook: &Webhook,
        now: Instant,
    ) -> Result<Vec<WebhookSecret>, StoreError> {
        let previous = webhook.previous.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(&webhook.secret)
            .chain(previous.map(|(secret, _)| secret))
            .map(|sealed| WebhookSecret::open(&self.vault, webhook.id, sealed))
            .collect()
    }
}

impl Store {
    /// Enters an endpoint and tells its secret, which is told never again: 1 transaction of 2 write
    /// units, more where others enter one at the same moment.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the merchant has as many as it may.
    pub async fn create_webhook(
        &self,
        settings: &Settings,
        new: &NewWebhook,
        now: Instant,
    ) -> Result<WebhookSecret, StoreError> {
        let merchant = settings.merchant.id;
        let secret = WebhookSecret::generate()?;
        let sealed = secret.seal(&settings.vault, new.id)?;
        let taken = |slot: &u8| settings.webhooks.iter().any(|webhook| webhook.slot == *slot);
        for slot in (1..=MOST_ENDPOINTS).filter(|slot| !taken(slot)) {
            let Key { pk, sk } = keys::webhook(merchant, slot);
            let record = WebhookRecord {
                pk,
                sk,
                id: new.id.to_string(),
                data: new.mode.as_str().to_owned(),
                address: new.url.to_string(),
                events: words(&new.events),
                turned_off: None,
                created_at: items::instant_text(now),
                secret: sealed.clone(),
                previous_secret: None,
                previous_until: None,
                last_success_at: None,
                last_failure_at: None,
                last_failure: None,
                failing_since: None,
                failures: None,
            };
            if self.transact_one(Write::put(&record)?.if_absent()).await?.is_committed() {
                self.settings.remove(&merchant);
                return Ok(secret);
            }
        }
        Err(Conflict::TooManyWebhooks.into())
    }

    /// Changes where and of what an endpoint is told, and whether it is. One that is turned on begins
    /// with a clean record. 1 transaction of 2 write units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it was deleted meanwhile.
    pub async fn change_webhook(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        (url, events, on): (&WebhookUrl, &EventTypes, bool),
    ) -> Result<(), StoreError> {
        let key = webhook.key(merchant);
        let set = "SET address = :address, events = :events";
        let change = match (on, webhook.switch) {
            (true, Switch::On) | (false, Switch::GivenUp) => Write::update(&key, set),
            (true, _) => {
                Write::update(&key, format!("{set} REMOVE turned_off, failing_since, failures"))
            }
            (false, _) => Write::update(&key, format!("{set}, turned_off = :off"))
                .value(":off", items::text(OFF)),
        };
        let change = change
            .value(":address", items::text(url.to_string()))
            .value(":events", list(words(events)));
        self.rewrite_webhook(merchant, webhook, change).await
    }

    /// Gives an endpoint another secret, told this once; the one before signs too for a day. 1
    /// transaction of 2 write units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it was deleted meanwhile.
    pub async fn rotate_webhook_secret(
        &self,
        settings: &Settings,
        webhook: &Webhook,
        now: Instant,
    ) -> Result<(WebhookSecret, Instant), StoreError> {
        let secret = WebhookSecret::generate()?;
        let sealed = secret.seal(&settings.vault, webhook.id)?;
        let until = now + OVERLAP_HOURS.hours();
        let key = webhook.key(settings.merchant.id);
        let change = "SET previous_secret = secret, previous_until = :until, secret = :secret";
        let change = Write::update(&key, change)
            .value(":secret", AttributeValue::B(sealed.into()))
            .value(":until", items::text(items::instant_text(until)));
        self.rewrite_webhook(settings.merchant.id, webhook, change).await?;
        Ok((secret, until))
    }

    /// Deletes an endpoint. Deleting again changes nothing. 1 round trip, 1 write unit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn delete_webhook(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
    ) -> Result<(), StoreError> {
        // Where the condition does not hold, another webhook has the slot already.
        let deleted = self.write(webhook.only(Write::delete(&webhook.key(merchant)))).await;
        self.settings.remove(&merchant);
        deleted.map(|_| ())
    }

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
            .value(":now", items::text(items::instant_text(now)));
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
            .value(":now", items::text(items::instant_text(now)))
            .value(":failure", items::text(failure))
            .value(":one", items::number(1));
        let Some(noted) = self.note_webhook(webhook, change).await? else {
            return Ok(false);
        };
        if noted.switch != Switch::On || !noted.health.is_given_up(now) {
            return Ok(false);
        }
        let change = Write::update(&webhook.key(merchant), "SET turned_off = :given_up")
            .value(":given_up", items::text(GIVEN_UP));
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

    async fn rewrite_webhook(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        change: Write,
    ) -> Result<(), StoreError> {
        let outcome = self.transact_one(webhook.only(change)).await?;
        self.settings.remove(&merchant);
        match outcome {
            TransactionOutcome::Committed => Ok(()),
            TransactionOutcome::Cancelled(cancelled) if cancelled.any_failed() => Err(UNKNOWN),
            TransactionOutcome::Cancelled(_) => Err(StoreError::Busy),
        }
    }
}

fn words(events: &EventTypes) -> Vec<String> {
    events.iter().map(|kind| kind.as_str().to_owned()).collect()
}

fn list(words: Vec<String>) -> AttributeValue {
    AttributeValue::L(words.into_iter().map(AttributeValue::S).collect())
}
