//! What a member has earned on a day so far, for the limits of a day.

use crate::{Day, Points};

/// The points that a member earned on a day so far, and the visits of that day. Neither is below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    /// The day.
    pub day: Day,
    /// Points that sales and visits gave, less those taken back with a sale.
    pub earned: Points,
    /// Sales, and visits without a sale, that gave points.
    pub visits: u32,
}

impl DayCount {
    /// A day without sales and visits.
    #[must_use]
    pub const fn new(day: Day) -> Self {
        Self { day, earned: Points::ZERO, visits: 0 }
    }
}
