//! The client of a provider, which sends batches and looks up their outcome.

use crate::text::template::Template;
use crate::text::values::Values;
use domain::Instant;
use domain::merchant::sender::SenderId;
use futures::future::BoxFuture;
use std::time::Duration;

/// One message to several recipients, sent together.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The key by which a provider recognises a repeat. The same batch, its recipients and their order
    /// included, has the same key; another batch has another key.
    pub key: u128,
    /// The reference that the provider returns in its callbacks: merchant, campaign and batch. The reference
    /// names no person.
    pub reference: String,
    /// The message.
    pub message: Message,
    /// The recipients, no address twice.
    pub recipients: Vec<Recipient>,
}

/// A message of a channel.
#[derive(Debug, Clone)]
pub enum Message {
    /// An e-mail.
    Email(EmailMessage),
    /// An SMS.
    Sms(SmsMessage),
}

/// An e-mail.
#[derive(Clone)]
pub struct EmailMessage {
    /// The sender's address, of a domain that the provider knows.
    pub sender_email: String,
    /// The name beside the sender's address.
    pub sender_name: String,
    /// The address for answers, where it is not the sender's.
    pub reply_to: Option<String>,
    /// The subject, checked by [`crate::text::subject::subject`].
    pub subject: Template,
    /// The HTML.
    pub html: Template,
    /// The plain text, for mail programs that show no HTML.
    pub text: Option<Template>,
    /// The tag by which the provider groups its own statistics.
    pub tag: String,
}

impl std::fmt::Debug for EmailMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmailMessage").field("tag", &self.tag).finish_non_exhaustive()
    }
}

/// An SMS.
#[derive(Debug, Clone)]
pub struct SmsMessage {
    /// The sender ID that the telephone shows.
    pub sender: SenderId,
    /// The text. A marketing text has gone through [`crate::sms::stop_mention::sms_with_stop`].
    pub body: Template,
    /// Whether the text and the values are folded to GSM-7 by [`crate::text::fold::fold`].
    pub folded: bool,
}

/// A recipient of a batch.
#[derive(Clone)]
pub struct Recipient {
    /// An e-mail address, or a mobile in E.164.
    pub address: String,
    /// The recipient's values of the message's placeholders.
    pub values: Values,
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recipient(…)")
    }
}

/// The outcome of a batch for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The provider accepted the message.
    Accepted {
        /// The provider's identifier of the message, where it gave one.
        provider_id: Option<String>,
    },
    /// The provider refuses the message, now and later.
    Refused {
        /// The provider's code.
        code: String,
    },
    /// Nothing was sent to this recipient by this call, and another batch may include the recipient. A call that
    /// repeats a batch proves nothing about the first call. This verdict comes only beside accepted recipients: a
    /// batch of which nothing was sent is [`SendError::NotSent`].
    NotSent,
    /// The message may have been sent or not. From a call, this verdict comes only beside accepted recipients, and
    /// the whole batch is then treated as [`SendError::Unknown`].
    Uncertain,
}

/// Why a batch has no verdicts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nothing was sent. The same batch may be sent later.
    #[error("nothing was sent: {code}")]
    NotSent {
        /// The time that the provider asks to wait.
        retry_after: Option<Duration>,
        /// The provider's code, or ours.
        code: String,
    },
    /// The batch may have been sent, in part or whole: no answer in time, a lost connection, a 5xx. The same
    /// batch may be repeated while the provider [remembers](ProviderClient::remembers) it, or looked for by
    /// [`ProviderClient::find`]. Otherwise its recipients stay uncertain.
    #[error("the batch may have been sent or not")]
    Unknown,
    /// Nothing was sent, and nothing will be until a person has acted: the provider refuses the key, the
    /// credit is used up, or the provider refuses the message for every recipient.
    #[error("the provider's account needs a person to act: {code}")]
    Account {
        /// The provider's code, or ours.
        code: String,
    },
}

impl SendError {
    pub(crate) fn account(code: impl Into<String>) -> Self {
        Self::Account { code: code.into() }
    }
}

/// The provider's record of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The batch was accepted. There is one verdict a recipient: [`Verdict::NotSent`] for recipients that the
    /// batch did not include, and [`Verdict::Uncertain`] where recipients have other addresses by now and nobody can
    /// tell which of them the batch included.
    Sent(Vec<Verdict>),
    /// No part of the batch was accepted.
    Absent,
    /// The provider has no such record, or it is too early for an absent record to prove anything.
    CannotTell,
}

/// The client of an account at a provider.
pub trait ProviderClient: Send + Sync {
    /// The time after the first attempt during which the provider recognises the same batch and does not send
    /// it a second time. Zero for a provider that never recognises a batch.
    fn remembers(&self) -> Duration;

    /// Sends a batch: one verdict a recipient, in their order. 1 round trip; up to 64 where the provider refuses
    /// a call because of some recipients. A [`SendError`] applies to all recipients.
    fn send<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Verdict>, SendError>>;

    /// Looks for a batch that may have been sent at `since` or later. Sends nothing. The only error is
    /// [`SendError::Account`]: a look-up that fails otherwise is [`Found::CannotTell`].
    fn find<'a>(
        &'a self,
        batch: &'a Batch,
        since: Instant,
        now: Instant,
    ) -> BoxFuture<'a, Result<Found, SendError>>;
}
