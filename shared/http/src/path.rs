//! The variable segments of a path. A path with a malformed segment is answered 404, as for a resource
//! that does not exist.

use crate::problem::Problem;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
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

/// The answer names the resource after the malformed segment: `member` for `member_id`.
fn not_found(rejection: &PathRejection) -> Problem {
    if let PathRejection::FailedToDeserializePathParams(failure) = rejection
        && let ErrorKind::DeserializeError { key, .. } = failure.kind()
    {
        return Problem::not_found(key.strip_suffix("_id").unwrap_or(key));
    }
    Problem::not_found("resource")
}
