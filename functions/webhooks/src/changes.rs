//! Changes of the table become events: each event is stored, and queued for every endpoint that subscribes to
//! it.

use crate::context::{App, WebhookError};
use crate::event::event;
use crate::message::UnreadableRecord;
use domain::webhook::Switch;
use domain::{Instant, MerchantId};
use platform::messages::WebhookMessage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use store::{Change, ErrorChain, Event, StoreError, StreamRecord, Tenant, Webhooks};

/// A batch of the table's stream.
#[derive(Deserialize)]
pub struct StreamEvent {
    /// The records, in the order in which the items of one key were changed.
    #[serde(rename = "Records")]
    pub records: Vec<serde_json::Value>,
}

/// Where the stream continues.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamAnswer {
    /// The first record that is not done; empty where all records are done.
    pub batch_item_failures: Vec<StreamFailure>,
}

/// A record that is not done.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamFailure {
    /// The record's sequence number.
    pub item_identifier: String,
}

/// Handles a batch of the stream. No change is lost: after an interruption the batch is delivered again, and
/// the same records become the same events. A record that cannot be read is a permanent failure: the
/// dead-letter queue receives its sequence number, and the record is skipped, since a retry would block all
/// later records.
///
/// The endpoints are read when all changes of the batch have happened, so an endpoint gets each event since its
/// creation.
///
/// Cost: 1 query for the endpoints of each merchant of the batch. For merchants with an endpoint that subscribes to
/// an event: 1 query for the settings, at most once a minute, 1 round trip for 25 events and 1 write unit an event,
/// and 1 round trip for 10 messages.
pub async fn handle_changes(app: &App, batch: StreamEvent, now: Instant) -> StreamAnswer {
    let first = batch.records.first().map(sequence_number).unwrap_or_default();
    match store_and_queue(app, batch.records, now).await {
        Ok(()) => StreamAnswer::default(),
        Err(error) => {
            tracing::warn!(error = %ErrorChain(&error), "a batch of the stream is to be delivered again");
            let failure = StreamFailure { item_identifier: first };
            StreamAnswer { batch_item_failures: vec![failure] }
        }
    }
}

async fn store_and_queue(
    app: &App,
    records: Vec<serde_json::Value>,
    now: Instant,
) -> Result<(), WebhookError> {
    let mut endpoints = BTreeMap::new();
    let mut events: BTreeMap<Tenant, Vec<Event>> = BTreeMap::new();
    let mut messages = Vec::new();
    let mut unreadable = Vec::new();
    for record in records {
        let sequence_number = sequence_number(&record);
        match read(record) {
            Ok(Some((change, event))) => {
                match messages_of(app, &mut endpoints, &change, &event, now).await {
                    Ok(Some(of_event)) => {
                        messages.extend(of_event);
                        events.entry(change.tenant).or_default().push(event);
                    }
                    Ok(None) => {}
                    Err(error) if error.is_transient() => return Err(error.into()),
                    Err(error) => {
                        unreadable
                            .push(UnreadableRecord { sequence_number, why: error.to_string() });
                    }
                }
            }
            Ok(None) => {}
            Err(why) => unreadable.push(UnreadableRecord { sequence_number, why }),
        }
    }
    // An event is stored before it is queued, so that the delivery finds it.
    for (tenant, events) in &events {
        app.store.put_events(*tenant, events).await?;
    }
    app.webhooks.send_all(&messages).await?;
    for UnreadableRecord { sequence_number, why } in &unreadable {
        tracing::error!(sequence_number, why, "a record of the stream cannot be read");
    }
    app.dead_letters.send_all(&unreadable).await?;
    Ok(())
}

fn read(record: serde_json::Value) -> Result<Option<(Change, Event)>, String> {
    let record: StreamRecord =
        serde_json::from_value(record).map_err(|_| "not a record of a stream".to_owned())?;
    let Some(change) = record.read().map_err(|error| error.to_string())? else { return Ok(None) };
    let event = event(&change).map_err(|error| error.to_string())?;
    Ok(Some((change, event)))
}

/// The messages of an event, one for each endpoint that is on; `None` where no endpoint subscribes to the
/// event, not even one that is off.
async fn messages_of(
    app: &App,
    endpoints: &mut BTreeMap<MerchantId, Arc<Webhooks>>,
    change: &Change,
    event: &Event,
    now: Instant,
) -> Result<Option<Vec<WebhookMessage>>, StoreError> {
    let tenant = change.tenant;
    let webhooks = match endpoints.entry(tenant.merchant) {
        Entry::Occupied(read) => read.into_mut(),
        Entry::Vacant(unread) => {
            unread.insert(app.store.webhooks_fresh(tenant.merchant, now).await?)
        }
    };
    let subscribed: Vec<_> =
        webhooks.all().iter().filter(|webhook| webhook.wants(tenant.mode, event)).collect();
    if subscribed.is_empty() {
        return Ok(None);
    }
    let settings = match app.store.settings(tenant.merchant, now).await {
        Err(StoreError::NotFound(_)) => return Ok(None),
        settings => settings?,
    };
    if settings.contract_has_ended(now) {
        return Ok(None);
    }
    let on = subscribed.into_iter().filter(|webhook| webhook.switch == Switch::On);
    let messages = on.map(|webhook| WebhookMessage::deliver(tenant, webhook.id, &event.key));
    Ok(Some(messages.collect()))
}

fn sequence_number(record: &serde_json::Value) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned()
}
