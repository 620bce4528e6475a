//! The limits of a member.

/// The most characters of a last or first name, of a line of an address, or of a city.
pub const NAME_LENGTH: usize = 60;
/// The most blocked card numbers of one member, so that the stored person stays small.
pub const MOST_BLOCKED_CARDS: usize = 20;

/// The most characters of a postal code.
pub const POSTCODE_LENGTH: usize = 12;
