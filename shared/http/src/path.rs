//! The variable segments of a path. A path with a malformed segment is answered 404, as for a resource
//! that does not exist.

use crate::problem::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::ValueError;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, MapDeserializer};

/// The variable segments of a path, as a struct with a field for each. Each field is read from a text.
#[derive(Debug)]
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Ok(segments) = RawPathParams::from_request_parts(parts, state).await else {
            return Err(Problem::not_found("resource"));
        };
        let segments = MapDeserializer::<_, Error>::new(segments.iter());
        let read = serde_path_to_error::deserialize(segments);
        read.map(Self).map_err(|error| not_found(&error.path().to_string()))
    }
}

/// The answer names the resource after the malformed segment, `member` for `member_id`, and the segment.
fn not_found(segment: &str) -> Problem {
    let error = ValueError::Identifier;
    match segment.strip_suffix("_id") {
        Some(name) => {
            Problem::not_found(name).at_parameter(segment, error.into(), &error.to_string())
        }
        None => Problem::not_found("resource"),
    }
}
