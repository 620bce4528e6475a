//! The body of a call, and the rules that Sinch applies to it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// The most recipients of a batch.
const MAX_RECIPIENTS: usize = 1_000;
/// The most characters of a body.
const MAX_BODY_LENGTH: usize = 2_000;
/// The most characters of a reference.
const MAX_REFERENCE_LENGTH: usize = 2_048;

/// A refused call: Sinch's code and text.
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    text: String,
}

impl Refusal {
    pub(super) fn of(code: &'static str, text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, text: text.into() }
    }

    pub(super) fn unauthorized() -> Self {
        let text = "The token is not known".to_owned();
        Self { status: StatusCode::UNAUTHORIZED, code: "unauthorized", text }
    }

    pub(super) fn not_found() -> Self {
        let text = "no such batch".to_owned();
        Self { status: StatusCode::NOT_FOUND, code: "not_found", text }
    }

    pub(super) fn constraint(text: impl Into<String>) -> Self {
        Self::of("syntax_constraint_violation", text)
    }

    pub(super) fn format(text: impl Into<String>) -> Self {
        Self::of("syntax_invalid_parameter_format", text)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({"code": self.code, "text": self.text}))).into_response()
    }
}

/// The body of a call.
#[derive(Deserialize, Serialize)]
pub(super) struct Call {
    pub(super) to: Vec<String>,
    pub(super) from: String,
    pub(super) body: String,
    #[serde(rename = "type", default)]
    kind: Kind,
    /// The values of placeholders: by name, then by number or `default`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) parameters: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) delivery_report: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) send_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expire_at: Option<Timestamp>,
}

#[derive(Default, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    MtText,
}

#[derive(Default, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Report {
    #[default]
    None,
    Summary,
    Full,
    PerRecipient,
    PerRecipientFinal,
}

impl Call {
    /// Reads a body and checks it.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let call: Self = serde_json::from_slice(body).map_err(|error| {
            let text = format!("the body cannot be read: {error}");
            if error.is_data() {
                Refusal::constraint(text)
            } else {
                Refusal::of("syntax_invalid_json", text)
            }
        })?;
        call.check()?;
        Ok(call)
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.to.is_empty() || self.to.len() > MAX_RECIPIENTS {
            return Err(Refusal::constraint("to has 1 to 1000 numbers"));
        }
        if !self.to.iter().all(|to| is_e164(to)) {
            return Err(Refusal::format("a number in to is not valid"));
        }
        if !is_sender(&self.from) {
            return Err(Refusal::format("from is a number, a short code or up to 11 characters"));
        }
        if !(1..=MAX_BODY_LENGTH).contains(&self.body.chars().count()) {
            return Err(Refusal::constraint("body has 1 to 2000 characters"));
        }
        let reference = self.client_reference.as_ref();
        if reference.is_some_and(|reference| reference.chars().count() > MAX_REFERENCE_LENGTH) {
            return Err(Refusal::constraint("client_reference has at most 2048 characters"));
        }
        Ok(())
    }
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_sender(text: &str) -> bool {
    let is_code = (3..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    is_code || is_name || is_e164(text)
}
