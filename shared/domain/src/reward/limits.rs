//! The limits of a reward.

/// The most characters of a reward's name.
pub const NAME_LENGTH: usize = 60;
/// The most points that a reward costs.
pub const MOST_POINTS: i64 = 1_000_000;
