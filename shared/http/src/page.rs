//! Which page of a list is asked for: `limit` and `cursor`.

use crate::problem::Kind;
use crate::{FieldError, Problem, cursor};
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
        let Query(pairs) =
            Query::<Vec<(String, String)>>::from_request_parts(parts, state)
                .await
                .map_err(|_| Problem::new(Kind::Malformed, "The query cannot be read."))?;
        let mut page = Self { limit: DEFAULT, after: None };
        let mut errors = Vec::new();
        for (name, value) in pairs {
            match name.as_str() {
                "limit" => match value.parse() {
                    Ok(limit) if (1..=LARGEST).contains(&limit) => page.limit = limit,
                    _ => errors.push(FieldError::of_parameter(
                        "limit",
                        "limit",
                        format!("must be a whole number of 1 to {LARGEST}"),
                    )),
                },
                "cursor" => match cursor::decode(&value) {
                    Some(after) => page.after = Some(after),
                    None => errors.push(refused_cursor()),
                },
                _ => errors.push(FieldError::of_parameter(
                    &name,
                    "unknown_parameter",
                    "is not a parameter of this request",
                )),
            }
        }
        if errors.is_empty() { Ok(page) } else { Err(Problem::fields(Kind::Malformed, errors)) }
    }
}

/// The refusal of a cursor that was not given by us.
#[must_use]
pub fn refused_cursor() -> FieldError {
    FieldError::of_parameter("cursor", "cursor", "is not a cursor of ours: send it as it was given")
}
