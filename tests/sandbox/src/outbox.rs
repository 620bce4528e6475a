//! The outbox: every message that a provider accepted, newest first. Only the latest messages are stored; the counts
//! are of all messages.

use crate::lock::lock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

/// The most messages that are stored.
const MAX_STORED: usize = 50_000;
/// The messages of a page, where the reader gives no limit.
const DEFAULT_LIMIT: usize = 100;
/// The most messages of a page. Each message is rendered whole.
const MAX_LIMIT: usize = 5_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    Email,
    Sms,
}

impl Channel {
    const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// The outcome of a message. The recipient's address decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Delivered,
    HardBounce,
    SoftBounce,
    /// Delivered, then reported as spam.
    Spam,
    /// Delivered, then the recipient unsubscribed.
    Unsubscribed,
    /// The operator could not route it.
    Failed,
    /// A placeholder had no value.
    Aborted,
}

/// The content of a message for one recipient. It is rendered when a person reads it, so a batch stores one template
/// and not one text a recipient.
pub(crate) trait Content: Send + Sync {
    fn channel(&self) -> Channel;
    fn from(&self) -> &str;
    fn to(&self) -> &str;
    /// The sender's reference of the batch.
    fn reference(&self) -> Option<&str>;
    fn tags(&self) -> &[String];
    fn subject(&self) -> Option<String>;
    fn html(&self) -> Option<String>;
    fn text(&self) -> Option<String>;
}

/// An accepted message.
pub(crate) struct Message {
    pub(crate) content: Box<dyn Content>,
    pub(crate) provider_id: Arc<str>,
    pub(crate) at: Timestamp,
    pub(crate) outcome: Outcome,
}

/// A message, rendered for a reader.
#[derive(Serialize)]
pub(crate) struct MessageView {
    /// The position in the order of acceptance, from 0.
    pub(crate) number: u64,
    pub(crate) channel: Channel,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) subject: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) at: Timestamp,
    pub(crate) provider_id: Arc<str>,
    pub(crate) state: Outcome,
}

/// The messages that a reader asks for. An empty field filters nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// A whole address, or a number with or without its `+`.
    pub(crate) to: String,
    pub(crate) channel: String,
    limit: Option<usize>,
    /// Only messages before this number, which is the last of the previous page.
    before: Option<u64>,
}

impl Filter {
    fn accepts(&self, number: u64, message: &Message) -> bool {
        let content = &message.content;
        self.before.is_none_or(|before| number < before)
            && (self.channel.is_empty() || self.channel == content.channel().name())
            && (self.to.is_empty() || bare(&self.to).eq_ignore_ascii_case(bare(content.to())))
    }
}

/// An address or a number without its `+`. A `+` in a query string is read as a space.
fn bare(address: &str) -> &str {
    address.trim().trim_start_matches('+')
}

/// The counts of all accepted messages.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Counts {
    pub(crate) emails: u64,
    pub(crate) sms: u64,
    pub(crate) distinct_recipients: usize,
    /// The recipients who received a campaign more than once, each campaign counted.
    pub(crate) doubled: u64,
}

#[derive(Default)]
pub(crate) struct Outbox(Mutex<Accepted>);

#[derive(Default)]
struct Accepted {
    stored: VecDeque<Arc<Message>>,
    counts: Counts,
    /// Digests, so that a million recipients take little memory.
    recipients: HashSet<u64>,
    /// The digests of recipient and campaign, and whether the recipient received the campaign more than once.
    campaigns: HashMap<u64, bool>,
}

impl Accepted {
    fn count(&mut self, content: &dyn Content) {
        match content.channel() {
            Channel::Email => self.counts.emails += 1,
            Channel::Sms => self.counts.sms += 1,
        }
        let recipient = digest(content.to().to_ascii_lowercase());
        self.recipients.insert(recipient);
        let Some(campaign) = campaign(content) else { return };
        self.campaigns
            .entry(digest((recipient, campaign)))
            .and_modify(|doubled| {
                self.counts.doubled += u64::from(!*doubled);
                *doubled = true;
            })
            .or_insert(false);
    }

    fn first_stored(&self) -> u64 {
        self.counts.emails + self.counts.sms - self.stored.len() as u64
    }
}

/// The campaign of a message: its reference without the batch at the end, otherwise its first tag.
fn campaign(content: &dyn Content) -> Option<&str> {
    match content.reference() {
        Some(reference) => Some(reference.rsplit_once('/').map_or(reference, |(path, _)| path)),
        None => content.tags().first().map(String::as_str),
    }
}

fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Outbox {
    /// Stores the messages of a call. A reader sees all of them or none.
    pub(crate) fn put(&self, messages: Vec<Message>) {
        let mut accepted = lock(&self.0);
        for message in messages {
            accepted.count(message.content.as_ref());
            accepted.stored.push_back(Arc::new(message));
        }
        let surplus = accepted.stored.len().saturating_sub(MAX_STORED);
        accepted.stored.drain(..surplus);
    }

    /// The messages that a filter accepts, newest first.
    pub(crate) fn newest(&self, filter: &Filter) -> Vec<MessageView> {
        let found: Vec<_> = {
            let accepted = lock(&self.0);
            let numbered = (accepted.first_stored()..).zip(&accepted.stored);
            let mut found: Vec<_> = numbered
                .filter(|(number, message)| filter.accepts(*number, message))
                .map(|(number, message)| (number, Arc::clone(message)))
                .collect();
            found.reverse();
            found.truncate(filter.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT));
            found
        };
        found.into_iter().map(|(number, message)| render(number, &message)).collect()
    }

    /// A message; `None` where no such message was accepted, or it is no longer stored.
    pub(crate) fn message(&self, number: u64) -> Option<MessageView> {
        let message = {
            let accepted = lock(&self.0);
            let index = number.checked_sub(accepted.first_stored())?;
            Arc::clone(accepted.stored.get(usize::try_from(index).ok()?)?)
        };
        Some(render(number, &message))
    }

    pub(crate) fn counts(&self) -> Counts {
        let accepted = lock(&self.0);
        Counts { distinct_recipients: accepted.recipients.len(), ..accepted.counts }
    }

    pub(crate) fn clear(&self) {
        *lock(&self.0) = Accepted::default();
    }
}

fn render(number: u64, message: &Message) -> MessageView {
    let content = &message.content;
    MessageView {
        number,
        channel: content.channel(),
        from: content.from().to_owned(),
        to: content.to().to_owned(),
        subject: content.subject(),
        html: content.html(),
        text: content.text(),
        reference: content.reference().map(str::to_owned),
        tags: content.tags().to_vec(),
        at: message.at,
        provider_id: Arc::clone(&message.provider_id),
        state: message.outcome,
    }
}
