//! Reads the fields of a request into the domain's types, and collects the errors of all fields.

use crate::codes::Code;
use crate::problem::{FieldError, Kind, Problem};
use domain::{DomainError, InvalidField};

/// The most errors of a refusal. A body may have a mistake in each of many thousand entries, and the answer to it
/// must stay small.
pub const MOST_ERRORS: usize = 100;

/// The errors found so far, of which the first [`MOST_ERRORS`] are kept. `check` returns `None` for a field that is
/// not accepted, so that one `let … else` over all fields either has every value or returns [`Fields::refuse`].
#[derive(Default)]
pub struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// The value, or `None` and an error of the field at `pointer`.
    pub fn check<T, E: Into<DomainError>>(
        &mut self,
        pointer: &str,
        read: Result<T, E>,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(pointer, error.into());
                None
            }
        }
    }

    /// As [`Fields::check`], for an optional field: `Some(None)` where it is absent.
    pub fn check_given<T, V, E: Into<DomainError>>(
        &mut self,
        pointer: &str,
        given: Option<T>,
        read: impl FnOnce(T) -> Result<V, E>,
    ) -> Option<Option<V>> {
        match given {
            None => Some(None),
            Some(given) => self.check(pointer, read(given)).map(Some),
        }
    }

    /// As [`Fields::check`], for a parameter of the path.
    pub fn check_parameter<T, E: Into<DomainError>>(
        &mut self,
        name: &str,
        read: Result<T, E>,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                let error = error.into();
                let field = FieldError::of_parameter(name, error.into(), error.to_string());
                self.add(field.explained(error));
                None
            }
        }
    }

    /// Adds an error that no type of the domain has.
    pub fn note(&mut self, pointer: &str, code: Code, detail: impl Into<String>) {
        self.add(FieldError::of_body(pointer, code, detail));
    }

    fn add(&mut self, error: FieldError) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }

    /// Notes a field that a type of the domain does not accept. `prefix` is the place of the document in the
    /// body: empty for the whole body.
    pub fn note_invalid(&mut self, prefix: &str, field: &InvalidField) {
        let InvalidField { pointer, error } = field;
        self.push(&format!("{prefix}{pointer}"), *error);
    }

    fn push(&mut self, pointer: &str, error: DomainError) {
        let field = FieldError::of_body(pointer, error.into(), error.to_string());
        self.add(field.explained(error));
    }

    /// Whether there is no error.
    #[must_use]
    pub fn all_accepted(&self) -> bool {
        self.errors.is_empty()
    }

    /// The refusal with all errors.
    #[must_use]
    pub fn refuse(self) -> Problem {
        Problem::fields(Kind::Unprocessable, self.errors)
    }
}
