//! A purchase to record, its origin, and the result.

use crate::StoreError;
use domain::programme::Part;
use domain::{Cents, Credential, Instant, KeyId, MemberId, Points, Purchase, UploadId};
use std::fmt;

/// Who sent a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A till, by its key.
    Till(KeyId),
    /// The operator, by hand.
    Operator,
    /// A line of a file.
    File {
        /// The file.
        upload: UploadId,
        /// The physical line, from 1.
        line: u64,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Till(key) => write!(f, "T{key}"),
            Self::Operator => f.write_str("O"),
            Self::File { upload, line } => write!(f, "F{upload}:{line}"),
        }
    }
}

impl Source {
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        let corrupt = StoreError::Corrupt("source");
        if text == "O" {
            Ok(Self::Operator)
        } else if let Some(key) = text.strip_prefix('T') {
            KeyId::parse(key).map(Self::Till).map_err(|_| corrupt)
        } else {
            let file = text.strip_prefix('F').and_then(|file| file.split_once(':'));
            match file.map(|(upload, line)| (UploadId::parse(upload), line.parse())) {
                Some((Ok(upload), Ok(line))) => Ok(Self::File { upload, line }),
                _ => Err(corrupt),
            }
        }
    }

    /// The credential that sent the purchase.
    #[must_use]
    pub const fn credential(self) -> Credential {
        match self {
            Self::Till(key) => Credential::Key(key),
            Self::Operator => Credential::Operator,
            Self::File { upload, .. } => Credential::Upload(upload),
        }
    }

    pub(crate) const fn is_file(self) -> bool {
        matches!(self, Self::File { .. })
    }
}

/// A purchase to record.
#[derive(Clone)]
pub struct PurchaseToRecord {
    /// The sale or the return.
    pub purchase: Purchase,
    /// Who sent it.
    pub source: Source,
    /// Whether the customer was present and activated the card.
    pub card_activated: bool,
}

/// Whether a purchase was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The purchase was recorded now.
    New,
    /// This source had sent the same purchase before. Nothing was written.
    Known(Source),
}

/// The result of recording a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// New or known.
    pub outcome: Outcome,
    /// The member whose account has the purchase.
    pub member: Option<MemberId>,
    /// Whether the purchase was moved to another member than the one whom this request names.
    pub moved: bool,
    /// The points of the purchase, below zero for a return.
    pub points: Points,
    /// The points part by part, each with its reason; empty for a return.
    pub parts: Vec<Part>,
    /// The points that the member can spend when [`Store::record_purchase`](crate::Store::record_purchase) answers,
    /// to a repeated request too. For a member who was erased since, and from
    /// [`Store::known_purchases`](crate::Store::known_purchases), which reads no account: the points that the member
    /// could spend after the purchase.
    pub balance: Points,
    /// The points that are pending until the time for returns has passed, at the same moment as `balance`.
    pub pending: Points,
    /// The amount of the sale that has been returned.
    pub returned: Cents,
    /// Whether the purchase made its customer a member.
    pub enrolled: bool,
    /// When the purchase was cancelled.
    pub cancelled_at: Option<Instant>,
}
