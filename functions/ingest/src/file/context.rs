//! The circumstances in which a file is read.

use domain::{Day, EstablishmentId, Sector};
use jiff::tz::TimeZone;

/// The merchant, the establishment and the day of a file.
#[derive(Debug, Clone)]
pub struct Context {
    /// The sector of the merchant.
    pub sector: Sector,
    /// The establishment that printed the receipts.
    pub establishment: EstablishmentId,
    /// The zone of the establishment. A time without an offset is read in this zone.
    pub zone: TimeZone,
    /// The day in this zone. A later date is refused.
    pub today: Day,
}
