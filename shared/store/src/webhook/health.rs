//! The health of a webhook: its successes and failures, the pauses of its circuit breaker, and the
//! end of its use after days of failures.
//!
//! The item of an endpoint has a bounded write rate: at most one success a minute and instance while
//! the endpoint works, and while posts are paused one write a probe.

use crate::table::attributes;
use crate::table::items;
use crate::table::write::{Write, Written};
use crate::webhook::endpoint::{CORRUPT, GIVEN_UP, Webhook, WebhookRecord};
use crate::{Consistency, Store, StoreError};
use domain::values::calendar;
use domain::webhook::{Health, Switch};
use domain::{Instant, MerchantId};

/// The effect of a failed attempt on its endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureEffect {
    /// The failure was counted.
    Counted,
    /// This call paused the posts to the endpoint.
    Paused {
        /// The instant that the endpoint's item has: a whole second.
        at: Instant,
    },
    /// This call turned the endpoint off.
    GivenUp,
}

impl Store {
    /// Records that an endpoint accepted an event: 1 round trip, 1 write unit. A deleted endpoint
    /// stays deleted, and a pause ends only by [`Store::end_webhook_pause`].
    pub async fn record_webhook_success(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        now: Instant,
    ) -> Result<(), StoreError> {
        let change = "SET last_success_at = :now REMOVE failing_since, failures";
        let change = Write::update(&webhook.key(merchant), change)
            .value(":now", attributes::text(attributes::instant_text(now)));
        self.update_endpoint(webhook.only(change)).await?;
        if webhook.health.failures > 0 {
            self.webhooks.remove(&merchant);
        }
        Ok(())
    }

    /// Records that an endpoint did not accept an event. After too many failures posts are paused,
    /// and after days without an accepted probe the endpoint is turned off. 1 round trip and 1 write
    /// unit, and the same again for a pause or the end.
    pub async fn record_webhook_failure(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        failure: &str,
        now: Instant,
    ) -> Result<FailureEffect, StoreError> {
        let key = webhook.key(merchant);
        let now_value = attributes::text(attributes::instant_text(now));
        let change = "SET last_failure_at = :now, last_failure = :failure, \
                      failing_since = if_not_exists(failing_since, :now) ADD failures :one";
        let change = Write::update(&key, change)
            .value(":now", now_value.clone())
            .value(":failure", attributes::text(failure))
            .value(":one", attributes::number(1));
        let Some(updated) = self.update_endpoint(webhook.only(change)).await? else {
            return Ok(FailureEffect::Counted);
        };
        if updated.health.paused_at != webhook.health.paused_at {
            self.webhooks.remove(&merchant);
        }
        let Health { failing_since: Some(since), paused_at, failures, .. } = updated.health else {
            return Ok(FailureEffect::Counted);
        };
        if updated.switch != Switch::On {
            return Ok(FailureEffect::Counted);
        }
        let since = attributes::text(attributes::instant_text(since));
        // A success in between removes `failing_since`, so that the endpoint stays as it is.
        let (change, effect) = if updated.health.must_pause() {
            let change = Write::update(&key, "SET paused_at = :now").value(":now", now_value);
            let condition = "failing_since = :since AND failures >= :failures \
                             AND attribute_not_exists(paused_at) \
                             AND attribute_not_exists(turned_off)";
            let at = calendar::whole_second(now);
            (webhook.only_if(change, condition), FailureEffect::Paused { at })
        } else if let Some(paused_at) = paused_at.filter(|_| updated.health.is_given_up(now)) {
            let change = Write::update(&key, "SET turned_off = :given_up")
                .value(":given_up", attributes::text(GIVEN_UP))
                .value(":paused_at", attributes::text(attributes::instant_text(paused_at)));
            let condition = "failing_since = :since AND failures >= :failures \
                             AND paused_at = :paused_at AND attribute_not_exists(turned_off)";
            (webhook.only_if(change, condition), FailureEffect::GivenUp)
        } else {
            return Ok(FailureEffect::Counted);
        };
        let change = change.value(":since", since).value(":failures", attributes::number(failures));
        let changed = self.update_endpoint(change).await?;
        self.webhooks.remove(&merchant);
        Ok(if changed.is_some() { effect } else { FailureEffect::Counted })
    }

    /// Leaves an event to the replay at the end of the endpoint's pause. Returns the endpoint's
    /// health, or `None` where posts are no longer paused and the event is to be posted. 1 strong
    /// read, and 1 write unit where the event is the earliest that waits.
    pub async fn park_webhook_event(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        at: Instant,
    ) -> Result<Option<Health>, StoreError> {
        let key = webhook.key(merchant);
        let record: Option<WebhookRecord> = self.get_item(&key, Consistency::Strong).await?;
        let stored = record.map(WebhookRecord::read).transpose()?;
        let stored = stored.filter(|stored| stored.id == webhook.id);
        let Some(health) = stored.map(|stored| stored.health).filter(|h| h.paused_at.is_some())
        else {
            self.webhooks.remove(&merchant);
            return Ok(None);
        };
        if health.waiting_since.is_some_and(|since| since <= at) {
            return Ok(Some(health));
        }
        let condition = "attribute_exists(paused_at) \
                         AND (attribute_not_exists(waiting_since) OR waiting_since > :at)";
        let change = Write::update(&key, "SET waiting_since = :at")
            .value(":at", attributes::text(attributes::instant_text(at)));
        match self.update_endpoint(webhook.only_if(change, condition)).await? {
            Some(updated) => Ok(Some(updated.health)),
            // The pause has ended, or an earlier event waits since a moment ago.
            None => Err(StoreError::Busy),
        }
    }

    /// Takes over the probes of a pause whose next probe was lost: 1 write unit. `false` where
    /// another call took them over.
    pub async fn claim_webhook_probe(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        health: &Health,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let (Some(paused_at), Some(last)) = (health.paused_at, health.last_failure_at) else {
            return Ok(false);
        };
        let change = Write::update(&webhook.key(merchant), "SET last_failure_at = :now")
            .value(":now", attributes::text(attributes::instant_text(now)))
            .value(":last", attributes::text(attributes::instant_text(last)))
            .value(":paused_at", attributes::text(attributes::instant_text(paused_at)));
        let condition = "last_failure_at = :last AND paused_at = :paused_at";
        Ok(self.update_endpoint(webhook.only_if(change, condition)).await?.is_some())
    }

    /// Ends the pause that `webhook` shows: 1 write unit. With `accepted_at`, the endpoint accepted
    /// a probe. Without it, no event waits that could be a probe: the failures stay, so that one
    /// more failure pauses posts again. Returns the health after it, or `None` where the pause has
    /// changed meanwhile.
    pub async fn end_webhook_pause(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        accepted_at: Option<Instant>,
    ) -> Result<Option<Health>, StoreError> {
        let Some(paused_at) = webhook.health.paused_at else { return Ok(None) };
        let key = webhook.key(merchant);
        let change = match (accepted_at, webhook.health.waiting_since) {
            (Some(at), _) => {
                let change = "SET last_success_at = :now REMOVE paused_at, failing_since, failures";
                let change = Write::update(&key, change)
                    .value(":now", attributes::text(attributes::instant_text(at)));
                webhook.only_if(change, "paused_at = :paused_at")
            }
            (None, Some(since)) => {
                let change = Write::update(&key, "REMOVE paused_at")
                    .value(":since", attributes::text(attributes::instant_text(since)));
                webhook.only_if(change, "paused_at = :paused_at AND waiting_since = :since")
            }
            (None, None) => {
                let condition = "paused_at = :paused_at AND attribute_not_exists(waiting_since)";
                webhook.only_if(Write::update(&key, "REMOVE paused_at"), condition)
            }
        };
        let paused_at = attributes::text(attributes::instant_text(paused_at));
        let ended = self.update_endpoint(change.value(":paused_at", paused_at)).await?;
        self.webhooks.remove(&merchant);
        Ok(ended.map(|webhook| webhook.health))
    }

    /// Forgets the events that waited since an instant, once they are queued again: 1 write unit.
    /// Where posts are paused again, or an earlier event waits, the instant stays.
    pub async fn forget_waiting_events(
        &self,
        merchant: MerchantId,
        webhook: &Webhook,
        since: Instant,
    ) -> Result<(), StoreError> {
        let change = Write::update(&webhook.key(merchant), "REMOVE waiting_since")
            .value(":since", attributes::text(attributes::instant_text(since)));
        let condition = "waiting_since = :since AND attribute_not_exists(paused_at)";
        self.update_endpoint(webhook.only_if(change, condition)).await.map(|_| ())
    }

    /// The endpoint after the change; `None` where the change was refused.
    async fn update_endpoint(&self, change: Write) -> Result<Option<Webhook>, StoreError> {
        match self.write(change.returning_new()).await? {
            Written::Done(item) => {
                let record: WebhookRecord = items::from_item(item.ok_or(CORRUPT)?, "webhook")?;
                record.read().map(Some)
            }
            Written::Refused => Ok(None),
        }
    }
}
