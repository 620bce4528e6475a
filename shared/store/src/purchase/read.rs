//! Purchases as they are kept, and read back.

use crate::member::read::NewMember;
use crate::purchase::item::PurchaseRecord;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::{Consistency, Contact, Entity, Scope, Store, StoreError};
use domain::programme::Part;
use domain::{
    Account, Cents, DomainError, Instant, KeyId, MemberId, Points, Purchase, PurchaseError,
    Receipt, UploadId,
};
use std::collections::HashMap;

/// Where a purchase comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A till, by its key.
    Till(KeyId),
    /// The operator, by hand.
    Operator,
    /// A line of a file.
    File {
        /// Which file.
        upload: UploadId,
        /// The physical line, from 1.
        line: u64,
    },
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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

    /// The till's key, where a till told.
    pub(crate) const fn till(self) -> Option<KeyId> {
        match self {
            Self::Till(key) => Some(key),
            Self::Operator | Self::File { .. } => None,
        }
    }

    pub(crate) const fn is_file(self) -> bool {
        matches!(self, Self::File { .. })
    }
}

/// A purchase to be entered.
#[derive(Clone)]
pub struct Entry {
    /// What was sold.
    pub purchase: Purchase,
    /// Who says so.
    pub source: Source,
}

/// Whose purchase it is, as far as the caller knows.
#[derive(Clone)]
pub enum Customer {
    /// Nobody's, until a receipt is attached.
    Anonymous,
    /// A member's.
    Member(MemberId),
    /// Of the member who has this contact.
    Contact(Contact),
    /// Of the member who has this mobile, or of this new one.
    Enrol(Box<NewMember>),
}

/// A customer resolved, as [`Store::record_purchases`] takes it.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly every holder is a member")]
pub enum Holder {
    /// A member with the account as it was read.
    Member {
        /// Who.
        id: MemberId,
        /// The account.
        account: Account,
        /// Its version.
        version: u64,
        /// The month of the birthday, where a programme asks for it and it is known.
        birth_month: Option<i8>,
    },
    /// Somebody who becomes a member with these purchases.
    New(Box<NewMember>),
}

/// Whether an entry was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was entered now.
    New,
    /// The same had been entered before, from there; nothing was written.
    Known(Source),
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// New or known.
    pub outcome: Outcome,
    /// The member whose account it is in.
    pub member: Option<MemberId>,
    /// The points it gave, below zero for a return.
    pub points: Points,
    /// Why, part by part; empty for a return.
    pub parts: Vec<Part>,
    /// What could be spent after it.
    pub balance: Points,
    /// What waited after it for the time of returns to pass.
    pub pending: Points,
    /// Whether it made its customer a member.
    pub enrolled: bool,
    /// When it was cancelled.
    pub cancelled_at: Option<Instant>,
}

/// A purchase as it is stored.
#[derive(Clone)]
pub struct StoredPurchase {
    /// What was sold.
    pub purchase: Purchase,
    /// Whose it is.
    pub member: Option<MemberId>,
    /// The points it gave, below zero for a return.
    pub points: Points,
    /// Why, part by part; empty for a return.
    pub parts: Vec<Part>,
    /// What could be spent after it.
    pub balance: Points,
    /// What waited after it for the time of returns to pass.
    pub pending: Points,
    /// Who told us.
    pub source: Source,
    /// How much of it has come back.
    pub returned: Cents,
    /// When it was cancelled.
    pub cancelled_at: Option<Instant>,
}

impl Store {
    /// Which of many entries stand already, and what became of them then: half a read unit each, a
    /// hundred a round trip. Those not standing are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn known_purchases(
        &self,
        scope: &Scope,
        entries: &[&Entry],
    ) -> Result<HashMap<Receipt, Result<Recorded, DomainError>>, StoreError> {
        let mut by_key: HashMap<Key, &Entry> = HashMap::with_capacity(entries.len());
        for entry in entries {
            by_key.insert(keys::purchase(scope.tenant(), entry.purchase.receipt()), entry);
        }
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut known = HashMap::new();
        for item in self.get_items(&wanted).await? {
            let record: PurchaseRecord = items::from_item(item, "purchase")?;
            let Some(entry) = by_key.get(&record.key()) else { continue };
            let told_again = record.is_told_by(entry)?;
            if !told_again && record.cancelled_at.is_some() {
                continue;
            }
            let outcome = if told_again {
                Ok(record.recorded()?)
            } else {
                Err(PurchaseError::ReceiptConflict.into())
            };
            known.insert(entry.purchase.receipt().clone(), outcome);
        }
        Ok(known)
    }

    /// A purchase: 1 round trip, 1 read unit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<StoredPurchase, StoreError> {
        self.purchase_record(scope, receipt).await?.read(scope, receipt.clone())
    }

    pub(crate) async fn purchase_record(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<PurchaseRecord, StoreError> {
        self.get_item(&keys::purchase(scope.tenant(), receipt), Consistency::Strong)
            .await?
            .ok_or(StoreError::NotFound(Entity::Purchase))
    }
}
