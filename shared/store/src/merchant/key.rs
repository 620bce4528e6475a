//! The wrapped keys of the merchants, which a replaced master key must wrap again.

use crate::merchant::profile::ProfileRecord;
use crate::table::attributes;
use crate::table::keys;
use crate::table::write::Write;
use crate::{Consistency, Store, StoreError};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::MerchantId;

impl Store {
    /// The merchants of the deployment after `after`, up to `limit`, in the order of their identifiers. 1 query,
    /// half a read unit for about 60 merchants.
    pub async fn merchants(
        &self,
        after: Option<MerchantId>,
        limit: i32,
    ) -> Result<Vec<MerchantId>, StoreError> {
        // The sort key of a merchant begins with its partition; `M#` alone is before the first.
        let after = after.map_or_else(|| "M#".to_owned(), keys::merchant_partition);
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :directory AND sk > :after")
            .expression_attribute_values(":directory", attributes::text(keys::DIRECTORY))
            .expression_attribute_values(":after", attributes::text(after))
            .limit(limit)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let items = answer.items.unwrap_or_default();
        let names = items.iter().filter_map(|item| item.get("sk")?.as_s().ok());
        names
            .map(|name| {
                let tenant = keys::tenant_of(name).ok_or(StoreError::Corrupt("directory"))?;
                Ok(tenant.0.merchant)
            })
            .collect()
    }

    /// Wraps a merchant's key with the current master key. `false` where this master key has wrapped it, or the
    /// merchant is no longer in the table. 1 round trip and 1 read unit, and 1 transaction of 2 write units for a
    /// change. The key itself stays the same, so instances that have opened it go on.
    pub async fn rewrap_key(&self, merchant: MerchantId) -> Result<bool, StoreError> {
        let at = keys::profile(merchant);
        let profile: Option<ProfileRecord> = self.get_item(&at, Consistency::Strong).await?;
        let Some(profile) = profile else { return Ok(false) };
        let Some(wrapped) = self.master_keys.rewrap(merchant, &profile.key, self.random.clone())?
        else {
            return Ok(false);
        };
        let blob = |bytes: Vec<u8>| AttributeValue::B(Blob::new(bytes));
        let change = Write::update(&at, "SET #key = :wrapped")
            .condition("#key = :read")
            .name("#key", "key")
            .value(":wrapped", blob(wrapped))
            .value(":read", blob(profile.key));
        // Otherwise another run wrapped the key, or the merchant left.
        if self.transact_one(change).await? { Ok(true) } else { Err(StoreError::Busy) }
    }
}
