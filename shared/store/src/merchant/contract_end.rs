//! The end of a merchant's contract: set, changed and taken back, until archiving begins.

use crate::table::attributes;
use crate::table::keys;
use crate::table::write::Write;
use crate::{Conflict, Store, StoreError};
use domain::{Credential, Day, Instant, MerchantId, merchant};

impl Store {
    /// Sets the last day of a merchant's contract, or changes it: 1 transaction, 2 write units, and
    /// 1 or 2 for the index `due`, which leads to the merchant on the next day.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where archiving has begun.
    pub async fn end_contract(
        &self,
        merchant: MerchantId,
        ends_on: Day,
        by: Credential,
    ) -> Result<(), StoreError> {
        let due = merchant::archive_due(ends_on);
        let change =
            "SET contract_ends_on = :ends_on, due_bucket = :bucket, due_at = :at, #by = :by";
        let change = Write::update(&keys::profile(merchant), change)
            .value(":ends_on", attributes::text(ends_on.to_string()))
            .value(":bucket", attributes::text(keys::merchant_due_bucket(due, merchant)))
            .value(":at", attributes::text(keys::merchant_due_at(due, merchant)));
        self.change_contract_end(merchant, change, by).await
    }

    /// Takes back the end of a merchant's contract. Without an end nothing changes. 1 transaction,
    /// 2 write units and 1 for the index.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where archiving has begun.
    pub async fn resume_contract(
        &self,
        merchant: MerchantId,
        by: Credential,
    ) -> Result<(), StoreError> {
        let change = "SET #by = :by REMOVE contract_ends_on, due_bucket, due_at";
        let change = Write::update(&keys::profile(merchant), change);
        self.change_contract_end(merchant, change, by).await
    }

    async fn change_contract_end(
        &self,
        merchant: MerchantId,
        change: Write,
        by: Credential,
    ) -> Result<(), StoreError> {
        let condition = "attribute_exists(pk) AND attribute_not_exists(archiving_since)";
        let change = change.condition(condition).name("#by", "by");
        let change = change.value(":by", attributes::text(by.to_string()));
        if self.change_profile(merchant, change).await? {
            Ok(())
        } else {
            Err(Conflict::ArchivingBegun.into())
        }
    }

    /// Stores that a merchant whose contract ended before `today` is being archived. From then on
    /// the end cannot be taken back. A second call changes nothing. 1 transaction, 2 write units.
    /// `false` where the contract has not ended, or the merchant is no longer in the table.
    pub async fn begin_archiving(
        &self,
        merchant: MerchantId,
        today: Day,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let change = "SET archiving_since = if_not_exists(archiving_since, :now)";
        let change = Write::update(&keys::profile(merchant), change)
            .condition("contract_ends_on < :today")
            .value(":now", attributes::text(attributes::instant_text(now)))
            .value(":today", attributes::text(today.to_string()));
        self.change_profile(merchant, change).await
    }

    /// Writes a change of the profile. `false` where the condition did not hold.
    pub(crate) async fn change_profile(
        &self,
        merchant: MerchantId,
        change: Write,
    ) -> Result<bool, StoreError> {
        let is_written = self.transact_one(change).await;
        self.settings.remove(&merchant);
        is_written
    }
}
