//! A message of the queue holds the events of one callback.

use crate::context::App;
use crate::event::OutcomeEvent;
use crate::{inbound_texts, oppositions, receipts, soft_bounces};
use domain::Instant;
use platform::messages::ProviderEventsMessage;
use platform::queue::{self, Failed};

/// Processes the body of one message: oppositions first, since they take effect at once, then the texts
/// of persons and the receipts, then the addresses that the receipts show to be dead. An opposition that
/// fails keeps no other one from its effect. An event without a readable address is ignored, since the
/// provider will not correct it.
///
/// [`Failed::Poison`] for a body that holds no events of a provider, [`Failed::Retry`] for a call to the table that
/// failed.
pub async fn handle(app: &App, body: &str, now: Instant) -> Result<(), Failed> {
    let message: ProviderEventsMessage =
        queue::read(body, "the message holds no events of a provider")?;
    let events: Vec<_> = message.events.iter().filter_map(OutcomeEvent::read).collect();
    let unreadable = message.events.len() - events.len();
    if unreadable > 0 {
        tracing::warn!(unreadable, "events without a readable address");
    }
    let mut failed = None;
    for event in &events {
        let recorded = oppositions::record(app, &message.account, event, now).await;
        failed = recorded.err().or(failed);
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    for text in &message.texts {
        inbound_texts::store(app, &message.account, text, now).await?;
    }
    receipts::count(app, &message.account, &events, now).await?;
    soft_bounces::mark_dead_addresses(app, &message.account, &events, now).await?;
    Ok(())
}
