//! An e-mail: its template, its parameters, and its outcome.

use crate::outbox::{Channel, Content, Outcome};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The template of a version. Versions without texts of their own share the call's template.
#[derive(Clone)]
pub(super) struct Template {
    pub(super) from: String,
    pub(super) subject: String,
    pub(super) html: String,
    pub(super) text: Option<String>,
    pub(super) tags: Vec<String>,
    /// `X-Mailin-custom`, the sender's reference of the batch.
    pub(super) custom: Option<String>,
}

/// A version: its template, its recipients and their parameters.
pub(super) struct Mailing {
    pub(super) template: Arc<Template>,
    pub(super) to: Vec<String>,
    /// The parameters as they were written. They are read when a person reads the message.
    pub(super) params: Option<Arc<RawValue>>,
}

impl Mailing {
    pub(super) fn emails(&self) -> impl Iterator<Item = Email> {
        self.to.iter().map(|to| Email {
            template: Arc::clone(&self.template),
            to: to.clone(),
            params: self.params.clone(),
        })
    }
}

/// A version for one of its recipients.
pub(super) struct Email {
    pub(super) template: Arc<Template>,
    pub(super) to: String,
    params: Option<Arc<RawValue>>,
}

impl Email {
    /// Writes the parameters into a text of the template.
    pub(super) fn render(&self, text: &str) -> String {
        match &self.params {
            Some(params) if text.contains("{{") => {
                render(text, &serde_json::from_str(params.get()).unwrap_or_default())
            }
            _ => text.to_owned(),
        }
    }
}

impl Content for Email {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn from(&self) -> &str {
        &self.template.from
    }

    fn to(&self) -> &str {
        &self.to
    }

    fn reference(&self) -> Option<&str> {
        self.template.custom.as_deref()
    }

    fn tags(&self) -> &[String] {
        &self.template.tags
    }

    fn subject(&self) -> Option<String> {
        Some(self.render(&self.template.subject))
    }

    fn html(&self) -> Option<String> {
        Some(self.render(&self.template.html))
    }

    fn text(&self) -> Option<String> {
        self.template.text.as_deref().map(|text| self.render(text))
    }
}

/// Replaces `{{params.name}}`, `{{ params.name }}` and `{{params.outer.inner}}` by their values. A placeholder without
/// a value stays visible.
fn render(template: &str, params: &Map<String, Value>) -> String {
    let mut rendered = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        rendered.push_str(before);
        let value = after.split_once("}}").and_then(|(name, after)| {
            Some((lookup(params, name.trim().strip_prefix("params.")?)?, after))
        });
        match value {
            Some((Value::String(text), after)) => {
                rendered.push_str(text);
                rest = after;
            }
            Some((value, after)) => {
                rendered.push_str(&value.to_string());
                rest = after;
            }
            None => {
                rendered.push_str("{{");
                rest = after;
            }
        }
    }
    rendered.push_str(rest);
    rendered
}

fn lookup<'p>(params: &'p Map<String, Value>, path: &str) -> Option<&'p Value> {
    let (first, rest) =
        path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = params.get(first)?;
    match rest {
        Some(rest) => lookup(value.as_object()?, rest),
        None => Some(value),
    }
}

/// The outcome of an e-mail, which the address decides.
pub(super) fn outcome(address: &str) -> Outcome {
    for (beginning, outcome) in [
        ("bounce", Outcome::HardBounce),
        ("soft", Outcome::SoftBounce),
        ("complain", Outcome::Spam),
        ("unsub", Outcome::Unsubscribed),
    ] {
        if address.starts_with(beginning) {
            return outcome;
        }
    }
    Outcome::Delivered
}
