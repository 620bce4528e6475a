//! The page of a list: the parameters `limit` and `cursor`.

use crate::codes;
use crate::cursor::Cursor;
use crate::problem::{FieldError, Kind, Problem};
use crate::query::Parameters;
use serde::de::DeserializeOwned;
use store::Scope;

/// The most entries of a page.
pub const LARGEST: usize = 500;
/// The entries of a page where the request sends no `limit`.
pub const DEFAULT: usize = 50;

/// The page that a request asks for.
#[derive(Debug)]
pub struct Page {
    /// The most entries of the page.
    pub limit: usize,
    cursor: Option<Cursor>,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: DEFAULT, cursor: None }
    }
}

impl Page {
    /// The position after which the page begins; `None` for the first page. `list` is the name by which
    /// [`crate::cursor::next`] sealed the position.
    ///
    /// # Errors
    /// The refusal of a cursor that this API did not give for this list of the tenant.
    pub fn after<P: DeserializeOwned>(
        &self,
        scope: &Scope,
        list: &str,
    ) -> Result<Option<P>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        match cursor.open(scope, list) {
            Some(position) => Ok(Some(position)),
            None => Err(Problem::fields(Kind::Malformed, vec![refused()])),
        }
    }
}

impl Parameters for Page {
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
            "cursor" => match Cursor::read(value) {
                Some(cursor) => self.cursor = Some(cursor),
                None => errors.push(refused()),
            },
            _ => return false,
        }
        true
    }
}

fn refused() -> FieldError {
    let detail = "is not a cursor of ours: send it as it was given";
    FieldError::of_parameter("cursor", codes::CURSOR, detail)
}
