//! The limits of a reward.

/// The most characters of a reward's name.
pub const NAME_LENGTH: usize = 60;
/// The most of a reward that has a stock. Each piece is a write to the stock's item, so this number bounds these
/// writes. A reward without a stock is not counted.
pub const MOST_STOCK: u32 = 100_000;
/// The most points that a reward costs.
pub const MOST_POINTS: i64 = 1_000_000;
