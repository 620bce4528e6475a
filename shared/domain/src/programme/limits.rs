//! The limits of a programme.

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
