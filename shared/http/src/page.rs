//! Which page of a list is asked for: `limit` and `cursor`.

use crate::problem::Kind;
use crate::{FieldError, Problem, codes, cursor};
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The most entries of a page.
pub const LARGEST: usize = 500;
/// The entries of a page where nothing is asked for.
pub const DEFAULT: usize = 50;

/// A page asked for.
#[derive(Debug)]
pub struct Page<P> {
    /// The most entries of it.
    pub limit: usize,
    /// Where it begins; `None` for the first.
    pub after: Option<P>,
}

impl<P: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Page<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = pairs(parts, state).await?;
        let mut page = Self::default();
        let mut errors = Vec::new();
        for (name, value) in pairs {
            if !page.take(&name, &value, &mut errors) {
                errors.push(refused_name(&name));
            }
        }
        if errors.is_empty() { Ok(page) } else { Err(Problem::fields(Kind::Malformed, errors)) }
    }
}

impl<P> Default for Page<P> {
    fn default() -> Self {
        Self { limit: DEFAULT, after: None }
    }
}

impl<P: DeserializeOwned> Page<P> {
    /// Takes a parameter that asks for a page, or notes what is wrong with it; `false` for another one,
    /// which is the caller's.
    pub fn take(&mut self, name: &str, value: &str, errors: &mut Vec<FieldError>) -> bool {
        match name {
            "limit" => match value.parse() {
                Ok(limit) if (1..=LARGEST).contains(&limit) => self.limit = limit,
                _ => errors.push(FieldError::of_parameter(
                    "limit",
                    codes::LIMIT,
                    format!("must be a whole number of 1 to {LARGEST}"),
                )),
            },
            "cursor" => match cursor::decode(value) {
                Some(after) => self.after = Some(after),
                None => errors.push(refused_cursor()),
            },
            _ => return false,
        }
        true
    }
}

/// The names and values of a request's query, in their order.
///
/// # Errors
/// A [`Problem`] for a query that cannot be read.
pub async fn pairs<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<Vec<(String, String)>, Problem> {
    match Query::from_request_parts(parts, state).await {
        Ok(Query(pairs)) => Ok(pairs),
        Err(_) => Err(Problem::new(Kind::Malformed, "The query cannot be read.")),
    }
}

/// The refusal of a parameter that a request does not have.
#[must_use]
pub fn refused_name(name: &str) -> FieldError {
    let detail = "is not a parameter of this request";
    FieldError::of_parameter(name, codes::UNKNOWN_PARAMETER, detail)
}

/// The refusal of a cursor that was not given by us.
#[must_use]
pub fn refused_cursor() -> FieldError {
    FieldError::of_parameter(
        "cursor",
        codes::CURSOR,
        "is not a cursor of ours: send it as it was given",
    )
}
