//! The parameters of a query, each read by a type of its own.

use crate::codes;
use crate::problem::{FieldError, Kind, Problem};
use axum::extract::{FromRequestParts, Query as AnyQuery};
use axum::http::request::Parts;

/// Parameters that a query may hold.
pub trait Parameters: Default {
    /// Reads one parameter, or adds the error of a value that is not accepted. `false` for the name of a
    /// parameter that this type does not have.
    fn read(&mut self, name: &str, value: &str, errors: &mut Vec<FieldError>) -> bool;
}

impl<A: Parameters, B: Parameters> Parameters for (A, B) {
    fn read(&mut self, name: &str, value: &str, errors: &mut Vec<FieldError>) -> bool {
        self.0.read(name, value, errors) || self.1.read(name, value, errors)
    }
}

/// The query of a request. A parameter that no type reads is refused.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: Parameters, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = pairs(parts, state).await?;
        let (mut parameters, mut errors) = (T::default(), Vec::new());
        for (name, value) in pairs {
            if !parameters.read(&name, &value, &mut errors) {
                let detail = "is not a parameter of this request";
                errors.push(FieldError::of_parameter(&name, codes::UNKNOWN_PARAMETER, detail));
            }
        }
        if errors.is_empty() {
            Ok(Self(parameters))
        } else {
            Err(Problem::fields(Kind::Malformed, errors))
        }
    }
}

/// The names and values of a query, in their order.
async fn pairs<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<Vec<(String, String)>, Problem> {
    match AnyQuery::from_request_parts(parts, state).await {
        Ok(AnyQuery(pairs)) => Ok(pairs),
        Err(_) => Err(Problem::new(Kind::Malformed, "The query cannot be read.")),
    }
}
