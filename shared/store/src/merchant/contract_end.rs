//! The end of a merchant's contract: told, taken back, and the point after which it cannot be.

use crate::table::items::{self, Reason, Transaction};
use crate::table::keys;
use crate::{Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Day, Instant, MerchantId, merchant};

impl Store {
    /// Notes the last day of a merchant's contract, in the place of another one: 1 transaction, 2
    /// write units and 1 or 2 for the index `due`, which brings the merchant up the day after.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where archiving has begun.
    pub async fn end_contract(&self, merchant: MerchantId, ends_on: Day) -> Result<(), StoreError> {
        let due = merchant::archive_due(ends_on);
        self.change_contract_end(
            merchant,
            "SET contract_ends_on = :ends_on, due_bucket = :bucket, due_at = :at",
            vec![
                (":ends_on", items::text(ends_on.to_string())),
                (":bucket", items::text(keys::merchant_due_bucket(due, merchant))),
                (":at", items::text(keys::merchant_due_at(due, merchant))),
            ],
        )
        .await
    }

    /// Takes the end of a merchant's contract back; without one nothing changes. 1 transaction, 2
    /// write units and 1 for the index.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where archiving has begun.
    pub async fn resume_contract(&self, merchant: MerchantId) -> Result<(), StoreError> {
        let change = "REMOVE contract_ends_on, due_bucket, due_at";
        self.change_contract_end(merchant, change, vec![]).await
    }

    async fn change_contract_end(
        &self,
        merchant: MerchantId,
        change: &str,
        values: Vec<(&str, AttributeValue)>,
    ) -> Result<(), StoreError> {
        let condition = "attribute_exists(pk) AND attribute_not_exists(archiving_since)";
        if self.change_profile(merchant, change, condition, values).await? {
            Ok(())
        } else {
            Err(StoreError::Conflict(
                "what this merchant left is being archived: its contract's end stays as it is",
            ))
        }
    }

    /// Notes that a merchant whose contract ended before `today` is being archived, from when the end
    /// can no longer be taken back; noting it again changes nothing. 1 transaction, 2 write units.
    /// `false` where its contract has not ended, or it has left the table.
    ///
    /// # Errors
    /// [`StoreError::Busy`], [`StoreError::Unavailable`].
    pub async fn begin_archiving(
        &self,
        merchant: MerchantId,
        today: Day,
        now: Instant,
    ) -> Result<bool, StoreError> {
        self.change_profile(
            merchant,
            "SET archiving_since = if_not_exists(archiving_since, :now)",
            "contract_ends_on < :today",
            vec![
                (":now", items::text(items::instant_text(now))),
                (":today", items::text(today.to_string())),
            ],
        )
        .await
    }

    /// Whether the condition held.
    async fn change_profile(
        &self,
        merchant: MerchantId,
        change: &str,
        condition: &str,
        values: Vec<(&str, AttributeValue)>,
    ) -> Result<bool, StoreError> {
        let key = keys::profile(merchant);
        let action = items::update(&self.table, &key, change, condition, values)?;
        let outcome = self.transact(vec![action]).await?;
        self.settings.forget(merchant);
        match outcome {
            Transaction::Committed => Ok(true),
            Transaction::Cancelled(reasons)
                if matches!(reasons.first(), Some(Reason::Condition(_))) =>
            {
                Ok(false)
            }
            Transaction::Cancelled(_) => Err(StoreError::Busy),
        }
    }
}
