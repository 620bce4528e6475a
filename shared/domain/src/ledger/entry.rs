//! The entries of the ledger that are not purchases. Each entry has a cause.

use crate::ledger::lots::Lot;
use crate::purchase::receipt::{Operator, Reference};
use crate::values::word_enum::word_enum;
use crate::{EstablishmentId, Instant, LedgerError, Points};

/// Who corrected a balance: a short code of the merchant's own, never a name.
pub type Author = Operator;

word_enum! {
    /// Why a balance is corrected by hand. The list is closed: a free text could hold personal data that the
    /// terms of service forbid.
    pub enum AdjustmentReason {
        /// A commercial gesture (*geste commercial*).
        Goodwill = "goodwill",
        /// The correction of a mistake.
        Correction = "correction",
        /// Points that the customer had in another programme.
        Transfer = "transfer",
        /// Points obtained by fraud are taken.
        Fraud = "fraud",
    }
}

/// A correction by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// Who corrected the balance.
    pub author: Author,
    /// Why the balance was corrected.
    pub reason: AdjustmentReason,
    /// The merchant's own reference of the correction.
    pub reference: Option<Reference>,
}

/// The largest correction. A larger one is a mistake.
pub const MOST_ADJUSTED: i64 = 20_000;

/// The points of a merchant's corrections of one day above which the operator asks the merchant. A merchant with
/// some thousand members corrects far less.
const USUAL_A_DAY: i64 = 100_000;

/// Whether the corrections of a merchant on one day, given and taken together, are unusually high.
#[must_use]
pub const fn is_unusual(points: Points) -> bool {
    points.get() > USUAL_A_DAY
}

/// Checks the points of a correction: not zero, and at most [`MOST_ADJUSTED`] either way.
///
/// # Errors
/// [`LedgerError::AdjustmentPoints`].
pub const fn adjusted(points: i64) -> Result<Points, LedgerError> {
    if points == 0 || points > MOST_ADJUSTED || points < -MOST_ADJUSTED {
        Err(LedgerError::AdjustmentPoints)
    } else {
        Ok(Points::new(points))
    }
}

/// The cause of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The person became a member.
    Welcome,
    /// The member completed the registration.
    Activation,
    /// The member's birthday.
    Birthday,
    /// A visit without a purchase, at an establishment.
    Visit(EstablishmentId),
    /// The expiry of points.
    Expiry,
    /// A correction by hand.
    Adjustment(Adjustment),
}

impl Cause {
    /// The word of the cause in the API and in the table.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Activation => "activation",
            Self::Birthday => "birthday",
            Self::Visit(_) => "visit",
            Self::Expiry => "expiry",
            Self::Adjustment(_) => "adjustment",
        }
    }

    /// Reads the word of a cause that has no other data.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let causes = [Self::Welcome, Self::Activation, Self::Birthday, Self::Expiry];
        causes.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// An entry of the ledger that is not a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The cause.
    pub cause: Cause,
    /// The points given, below zero where points were taken.
    pub points: Points,
    /// The lots that the points were taken from, each with the points taken.
    pub lots: Vec<Lot>,
    /// When it was entered.
    pub at: Instant,
}
