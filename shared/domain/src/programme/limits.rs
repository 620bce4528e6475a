//! The limits of a programme.

use crate::Points;

/// The most rules of one kind, so that a merchant's settings stay one small read.
pub const MOST_RULES: usize = 20;
/// The most levels.
pub const MOST_LEVELS: usize = 10;
/// The most products, and the most categories, of one rule.
pub const MOST_GOODS: usize = 50;
/// The most characters of the name of a rule or a level.
pub const NAME_LENGTH: usize = 40;
/// The most points that a rule gives at once.
pub const MOST_POINTS: u32 = 10_000;
/// The most days in which points of a sale are pending.
pub const MOST_PENDING_DAYS: u8 = 90;
/// The most months after which points expire.
pub const MOST_EXPIRY_MONTHS: u8 = 60;
/// The largest multiplier, in hundredths: ten times.
pub const MOST_HUNDREDTHS: u32 = 1_000;
/// The most visits of one day that a rule counts.
pub(crate) const MOST_VISITS_A_DAY: u8 = 24;
/// The largest daily cap, and the largest threshold of a level.
pub(crate) const MOST_COUNT: i64 = 10_000_000;
/// The most points of one sale.
pub const MOST_POINTS_OF_A_SALE: Points = Points::new(1_000_000);
/// The largest least common multiple of the `per` of a programme's rules for money. It bounds the exact fractions
/// of points: a basket of 10,000 lines of the largest amount needs less than 2^127.
pub(crate) const LARGEST_MULTIPLE: i128 = 1_000_000_000_000_000;
/// The most points that a sale may earn for each euro, where no daily cap limits them.
pub(crate) const MOST_POINTS_PER_EURO: i64 = 1_000;
/// The most points that the rules for visits give on one day, with the greatest multiplier.
pub(crate) const MOST_VISIT_POINTS_A_DAY: i64 = 10_000;
/// The fewest days of a month.
pub(crate) const SHORTEST_MONTH: u16 = 28;
