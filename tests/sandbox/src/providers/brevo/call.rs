//! The body of a call, and the rules that Brevo applies to it.

use super::email::{Mailing, Template};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// The most versions of a call.
const MAX_VERSIONS: usize = 1_000;
/// The most recipients of a call, all versions together.
const MAX_RECIPIENTS: usize = 2_000;
/// The most recipients of a version.
const MAX_VERSION_RECIPIENTS: usize = 99;
/// The most bytes of the parameters of a version.
const MAX_PARAMS_BYTES: usize = 100_000;
/// The most bytes of the parameters of a call.
const MAX_TOTAL_PARAMS_BYTES: usize = 1_000_000;
/// The most characters of a sender's name.
const MAX_NAME_LENGTH: usize = 70;

/// A refused call: Brevo's code and message.
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn of(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    pub(super) fn unauthorized() -> Self {
        let message = "Key not found".to_owned();
        Self { status: StatusCode::UNAUTHORIZED, code: "unauthorized", message }
    }

    fn missing(name: &str) -> Self {
        Self::of("missing_parameter", format!("{name} is missing"))
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::of("invalid_parameter", message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({"code": self.code, "message": self.message});
        (self.status, Json(body)).into_response()
    }
}

/// The body of a call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call {
    sender: Option<Sender>,
    subject: Option<String>,
    html_content: Option<String>,
    text_content: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(rename = "messageVersions")]
    versions: Option<Vec<Version>>,
    /// The single version of a call without `messageVersions`. Its texts are the call's.
    #[serde(default)]
    to: Vec<Person>,
    #[serde(default)]
    cc: Vec<Person>,
    #[serde(default)]
    bcc: Vec<Person>,
    params: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Sender {
    email: Option<String>,
    id: Option<u64>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Person {
    email: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Version {
    to: Vec<Person>,
    cc: Vec<Person>,
    bcc: Vec<Person>,
    subject: Option<String>,
    html_content: Option<String>,
    text_content: Option<String>,
    params: Option<Box<RawValue>>,
}

impl Call {
    pub(super) fn idempotency_key(&self) -> Option<String> {
        self.headers.get("idempotencyKey").cloned()
    }

    /// Whether the call has versions, and so an answer with an identifier a version.
    pub(super) const fn has_versions(&self) -> bool {
        self.versions.is_some()
    }

    /// The versions to be sent, or the first mistake of the call.
    pub(super) fn mailings(self) -> Result<Vec<Mailing>, Refusal> {
        let global = self.template()?;
        let global_params = self.params.map(Arc::from);
        let versions = self.versions.unwrap_or_else(|| {
            vec![Version { to: self.to, cc: self.cc, bcc: self.bcc, ..Version::default() }]
        });
        if versions.is_empty() || versions.len() > MAX_VERSIONS {
            return Err(Refusal::of("out_of_range", "messageVersions has 1 to 1000 versions"));
        }
        let mailings = versions
            .into_iter()
            .map(|version| version.mailing(&global, global_params.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        if mailings.iter().map(|mailing| mailing.to.len()).sum::<usize>() > MAX_RECIPIENTS {
            return Err(Refusal::of("out_of_range", "a call has at most 2000 recipients"));
        }
        let sizes = mailings.iter().filter_map(|mailing| mailing.params.as_ref());
        if sizes.map(|params| params.get().len()).sum::<usize>() > MAX_TOTAL_PARAMS_BYTES {
            return Err(Refusal::of("out_of_range", "params are at most 1000 KB in all"));
        }
        Ok(mailings)
    }

    fn template(&self) -> Result<Arc<Template>, Refusal> {
        let sender = self.sender.as_ref().ok_or_else(|| Refusal::missing("sender"))?;
        for (name, value) in &self.headers {
            if !name.is_ascii() || name.is_empty() || value.contains(['\r', '\n']) {
                return Err(Refusal::invalid("headers are ASCII and of one line"));
            }
        }
        if self.headers.get("idempotencyKey").is_some_and(|key| !is_uuid(key)) {
            return Err(Refusal::invalid("idempotencyKey is a UUID"));
        }
        Ok(Arc::new(Template {
            from: sender.formatted()?,
            subject: present(self.subject.as_ref(), "subject")?,
            html: present(self.html_content.as_ref(), "htmlContent")?,
            text: self.text_content.clone(),
            tags: self.tags.clone(),
            custom: self.headers.get("X-Mailin-custom").cloned(),
        }))
    }
}

fn present(text: Option<&String>, name: &str) -> Result<String, Refusal> {
    text.filter(|text| !text.trim().is_empty()).cloned().ok_or_else(|| Refusal::missing(name))
}

impl Sender {
    fn formatted(&self) -> Result<String, Refusal> {
        let address = match (&self.email, self.id) {
            (Some(email), _) if is_email(email) => email.clone(),
            (Some(_), _) => return Err(Refusal::invalid("sender email is not valid")),
            (None, Some(id)) => format!("sender-{id}"),
            (None, None) => return Err(Refusal::missing("sender email or id")),
        };
        match &self.name {
            Some(name) if name.chars().count() > MAX_NAME_LENGTH => {
                Err(Refusal::of("out_of_range", "sender name has at most 70 characters"))
            }
            Some(name) => Ok(format!("{name} <{address}>")),
            None => Ok(address),
        }
    }
}

impl Version {
    fn mailing(
        self,
        global: &Arc<Template>,
        params: Option<&Arc<RawValue>>,
    ) -> Result<Mailing, Refusal> {
        if self.to.is_empty() {
            return Err(Refusal::missing("to"));
        }
        let params = self.params.map(Arc::from).or_else(|| params.cloned());
        if let Some(params) = &params {
            if !params.get().starts_with('{') {
                return Err(Refusal::invalid("params is an object"));
            }
            if params.get().len() > MAX_PARAMS_BYTES {
                return Err(Refusal::of("out_of_range", "params are at most 100 KB"));
            }
        }
        if self.text_content.is_some() && global.text.is_none() {
            return Err(Refusal::invalid("a version's textContent needs the call's"));
        }
        let template =
            if self.subject.is_none() && self.html_content.is_none() && self.text_content.is_none()
            {
                Arc::clone(global)
            } else {
                let mut own = Template::clone(global);
                own.subject = self.subject.unwrap_or(own.subject);
                own.html = self.html_content.unwrap_or(own.html);
                own.text = self.text_content.or(own.text);
                Arc::new(own)
            };
        let people = self.to.into_iter().chain(self.cc).chain(self.bcc);
        let to: Vec<String> = people.map(|person| person.email).collect();
        if to.len() > MAX_VERSION_RECIPIENTS {
            return Err(Refusal::of("out_of_range", "a version has at most 99 recipients"));
        }
        if to.iter().any(|email| !is_email(email) || email.starts_with("refused")) {
            return Err(Refusal::invalid("email is not valid in to"));
        }
        Ok(Mailing { template, to, params })
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.split('.').count() > 1
            && domain.split('.').all(|label| !label.is_empty())
            && !domain.contains('@')
            && !text.contains(|character: char| character.is_whitespace() || character.is_control())
    })
}

fn is_uuid(text: &str) -> bool {
    text.len() == Hyphenated::LENGTH && Uuid::try_parse(text).is_ok()
}
