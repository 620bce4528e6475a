//! The page of a list: the parameters `limit` and `cursor`.

use crate::problem::{FieldError, Kind, Problem};
use crate::query::Parameters;
use crate::{codes, cursor};
use serde::de::DeserializeOwned;

/// The most entries of a page.
pub const LARGEST: usize = 500;
/// The entries of a page where the request sends no `limit`.
pub const DEFAULT: usize = 50;

/// The page that a request asks for.
#[derive(Debug)]
pub struct Page<P> {
    /// The most entries of the page.
    pub limit: usize,
    /// The position after which the page begins; `None` for the first page.
    pub after: Option<P>,
}

impl<P> Default for Page<P> {
    fn default() -> Self {
        Self { limit: DEFAULT, after: None }
    }
}

impl<P: DeserializeOwned> Parameters for Page<P> {
    fn read(&mut self, name: &str, value: &str, errors: &mut Vec<FieldError>) -> bool {
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
                None => errors.push(refused()),
            },
            _ => return false,
        }
        true
    }
}

/// The refusal of a request whose cursor this API did not give.
#[must_use]
pub fn refused_cursor() -> Problem {
    Problem::fields(Kind::Malformed, vec![refused()])
}

fn refused() -> FieldError {
    let detail = "is not a cursor of ours: send it as it was given";
    FieldError::of_parameter("cursor", codes::CURSOR, detail)
}
