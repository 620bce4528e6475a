//! Every message that a provider accepted, newest first. The last ones are kept; the counts are of
//! all.

use crate::{App, lock};
use axum::Json;
use axum::extract::{Query, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

/// How many messages can be read again.
const KEPT: usize = 50_000;
/// How many messages a reader gets who does not say.
const SHOWN: usize = 100;
/// How many messages a reader gets at most: each is written out whole.
const MOST_SHOWN: usize = 5_000;

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

/// What becomes of a message: the address says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Delivered,
    HardBounce,
    SoftBounce,
    /// Delivered, then reported as spam.
    Spam,
    /// Delivered, then unsubscribed from.
    Unsubscribed,
    /// The operator could not route it.
    Failed,
    /// A placeholder had no value.
    Aborted,
}

/// What a provider was given for one recipient. It is written out when somebody reads it, so that a
/// batch costs one template and not one text a recipient.
pub(crate) trait Content: Send + Sync {
    fn channel(&self) -> Channel;
    fn from(&self) -> &str;
    fn to(&self) -> &str;
    /// What the sender wrote on the batch.
    fn reference(&self) -> Option<&str>;
    fn tags(&self) -> &[String];
    fn subject(&self) -> Option<String>;
    fn html(&self) -> Option<String>;
    fn text(&self) -> Option<String>;
}

/// A message that a provider accepted.
pub(crate) struct Message {
    pub(crate) content: Box<dyn Content>,
    pub(crate) provider_id: Arc<str>,
    pub(crate) at: Timestamp,
    pub(crate) outcome: Outcome,
}

/// A message as a reader gets it.
#[derive(Serialize)]
pub(crate) struct Shown {
    /// Counts from 0 in the order of acceptance.
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

/// Which messages a reader wants. What a form leaves empty is not asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// A whole address or number, its `+` or not.
    pub(crate) to: String,
    pub(crate) channel: String,
    limit: Option<usize>,
    /// Only messages accepted before the one of this number: the last of the page before.
    before: Option<u64>,
}

impl Wanted {
    fn takes(&self, number: u64, message: &Message) -> bool {
        let content = &message.content;
        self.before.is_none_or(|before| number < before)
            && (self.channel.is_empty() || self.channel == content.channel().name())
            && (self.to.is_empty() || bare(&self.to).eq_ignore_ascii_case(bare(content.to())))
    }
}

/// A `+` in an address's query is read as a space.
fn bare(address: &str) -> &str {
    address.trim().trim_start_matches('+')
}

/// All that was accepted.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Counts {
    pub(crate) emails: u64,
    pub(crate) sms: u64,
    pub(crate) distinct_recipients: usize,
    /// How many recipients got a campaign more than once, each campaign counted.
    pub(crate) doubled: u64,
}

#[derive(Default)]
pub(crate) struct Outbox(Mutex<Accepted>);

#[derive(Default)]
struct Accepted {
    kept: VecDeque<Arc<Message>>,
    counts: Counts,
    /// Digests, so that a million recipients weigh little.
    recipients: HashSet<u64>,
    /// Who got which campaign, and whether more than once.
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

    fn first_kept(&self) -> u64 {
        self.counts.emails + self.counts.sms - self.kept.len() as u64
    }
}

/// A reference is a path that ends with the batch; without one, a tag names the campaign.
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
    /// Keeps a call's messages, all of them before anybody reads.
    pub(crate) fn put(&self, messages: Vec<Message>) {
        let mut accepted = lock(&self.0);
        for message in messages {
            accepted.count(message.content.as_ref());
            accepted.kept.push_back(Arc::new(message));
        }
        let surplus = accepted.kept.len().saturating_sub(KEPT);
        accepted.kept.drain(..surplus);
    }

    /// Newest first.
    pub(crate) fn newest(&self, wanted: &Wanted) -> Vec<Shown> {
        let found: Vec<_> = {
            let accepted = lock(&self.0);
            let numbered = (accepted.first_kept()..).zip(&accepted.kept);
            let mut found: Vec<_> = numbered
                .filter(|(number, message)| wanted.takes(*number, message))
                .map(|(number, message)| (number, Arc::clone(message)))
                .collect();
            found.reverse();
            found.truncate(wanted.limit.unwrap_or(SHOWN).min(MOST_SHOWN));
            found
        };
        found.into_iter().map(|(number, message)| show(number, &message)).collect()
    }

    /// None where it was never accepted or is kept no longer.
    pub(crate) fn message(&self, number: u64) -> Option<Shown> {
        let message = {
            let accepted = lock(&self.0);
            let index = number.checked_sub(accepted.first_kept())?;
            Arc::clone(accepted.kept.get(usize::try_from(index).ok()?)?)
        };
        Some(show(number, &message))
    }

    pub(crate) fn counts(&self) -> Counts {
        let accepted = lock(&self.0);
        Counts { distinct_recipients: accepted.recipients.len(), ..accepted.counts }
    }

    pub(crate) fn clear(&self) {
        *lock(&self.0) = Accepted::default();
    }
}

fn show(number: u64, message: &Message) -> Shown {
    let content = &message.content;
    Shown {
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

pub(crate) async fn list(State(app): State<App>, Query(wanted): Query<Wanted>) -> Json<Vec<Shown>> {
    Json(app.outbox.newest(&wanted))
}

pub(crate) async fn counts(State(app): State<App>) -> Json<Value> {
    let counts = app.outbox.counts();
    Json(json!({
        "emails": counts.emails,
        "sms": counts.sms,
        "distinct_recipients": counts.distinct_recipients,
        "doubled": counts.doubled,
        "callbacks": {"brevo": app.brevo.line.figures(), "sinch": app.sinch.line.figures()},
    }))
}
