//! Who carries a message to people, and what can be known of it afterwards.

use crate::sms::SmsSender;
use crate::template::Template;
use crate::values::Values;
use domain::Instant;
use futures::future::BoxFuture;
use std::time::Duration;

/// One message to several people, handed over in one go.
#[derive(Debug, Clone)]
pub struct Batch {
    /// What a provider recognises a repeat by. The same batch, recipients and their order included,
    /// has the same key; another batch has another.
    pub key: u128,
    /// What the provider gives back in its callbacks: merchant, campaign, batch. Names no person.
    pub reference: String,
    /// What is said.
    pub message: Message,
    /// To whom, no address twice.
    pub recipients: Vec<Recipient>,
}

/// A message by its channel.
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
    /// The address it comes from, of a domain that the provider knows.
    pub sender_email: String,
    /// The name beside it.
    pub sender_name: String,
    /// Where answers go, if not there.
    pub reply_to: Option<String>,
    /// The subject, checked by [`crate::header::subject`].
    pub subject: Template,
    /// The HTML.
    pub html: Template,
    /// The plain text, for those who read no HTML.
    pub text: Option<Template>,
    /// What the provider's own statistics group by.
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
    /// What the telephone shows.
    pub sender: SmsSender,
    /// The text; a marketing one has gone through [`crate::sms::sms_with_stop`].
    pub body: Template,
    /// Whether the text and the values are written in GSM-7 as far as [`crate::fold::fold`] can.
    pub folded: bool,
}

/// One of those a batch goes to.
#[derive(Clone)]
pub struct Recipient {
    /// An e-mail address, or a mobile in E.164.
    pub address: String,
    /// What the message says of the person.
    pub values: Values,
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recipient(…)")
    }
}

/// What became of the message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The provider has it.
    Accepted {
        /// The provider's name for it, where it gave one.
        provider_id: Option<String>,
    },
    /// The provider will not have it, now or later.
    Refused {
        /// The provider's code.
        code: String,
    },
    /// Nothing was sent to this one, and may be sent again in another batch. Only beside others that
    /// were accepted: a batch of which nothing was sent is [`SendError::NotSent`].
    NotSent,
    /// It may have been sent or not. Only beside others that were accepted, as [`Verdict::NotSent`];
    /// what can be done is what [`SendError::Unknown`] says, with the whole batch.
    Uncertain,
}

/// Why there is no verdict on a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nothing was sent; the same batch may go later.
    #[error("nothing was sent: {code}")]
    NotSent {
        /// How long the provider asks to wait.
        retry_after: Option<Duration>,
        /// The provider's code, or ours.
        code: String,
    },
    /// It may have been sent, in part or whole: no answer in time, a connection lost, a 5xx. The same
    /// batch may be repeated while the provider [remembers](Provider::remembers) it, or looked for by
    /// [`Provider::find`]; otherwise its recipients stay uncertain.
    #[error("it may have been sent or not")]
    Unknown,
    /// Nothing was sent, and nothing will be until a person has acted: the key is refused, the
    /// credit is used up, or the message itself is refused whoever it goes to.
    #[error("the provider needs a person to act: {code}")]
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

/// What a provider knows of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It was accepted: the verdict on each recipient, [`Verdict::NotSent`] where it was not for them.
    Sent(Vec<Verdict>),
    /// Nothing of it was accepted.
    Absent,
    /// The provider keeps no such record, or it is too early for its absence to prove anything.
    CannotTell,
}

/// A provider of one channel.
pub trait Provider: Send + Sync {
    /// How long after the first attempt the same batch is recognised and not sent a second time.
    /// Zero where it never is.
    fn remembers(&self) -> Duration;

    /// Hands a batch over: one verdict a recipient, in their order. One round trip, or several where
    /// some recipients are refused and have to be told from the others (at most 64).
    ///
    /// # Errors
    /// [`SendError`], where all recipients share the same fate.
    fn send<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Verdict>, SendError>>;

    /// Asks for a batch that may have been sent at `since` or after. Sends nothing.
    ///
    /// # Errors
    /// [`SendError::Account`] only: where the question fails, nobody can tell.
    fn find<'a>(
        &'a self,
        batch: &'a Batch,
        since: Instant,
        now: Instant,
    ) -> BoxFuture<'a, Result<Found, SendError>>;
}
