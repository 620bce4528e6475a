//! The fields of forms that several pages have. A field that is not accepted gets the text that says why.

use domain::member::{self, Email, NAME_LENGTH};
use domain::values::text;
use domain::{Day, ValueError};

/// The text that says why a field is not accepted.
pub(crate) type Refusal = Option<&'static str>;

/// A name, which must be given.
pub(crate) fn name(given: &str, refusal: &mut Refusal) -> Option<String> {
    accepted(text::bounded(given, NAME_LENGTH).map(str::to_owned), refusal)
}

/// A text of at most so many characters, which may be absent.
pub(crate) fn optional_text(given: &str, longest: usize, refusal: &mut Refusal) -> Option<String> {
    accepted(text::optional(given, longest), refusal).flatten()
}

/// A birth date, which may be absent.
pub(crate) fn birth_date(given: &str, today: Day, refusal: &mut Refusal) -> Option<Day> {
    optional(given, refusal, "details-birth-date-unreadable", |given| {
        Day::parse(given).ok().and_then(|day| member::birth_date(day, today).ok())
    })
}

/// An e-mail address, which may be absent.
pub(crate) fn email(given: &str, refusal: &mut Refusal) -> Option<Email> {
    optional(given, refusal, "details-email-unreadable", |given| Email::parse(given).ok())
}

fn accepted<T>(read: Result<T, ValueError>, refusal: &mut Refusal) -> Option<T> {
    read.map_err(|why| {
        *refusal = Some(match why {
            ValueError::Empty => "details-name-empty",
            ValueError::TooLong { .. } => "details-text-too-long",
            _ => "details-name-characters",
        });
    })
    .ok()
}

fn optional<T>(
    given: &str,
    refusal: &mut Refusal,
    why: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let given = given.trim();
    if given.is_empty() {
        return None;
    }
    let read = read(given);
    if read.is_none() {
        *refusal = Some(why);
    }
    read
}
