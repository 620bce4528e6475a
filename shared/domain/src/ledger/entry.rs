//! Entries of the ledger that are no purchase, each with its cause.

use crate::ledger::lots::Lot;
use crate::purchase::receipt::{Operator, Reference};
use crate::{EstablishmentId, Instant, LedgerError, Points};

/// Who corrected a balance: a short code of the merchant's own, never a name.
pub type Author = Operator;

/// Why a balance was corrected. A closed list, so that no note invites what the terms forbid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A gesture towards the customer.
    Goodwill,
    /// A mistake is put right.
    Correction,
    /// What the customer had in another programme.
    Transfer,
    /// Points got by fraud are taken.
    Fraud,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Goodwill, Self::Correction, Self::Transfer, Self::Fraud];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Goodwill => "goodwill",
            Self::Correction => "correction",
            Self::Transfer => "transfer",
            Self::Fraud => "fraud",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// A correction by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// By whom.
    pub author: Author,
    /// Why.
    pub reason: Reason,
    /// What the merchant finds it by in its own papers.
    pub reference: Option<Reference>,
}

/// The largest correction at once: more is a mistake.
pub const MOST_ADJUSTED: i64 = 100_000;

/// The points of a correction: some, and no absurd number.
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

/// What an entry is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The person became a member.
    Welcome,
    /// The member completed the registration.
    Activation,
    /// The member's birthday.
    Birthday,
    /// The member came and bought nothing.
    Visit(EstablishmentId),
    /// Points ended.
    Expiry,
    /// The merchant's own hand.
    Adjustment(Adjustment),
}

impl Cause {
    /// The word for it.
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

    /// Reads the word of a cause that says everything.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let causes = [Self::Welcome, Self::Activation, Self::Birthday, Self::Expiry];
        causes.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// What for.
    pub cause: Cause,
    /// What it gave, below zero where it took.
    pub points: Points,
    /// The lots it took, each with how much of it.
    pub lots: Vec<Lot>,
    /// When.
    pub at: Instant,
}
