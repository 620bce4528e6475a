//! Appending to the access log.

use super::entry::AccessRecord;
use crate::table::write::Write;
use crate::{Scope, Store, StoreError};
use domain::AccessId;
use domain::access_log::Access;

impl Store {
    /// Appends an entry to the access log of a tenant, for twelve months: 1 round trip, 1 write unit for
    /// each KB. An entry that shows nobody has less than 1 KB, one that shows a hundred members some 3.
    ///
    /// The write has the condition that no entry is stored under its key, so nothing is overwritten. The
    /// key has 80 random bits. Therefore an entry that is stored already is this one: an attempt whose
    /// answer was lost wrote it.
    pub async fn append_access(&self, scope: &Scope, access: &Access) -> Result<(), StoreError> {
        let id = AccessId::mint(access.at, scope.random().identifier()?);
        let record = AccessRecord::of(scope, id, access)?;
        self.write(Write::put(&record)?.if_absent()).await?;
        Ok(())
    }
}
