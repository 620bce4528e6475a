//! Lots in answers: points by the day they were earned.

use crate::schema::Date;
use domain::Day;
use domain::ledger::lots::Lot;
use serde::Serialize;
use utoipa::ToSchema;

/// Points of one lot that an entry of the ledger took.
#[derive(Serialize, ToSchema)]
pub(crate) struct LotTaken {
    /// The day on which the points were earned.
    #[schema(value_type = Date)]
    earned_on: Day,
    points: i64,
}

impl LotTaken {
    pub(crate) fn all(lots: &[Lot]) -> Vec<Self> {
        lots.iter().map(|lot| Self { earned_on: lot.day, points: lot.remaining.get() }).collect()
    }
}
