//! Whose data of a merchant the operator means: `mode` in the query, the live data by default.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http_edge::problem::Kind;
use http_edge::{FieldError, Page, Problem, page};
use serde::de::DeserializeOwned;
use store::Mode;

/// The mode of a request that has no other parameter.
pub(crate) struct InMode(pub(crate) Mode);

/// The mode of a request for a page.
pub(crate) struct PageInMode<P> {
    pub(crate) mode: Mode,
    pub(crate) page: Page<P>,
}

impl<S: Send + Sync> FromRequestParts<S> for InMode {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (mut mode, mut errors) = (Mode::Live, Vec::new());
        for (name, value) in page::pairs(parts, state).await? {
            if !take(&name, &value, &mut mode, &mut errors) {
                errors.push(page::refused_name(&name));
            }
        }
        if errors.is_empty() { Ok(Self(mode)) } else { Err(refused(errors)) }
    }
}

impl<P: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for PageInMode<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = page::pairs(parts, state).await?;
        let (mut mode, mut page, mut errors) = (Mode::Live, Page::default(), Vec::new());
        for (name, value) in pairs {
            if !take(&name, &value, &mut mode, &mut errors)
                && !page.take(&name, &value, &mut errors)
            {
                errors.push(page::refused_name(&name));
            }
        }
        if errors.is_empty() { Ok(Self { mode, page }) } else { Err(refused(errors)) }
    }
}

/// Takes the parameter `mode`; `false` for another one.
fn take(name: &str, value: &str, mode: &mut Mode, errors: &mut Vec<FieldError>) -> bool {
    if name != "mode" {
        return false;
    }
    match Mode::parse(value) {
        Some(read) => *mode = read,
        None => errors.push(FieldError::of_parameter(
            "mode",
            crate::codes::MODE,
            "must be live or test",
        )),
    }
    true
}

fn refused(errors: Vec<FieldError>) -> Problem {
    Problem::fields(Kind::Malformed, errors)
}
