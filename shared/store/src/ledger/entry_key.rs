//! The key of an entry of the ledger.

use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::{Scope, StoreError};
use domain::{Instant, KeyId, MemberId};

/// The key of a new entry, and its instant as the index `history` stores it.
pub(crate) struct EntryKey {
    pub(crate) key: Key,
    pub(crate) instant: String,
}

impl EntryKey {
    /// A new key: two entries of one member at one instant have different keys.
    pub(crate) fn new(scope: &Scope, member: MemberId, at: Instant) -> Result<Self, StoreError> {
        let instant = attributes::instant_text(at);
        let entry = KeyId::mint(at, scope.random().identifier()?);
        Ok(Self { key: keys::ledger(scope.tenant(), member, &instant, entry), instant })
    }
}
