//! What an instance of the function holds, and what it does with a message.

use crate::{oppositions, receipts, soft_bounces};
use domain::member::Email;
use domain::{Channel, Instant, Mobile};
use platform::messages::{EventKind, ProviderEvent, ProviderEventsMessage};
use platform::queue::Failed;
use store::{MessageAddress, Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
}

/// Why a message was not dealt with to its end; it comes again.
#[derive(Debug, thiserror::Error)]
pub enum OutcomeError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OutcomeError> for Failed {
    fn from(error: OutcomeError) -> Self {
        Self::retry(error)
    }
}

/// Deals with the body of one message: oppositions first, since they hold at once, then receipts, then
/// the addresses that these show to be dead.
/// An address or a reference that is none of ours is passed over: the provider will not mend it.
///
/// # Errors
/// [`Failed::Poison`] for a body that is none of ours, [`Failed::Retry`] for what may pass.
pub async fn handle(app: &App, body: &str, now: Instant) -> Result<(), Failed> {
    let message: ProviderEventsMessage =
        serde_json::from_str(body).map_err(|_| Failed::Poison("nothing that was told"))?;
    let mut unreadable = 0_usize;
    let mut read = Vec::with_capacity(message.events.len());
    for told in &message.events {
        match address(told) {
            Some(address) => read.push((address, told)),
            None => unreadable += 1,
        }
    }
    if unreadable > 0 {
        tracing::warn!(unreadable, "addresses that are none");
    }
    for (address, told) in &read {
        if !matches!(told.what, EventKind::Delivered | EventKind::SoftBounced | EventKind::Failed) {
            oppositions::oppose(app, &message.account, address, told, now).await?;
        }
    }
    receipts::count(app, &read, now).await?;
    soft_bounces::oppose(app, &read, now).await?;
    Ok(())
}

fn address(told: &ProviderEvent) -> Option<MessageAddress> {
    match Channel::parse(&told.channel)? {
        Channel::Email => Email::parse(&told.address).ok().map(MessageAddress::Email),
        Channel::Sms => Mobile::parse(&told.address).ok().map(MessageAddress::Mobile),
        Channel::Postal => None,
    }
}
