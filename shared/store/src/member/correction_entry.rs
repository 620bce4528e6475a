//! The ledger's entry of a correction: which fields of a person were changed, when and by which credential. It
//! holds no value of a field.

use crate::ledger::entry_key::EntryKey;
use crate::table::keys::Key;
use crate::table::write::Write;
use crate::{Scope, StoreError};
use domain::{Credential, Instant, Person};
use serde::{Deserialize, Serialize};

pub(crate) const CORRECTION: &str = "correction";

#[derive(Serialize, Deserialize)]
pub(crate) struct CorrectionRecord {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    pub(crate) by: Credential,
    pub(crate) fields: Vec<String>,
}

/// Writes the entry of a correction: 3 write units with its place in the index.
pub(crate) fn correction_entry(
    scope: &Scope,
    before: &Person,
    after: &Person,
    now: Instant,
) -> Result<Write, StoreError> {
    let EntryKey { key: Key { pk, sk }, instant } = EntryKey::new(scope, before.id, now)?;
    let (was, is) = (&before.details, &after.details);
    let fields = [
        ("mobile", before.mobile != after.mobile),
        ("last_name", was.last_name != is.last_name),
        ("first_name", was.first_name != is.first_name),
        ("email", was.email != is.email),
        ("birth_date", was.birth_date != is.birth_date),
        ("address", was.address != is.address),
        ("card_number", was.card != is.card),
    ];
    let changed = fields.into_iter().filter(|(_, is_changed)| *is_changed);
    let record = CorrectionRecord {
        pk,
        sk,
        member: before.id.to_string(),
        instant,
        kind: CORRECTION.to_owned(),
        by: scope.credential,
        fields: changed.map(|(field, _)| field.to_owned()).collect(),
    };
    Ok(Write::put(&record)?.if_absent())
}
