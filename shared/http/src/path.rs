//! The variable segments of a path. A path with a malformed segment is answered 404, as for a resource
//! that does not exist.

use crate::codes;
use crate::problem::Problem;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::ValueError;
use serde::de::DeserializeOwned;

/// The variable segments of a path, as a struct with a field for each.
#[derive(Debug)]
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(rejection) => Err(not_found(&rejection)),
        }
    }
}

/// The answer names the resource after the malformed segment, `member` for `member_id`, and the words that a
/// segment of fixed words accepts.
fn not_found(rejection: &PathRejection) -> Problem {
    if let PathRejection::FailedToDeserializePathParams(failure) = rejection
        && let ErrorKind::DeserializeError { key, message, .. } = failure.kind()
    {
        let (name, identifier) = match key.strip_suffix("_id") {
            Some(name) => (name, Some(ValueError::Identifier)),
            None => (key.as_str(), None),
        };
        let problem = Problem::not_found(name);
        return match (identifier, message.split_once(", expected ")) {
            (Some(error), _) => problem.at_parameter(key, error.into(), error.to_string()),
            (None, Some((_, words))) => {
                let words = words.strip_prefix("one of ").unwrap_or(words);
                problem.at_parameter(key, codes::UNKNOWN_VALUE, format!("must be one of {words}"))
            }
            (None, None) => problem,
        };
    }
    Problem::not_found("resource")
}
