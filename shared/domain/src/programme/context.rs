//! The facts of a sale or a visit that the conditions of rules read.

use super::level::LevelCode;
use crate::{Day, EstablishmentId};

/// The facts of a sale or a visit that the conditions of rules read.
#[derive(Debug, Clone, Copy)]
pub struct EarningContext<'a> {
    /// The day printed on the receipt.
    pub day: Day,
    /// The minute of that day, in the establishment's time zone.
    pub minute: u16,
    /// The establishment.
    pub establishment: &'a EstablishmentId,
    /// The month of the member's birthday, 1 to 12, where it is known.
    pub birth_month: Option<i8>,
    /// The member's level.
    pub level: Option<&'a LevelCode>,
}
