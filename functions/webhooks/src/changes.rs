//! Changes of the table become events: kept, and queued for each endpoint that wants them.

use crate::app::{App, WebhookError};
use crate::event::event;
use domain::Instant;
use domain::webhook::Switch;
use platform::outbox;
use platform::queue::Chain;
use platform::webhook_messages::WebhookMessage;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Change, Event, StoreError, StreamRecord, Tenant};

/// A batch of the stream.
#[derive(Deserialize)]
pub struct StreamEvent {
    /// In the order in which the items of one key were changed.
    #[serde(rename = "Records")]
    pub records: Vec<serde_json::Value>,
}

/// From where on the batch is to be given again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamAnswer {
    /// The first record that is not done with; empty where all are.
    pub batch_item_failures: Vec<StreamFailure>,
}

/// A record by its number.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamFailure {
    /// Its sequence number.
    pub item_identifier: String,
}

/// What cannot be read, by what the stream calls it: a record's content stays out of queues.
#[derive(Serialize)]
struct Unread<'a> {
    sequence_number: &'a str,
    why: String,
}

/// Takes a batch of the stream. Nothing is lost where it is killed: the batch comes again, and the same
/// records make the same events. A record that no attempt can read is told to the dead letters and
/// passed over, since it would hold up all others behind it.
///
/// A query for each merchant in it at most once a minute; for the events of merchants with endpoints a
/// round trip for 25 of them and a write unit each, and a round trip for ten messages.
pub async fn take(app: &App, batch: StreamEvent, now: Instant) -> StreamAnswer {
    let first = batch.records.first().map(sequence_number).unwrap_or_default();
    match tell(app, batch.records, now).await {
        Ok(()) => StreamAnswer::default(),
        Err(error) => {
            tracing::warn!(error = %Chain(&error), "changes are to be given again");
            let failure = StreamFailure { item_identifier: first };
            StreamAnswer { batch_item_failures: vec![failure] }
        }
    }
}

async fn tell(
    app: &App,
    records: Vec<serde_json::Value>,
    now: Instant,
) -> Result<(), WebhookError> {
    let mut events: HashMap<Tenant, Vec<Event>> = HashMap::new();
    let mut messages = Vec::new();
    let mut unread = Vec::new();
    for record in records {
        let number = sequence_number(&record);
        match read(record) {
            Ok(Some((change, event))) => match endpoints(app, &change, &event, now).await {
                Ok(Some(to)) => {
                    messages.extend(to);
                    events.entry(change.tenant).or_default().push(event);
                }
                Ok(None) => {}
                Err(error) if error.is_transient() => return Err(error.into()),
                Err(error) => unread.push((number, error.to_string())),
            },
            Ok(None) => {}
            Err(why) => unread.push((number, why)),
        }
    }
    // Stored before it is queued, so that the delivery finds the event.
    for (tenant, events) in &events {
        app.store.put_events(*tenant, events).await?;
    }
    outbox::send_all(&app.sqs, &app.webhooks_queue, &messages).await?;
    let unread: Vec<_> = unread
        .iter()
        .map(|(number, why)| {
            tracing::error!(sequence_number = number, why, "a change that cannot be read");
            Unread { sequence_number: number, why: why.clone() }
        })
        .collect();
    outbox::send_all(&app.sqs, &app.changes_dead_letters, &unread).await?;
    Ok(())
}

fn read(record: serde_json::Value) -> Result<Option<(Change, Event)>, String> {
    let record: StreamRecord =
        serde_json::from_value(record).map_err(|_| "no record of a stream".to_owned())?;
    let Some(change) = record.read().map_err(|error| error.to_string())? else { return Ok(None) };
    let event = event(&change).map_err(|error| error.to_string())?;
    Ok(Some((change, event)))
}

/// The messages of an event; `None` where no endpoint wants it, not even one that is turned off.
async fn endpoints(
    app: &App,
    change: &Change,
    event: &Event,
    now: Instant,
) -> Result<Option<Vec<WebhookMessage>>, StoreError> {
    let tenant = change.tenant;
    let settings = match app.store.settings(tenant.merchant, now).await {
        Err(StoreError::NotFound(_)) => return Ok(None),
        settings => settings?,
    };
    if settings.contract_has_ended(now) {
        return Ok(None);
    }
    let wanting: Vec<_> =
        settings.webhooks.iter().filter(|webhook| webhook.wants(tenant.mode, event.kind)).collect();
    if wanting.is_empty() {
        return Ok(None);
    }
    let on = wanting.into_iter().filter(|webhook| webhook.switch == Switch::On);
    let message = on.map(|webhook| WebhookMessage::deliver(tenant, webhook.id, &event.key));
    Ok(Some(message.collect()))
}

fn sequence_number(record: &serde_json::Value) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned()
}
