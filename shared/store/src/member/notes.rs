//! Notes of the ledger: what happened to a member beside its purchases, and what it takes to undo it.

use crate::table::items;
use crate::table::keys::{self, Key};
use crate::{Scope, StoreError};
use domain::{Instant, KeyId, MemberId};

/// The key of a new note of a member, and its instant as the index `history` writes it.
pub(crate) fn new_note(
    scope: &Scope,
    member: MemberId,
    now: Instant,
) -> Result<(Key, String), StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StoreError::unavailable)?;
    let instant = items::instant_text(now);
    let entry = KeyId::mint(now, u128::from_be_bytes(random));
    Ok((keys::ledger(scope.tenant(), member, &instant, entry), instant))
}
