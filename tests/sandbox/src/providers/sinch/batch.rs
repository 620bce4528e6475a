//! An accepted batch, and its SMS to each recipient.

use super::call::Call;
use crate::outbox::{Channel, Content, Outcome};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

/// The lifetime of a batch without `expire_at`.
const EXPIRES_AFTER: SignedDuration = SignedDuration::from_hours(3 * 24);

/// An accepted batch.
pub(super) struct Batch {
    pub(super) plan: String,
    pub(super) id: Arc<str>,
    pub(super) created_at: Timestamp,
    pub(super) call: Call,
}

impl Batch {
    /// The batch as Sinch returns it.
    pub(super) fn answer(&self) -> Value {
        let mut answer = json!(self.call);
        let send_at = self.call.send_at.unwrap_or(self.created_at);
        let expire_at = send_at.checked_add(EXPIRES_AFTER).unwrap_or(Timestamp::MAX);
        for (name, value) in [
            ("id", json!(self.id)),
            ("canceled", json!(false)),
            ("created_at", json!(self.created_at)),
            ("modified_at", json!(self.created_at)),
            ("send_at", json!(send_at)),
            ("expire_at", json!(self.call.expire_at.unwrap_or(expire_at))),
        ] {
            answer[name] = value;
        }
        answer
    }

    /// The value of a placeholder for a number.
    fn value(&self, name: &str, to: &str) -> Option<&str> {
        let values = self.call.parameters.get(name)?;
        values.get(to).or_else(|| values.get("default")).map(String::as_str)
    }

    /// The outcome of the SMS to a number, which the number and the placeholders decide.
    pub(super) fn outcome(&self, to: &str) -> Outcome {
        if pieces(&self.call.body).any(|piece| match piece {
            Piece::Placeholder(name) => self.value(name, to).is_none(),
            Piece::Text(_) => false,
        }) {
            Outcome::Aborted
        } else if to.ends_with("99") {
            Outcome::Failed
        } else {
            Outcome::Delivered
        }
    }
}

/// A part of a body.
enum Piece<'b> {
    Text(&'b str),
    /// The name between `${` and `}`.
    Placeholder(&'b str),
}

/// The texts and placeholders of a body. A `${` without a closing brace is text.
fn pieces(body: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = body;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
            rest = after;
            return Some(Piece::Placeholder(name));
        }
        // The first character is text: a placeholder there was read above.
        let next = rest.get(1..).and_then(|tail| tail.find("${")).map_or(rest.len(), |at| at + 1);
        let (text, after) = rest.split_at(next);
        rest = after;
        Some(Piece::Text(text))
    })
}

/// A batch for one of its recipients.
pub(super) struct Sms {
    pub(super) batch: Arc<Batch>,
    pub(super) to: String,
}

impl Content for Sms {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn from(&self) -> &str {
        &self.batch.call.from
    }

    fn to(&self) -> &str {
        &self.to
    }

    fn reference(&self) -> Option<&str> {
        self.batch.call.client_reference.as_deref()
    }

    fn tags(&self) -> &[String] {
        &[]
    }

    fn subject(&self) -> Option<String> {
        None
    }

    fn html(&self) -> Option<String> {
        None
    }

    fn text(&self) -> Option<String> {
        let mut text = String::with_capacity(self.batch.call.body.len());
        for piece in pieces(&self.batch.call.body) {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Placeholder(name) => match self.batch.value(name, &self.to) {
                    Some(value) => text.push_str(value),
                    None => text.extend(["${", name, "}"]),
                },
            }
        }
        Some(text)
    }
}
