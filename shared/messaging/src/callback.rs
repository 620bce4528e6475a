//! What providers call back with: a receipt for a message, or somebody's opposition.
//!
//! A body is proved genuine first ([`proof`]), then read: unknown fields and unknown events are
//! passed over, since providers add to both.

pub mod brevo;
pub mod proof;
pub mod sinch;

pub use proof::{verify_bearer, verify_sinch};

use domain::{Channel, Instant, OppositionReason};

/// What a callback tells us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// What became of a message.
    Receipt(Receipt),
    /// A person wants no more.
    Opposition(Opposition),
}

/// What became of a message. Providers repeat themselves and keep no order: the same provider id,
/// address, outcome and instant is the same receipt.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// How it went.
    pub channel: Channel,
    /// [`crate::Batch::reference`], as we gave it.
    pub reference: Option<String>,
    /// Where it went: an e-mail address in lower case, or a mobile in E.164.
    pub address: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The provider's name for the message.
    pub provider_id: Option<String>,
    /// When.
    pub at: Instant,
}

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receipt")
            .field("channel", &self.channel)
            .field("reference", &self.reference)
            .field("outcome", &self.outcome)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// An opposition that came through a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Opposition {
    /// Of what.
    pub channel: Channel,
    /// Whose: an e-mail address in lower case, or a mobile in E.164.
    pub address: String,
    /// How it was said: unsubscribed, STOP or a complaint.
    pub reason: OppositionReason,
    /// [`crate::Batch::reference`] of the message it answers, where the provider tells.
    pub reference: Option<String>,
    /// The short code the word STOP was sent to; merchants may share one.
    pub to: Option<String>,
    /// When.
    pub at: Instant,
}

impl std::fmt::Debug for Opposition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opposition")
            .field("channel", &self.channel)
            .field("reason", &self.reason)
            .field("reference", &self.reference)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived.
    Delivered,
    /// It did not arrive this time; five in a row and the address is dead.
    SoftBounced,
    /// The address does not exist.
    HardBounced,
    /// It did not arrive.
    Failed,
    /// It is on its way.
    Pending,
}

/// A body that was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ProviderEvent {
    /// What it says that concerns us.
    pub events: Vec<Event>,
    /// How many of its events cannot be read, beside others that could.
    pub malformed: usize,
}

/// A body that cannot be read; sending it again changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// No JSON, or JSON of another shape.
    #[error("the body is not the JSON of a callback")]
    Json,
    /// An event without what every such event has.
    #[error("an event has no readable {0}")]
    Field(&'static str),
}

/// `+33639980012`, whether the plus was written or not.
fn e164(number: &str) -> Option<String> {
    let digits = number.trim().trim_start_matches('+');
    let is_number =
        (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("+{digits}"))
}
