//! Names and birth dates, as requests write them.

use domain::member::{self, NAME_LENGTH};
use domain::values::text;
use domain::{Day, DomainError, ValueError};

/// A first or last name; `None` for a blank text.
pub(super) fn name(given: Option<&str>) -> Result<Option<String>, ValueError> {
    text::optional(given.unwrap_or_default(), NAME_LENGTH)
}

/// A birth date of a living person.
pub(super) fn birth_date(given: &str, today: Day) -> Result<Day, DomainError> {
    Ok(member::birth_date(Day::parse(given)?, today)?)
}
