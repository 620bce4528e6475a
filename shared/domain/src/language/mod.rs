//! Sentences for people: one catalogue, keyed by error code, for each language.
//!
//! The API (`cashier_message`, the message of a coupon check), the reports on files and the web pages
//! read the same catalogue. No other module holds sentences for people. Sentences for developers are
//! English, and are the `Display` of the error types.

pub mod french;

use crate::{Day, DomainError, ValueError};
use std::fmt::Display;

/// A language that people are written to in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// French.
    #[default]
    French,
}

impl Language {
    /// Every code with its sentence, in the order of the codes.
    #[must_use]
    pub const fn sentences(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::French => french::SENTENCES,
        }
    }

    /// The sentence of an error code. A sentence may have placeholders, such as `{line}`: see [`fill`].
    ///
    /// A test fails where a code of the service has no sentence of its own. A code that is not in the
    /// catalogue gets a general sentence.
    #[must_use]
    pub fn sentence(self, code: &str) -> &'static str {
        let sentences = self.sentences();
        let place = sentences.binary_search_by_key(&code, |(code, _)| code);
        match (place, self) {
            (Ok(place), _) => sentences[place].1,
            (Err(_), Self::French) => french::NO_SENTENCE,
        }
    }

    /// The sentence of an error of the domain, without placeholders.
    #[must_use]
    pub fn explain(self, error: DomainError) -> String {
        let sentence = self.sentence(error.code());
        match error {
            DomainError::Value(ValueError::TooLong { limit }) => {
                fill(sentence, &[("limit", &limit)])
            }
            _ => sentence.to_owned(),
        }
    }

    /// The text before the sentence of a cell's error, with the placeholder `{column}`.
    #[must_use]
    pub const fn in_column(self) -> &'static str {
        match self {
            Self::French => french::IN_COLUMN,
        }
    }

    /// A day as people write it: `24/11/2026` in French.
    #[must_use]
    pub fn day(self, day: Day) -> String {
        match self {
            Self::French => french::ticket::date(day),
        }
    }

    /// Every column of a sales file, by its key, with its name.
    #[must_use]
    pub const fn columns(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::French => french::COLUMNS,
        }
    }

    /// The name of a column of a sales file, for people: `receipt` is “numéro ticket” in French. A key
    /// that is not in the catalogue is its own name.
    #[must_use]
    pub fn column(self, key: &'static str) -> &'static str {
        self.columns().iter().find(|(known, _)| *known == key).map_or(key, |(_, name)| name)
    }
}

/// Writes values in the place of placeholders: `("line", &12)` takes the place of `{line}`.
#[must_use]
pub fn fill(sentence: &str, values: &[(&str, &dyn Display)]) -> String {
    values.iter().fold(sentence.to_owned(), |sentence, (name, value)| {
        sentence.replace(&format!("{{{name}}}"), &value.to_string())
    })
}

#[cfg(test)]
mod tests;
