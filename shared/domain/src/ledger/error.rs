//! Why the ledger refuses an entry.

use crate::error::class::error_codes;

/// Why the ledger refuses an entry.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LedgerError {
    /// A correction of zero points, or of more than the largest correction.
    #[error("must not be 0, and must be at most 20000 points either way")]
    AdjustmentPoints,
    /// Corrections of one day of more points than a member may get or lose in a day.
    #[error("would make the corrections of this member today more than 20000 points")]
    AdjustedEnough,
    /// More points than can be spent.
    #[error("is more than the balance holds")]
    NotEnoughPoints,
}

error_codes! {
    LedgerError by Cashier {
        AdjustmentPoints => Invalid, "adjustment_points", Office;
        AdjustedEnough => Conflict, "adjusted_enough", Office;
        NotEnoughPoints => Conflict, "not_enough_points";
    }
}
