//! A webhook as an item: one endpoint of a merchant's software, with its recent health.

use crate::StoreError;
use crate::merchant::settings::Settings;
use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::tenant::Mode;
use crate::table::write::Write;
use crate::webhook::events::{Event, EventOrigin};
use crate::webhook::secret::WebhookSecret;
use domain::webhook::{EventType, EventTypes, Health, Reach, Switch, WebhookUrl};
use domain::{Credential, Instant, MerchantId, WebhookError, WebhookId};
use serde::{Deserialize, Serialize};

/// An endpoint to create.
pub struct NewWebhook {
    /// Its identifier.
    pub id: WebhookId,
    /// Live data or test data.
    pub mode: Mode,
    /// Where events are posted.
    pub url: WebhookUrl,
    /// The types of the events.
    pub events: EventTypes,
    /// Whether the endpoint also receives the events of files.
    pub file_events: bool,
}

/// A stored endpoint. Its secrets stay sealed until an event is signed.
#[derive(Clone)]
pub struct Webhook {
    /// Its identifier.
    pub id: WebhookId,
    /// Live data or test data.
    pub mode: Mode,
    /// Where events are posted.
    pub url: WebhookUrl,
    /// The types of the events.
    pub events: EventTypes,
    /// Whether the endpoint also receives the events of files.
    pub file_events: bool,
    /// Whether events are posted.
    pub switch: Switch,
    /// The latest successes and failures.
    pub health: Health,
    /// When it was created.
    pub created_at: Instant,
    /// The credential of the last change.
    pub changed_by: Credential,
    pub(crate) slot: u8,
    pub(crate) secret: Vec<u8>,
    /// The secret before the rotation.
    pub(crate) previous: Option<PreviousSecret>,
}

/// A rotated secret, which still signs until an instant.
#[derive(Clone)]
pub(crate) struct PreviousSecret {
    /// The sealed secret.
    pub(crate) sealed: Vec<u8>,
    /// The end of its use.
    pub(crate) until: Instant,
}

impl Webhook {
    /// Whether the endpoint receives an event, now or once it is turned on again.
    #[must_use]
    pub fn wants(&self, mode: Mode, event: &Event) -> bool {
        self.mode == mode
            && self.events.contains(event.kind)
            && (self.file_events || event.origin != EventOrigin::File)
    }

    pub(crate) fn key(&self, merchant: MerchantId) -> Key {
        keys::webhook(merchant, self.slot)
    }

    /// A write on condition that this webhook still has the slot.
    pub(crate) fn only(&self, write: Write) -> Write {
        write.condition("id = :id").value(":id", attributes::text(self.id.to_string()))
    }

    /// A write on condition that this webhook still has the slot, and on another condition.
    pub(crate) fn only_if(&self, write: Write, condition: &str) -> Write {
        self.only(write).condition(format!("id = :id AND {condition}"))
    }

    /// The secrets that sign the events of the webhook: the current secret, and the previous secret
    /// while that secret still signs. The merchant's key, which the settings hold, opens them.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where a secret does not open.
    pub fn secrets(
        &self,
        settings: &Settings,
        now: Instant,
    ) -> Result<Vec<WebhookSecret>, StoreError> {
        let previous = self.previous.as_ref().filter(|previous| now < previous.until);
        std::iter::once(&self.secret)
            .chain(previous.map(|previous| &previous.sealed))
            .map(|sealed| WebhookSecret::open(&settings.vault, self.id, sealed))
            .collect()
    }

    /// The instant until which the secret before the rotation signs. `None` where that secret no
    /// longer signs.
    #[must_use]
    pub fn previous_signs_until(&self, now: Instant) -> Option<Instant> {
        self.previous.as_ref().map(|previous| previous.until).filter(|until| now < *until)
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    file_events: bool,
    /// Absent while events are posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turned_off: Option<String>,
    created_at: String,
    /// The credential of the last change.
    by: Credential,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paused_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waiting_since: Option<String>,
}

pub(crate) const CORRUPT: StoreError = StoreError::Corrupt("webhook");

pub(crate) const OFF: &str = "off";
pub(crate) const GIVEN_UP: &str = "given_up";

impl WebhookRecord {
    pub(crate) fn new(
        merchant: MerchantId,
        slot: u8,
        new: &NewWebhook,
        secret: Vec<u8>,
        by: Credential,
        now: Instant,
    ) -> Self {
        let Key { pk, sk } = keys::webhook(merchant, slot);
        Self {
            pk,
            sk,
            id: new.id.to_string(),
            data: new.mode.as_str().to_owned(),
            address: new.url.to_string(),
            events: words(&new.events),
            file_events: new.file_events,
            turned_off: None,
            created_at: attributes::instant_text(now),
            by,
            secret,
            previous_secret: None,
            previous_until: None,
            last_success_at: None,
            last_failure_at: None,
            last_failure: None,
            failing_since: None,
            failures: None,
            paused_at: None,
            waiting_since: None,
        }
    }

    pub(crate) fn read(self) -> Result<Webhook, StoreError> {
        let instant =
            |text: Option<String>| text.as_deref().map(attributes::instant_of).transpose();
        let slot = self.sk.split('#').nth(1).and_then(|slot| slot.parse().ok()).ok_or(CORRUPT)?;
        let events =
            self.events.iter().map(|word| EventType::parse(word).ok_or(WebhookError::EventType));
        let events = events.collect::<Result<Vec<_>, _>>().and_then(EventTypes::new);
        let previous = match (self.previous_secret, instant(self.previous_until)?) {
            (Some(sealed), Some(until)) => Some(PreviousSecret { sealed, until }),
            _ => None,
        };
        Ok(Webhook {
            id: WebhookId::parse(&self.id).map_err(|_| CORRUPT)?,
            mode: Mode::parse(&self.data).ok_or(CORRUPT)?,
            // The address may be unreachable here: that is checked when it is called.
            url: WebhookUrl::parse(&self.address, Reach::Anywhere).map_err(|_| CORRUPT)?,
            events: events.map_err(|_| CORRUPT)?,
            file_events: self.file_events,
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
                paused_at: instant(self.paused_at)?,
                waiting_since: instant(self.waiting_since)?,
            },
            created_at: attributes::instant_of(&self.created_at)?,
            changed_by: self.by,
            slot,
            secret: self.secret,
            previous,
        })
    }
}

pub(crate) fn words(events: &EventTypes) -> Vec<String> {
    events.iter().map(|kind| kind.as_str().to_owned()).collect()
}
