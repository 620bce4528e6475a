//! Callbacks: a provider's receipts for messages, and the oppositions that reach us through a provider.
//!
//! The signature or the token of a callback is verified first, then its body is parsed. Unknown fields and
//! unknown events are ignored, since providers add to both.

use domain::{Channel, Instant, OppositionReason};
use http::HeaderMap;

/// The reader of the callbacks to an account at a provider.
pub trait CallbackReader: Send + Sync {
    /// Whether the provider sent the callback: its token or its signature is right.
    fn is_genuine(&self, callback: &Callback<'_>) -> bool;

    /// Parses a genuine callback. [`Malformed`] where no part of the body can be read.
    fn parse(&self, callback: &Callback<'_>) -> Result<ParsedCallback, Malformed>;
}

/// A callback as it was received.
#[derive(Debug, Clone, Copy)]
pub struct Callback<'a> {
    /// The headers of the request.
    pub headers: &'a HeaderMap,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// The instant of the request.
    pub received_at: Instant,
}

impl<'a> Callback<'a> {
    /// A header as text. Empty where the request lacks the header, or where the header is no text.
    pub(crate) fn header(&self, name: &str) -> &'a str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// An event of a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The outcome of a message.
    Receipt(Receipt),
    /// A person's opposition to further messages.
    Opposition(Opposition),
    /// A text of a person that is no opposition.
    Text(InboundText),
}

/// A receipt: the outcome of a message. Providers repeat receipts and send them in any order. The same provider
/// id, address, outcome and instant is the same receipt.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The channel of the message.
    pub channel: Channel,
    /// The [`crate::Batch::reference`] of the message.
    pub reference: Option<String>,
    /// The recipient's address: an e-mail address in lower case, or a mobile in E.164.
    pub address: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The provider's identifier of the message.
    pub provider_id: Option<String>,
    /// The instant of the outcome.
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
    /// The channel that the person opposes.
    pub channel: Channel,
    /// The person's address: an e-mail address in lower case, or a mobile in E.164.
    pub address: String,
    /// The reason: an unsubscription, the word STOP or a complaint.
    pub reason: OppositionReason,
    /// The [`crate::Batch::reference`] of the message that the person answers, where the provider gives it.
    pub reference: Option<String>,
    /// The short code that received the word STOP. Merchants may share a short code.
    pub to: Option<String>,
    /// The instant of the opposition.
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

/// A text that a person sent by SMS, and that is no opposition.
#[derive(Clone, PartialEq, Eq)]
pub struct InboundText {
    /// The provider's identifier of the text.
    pub id: String,
    /// The person's mobile in E.164.
    pub address: String,
    /// The text.
    pub text: String,
    /// The [`crate::Batch::reference`] of the message that the person answers, where the provider gives it.
    pub reference: Option<String>,
    /// The short code that received the text. Merchants may share a short code.
    pub to: Option<String>,
    /// The instant of the text.
    pub at: Instant,
}

impl std::fmt::Debug for InboundText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InboundText").field("at", &self.at).finish_non_exhaustive()
    }
}

/// The outcome of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The message arrived.
    Delivered,
    /// The message did not arrive this time. After five in a row the address counts as dead.
    SoftBounced,
    /// The address does not exist.
    HardBounced,
    /// The message did not arrive.
    Failed,
    /// The message is on its way.
    Pending,
}

/// A parsed callback.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ParsedCallback {
    /// The events that concern us.
    pub events: Vec<Event>,
    /// The number of events that cannot be read, while others of the same callback can.
    pub malformed: usize,
}

/// A body that cannot be read. The same body cannot be read later either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The body is no JSON, or JSON of another shape.
    #[error("the body is not the JSON of a callback")]
    Json,
    /// An event lacks a field that every such event has.
    #[error("an event has no readable {0}")]
    Field(&'static str),
}

/// Writes a number as `+33639980012`, whether the provider writes the plus or not.
pub(crate) fn e164(number: &str) -> Option<String> {
    let digits = number.trim().trim_start_matches('+');
    let is_number =
        (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("+{digits}"))
}
