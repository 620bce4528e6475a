//! Levels (*paliers*). A level depends on the points earned over a rolling year, not on the balance.

use crate::{Day, Points, ProgrammeError};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of calendar months of the rolling year, including the present month.
pub const ROLLING_MONTHS: i32 = 12;

/// The short code of a level: `gold`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevelCode(String);

impl LevelCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`ProgrammeError::LevelCode`] unless it is 1 to 20 lower-case letters, digits or hyphens.
    pub fn parse(text: &str) -> Result<Self, ProgrammeError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=20).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(Self(text.to_owned())) } else { Err(ProgrammeError::LevelCode) }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LevelCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::serde_as_text!(LevelCode);

/// A level of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Its code.
    pub code: LevelCode,
    /// The name that members read.
    pub name: String,
    /// The points over a rolling year from which a member has the level.
    pub from: Points,
}

/// The level of a member, and the day since when the member has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The code of the level.
    pub code: LevelCode,
    /// The day on which the member reached the level, or on which an anniversary last confirmed it.
    pub since: Day,
}
