//! The operator's accounts at the providers: the provider of each account, and the merchants that share the account.
//!
//! An account belongs to one provider for as long as a merchant is listed under it. Every change of the list raises
//! the version of the item that names the provider, so that the last merchant that leaves deletes this item only
//! where no other merchant came.

use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::retry::retry;
use crate::table::transaction::{Slot, Transaction};
use crate::table::write::Write;
use crate::{Consistency, Store, StoreError};
use domain::MerchantId;
use domain::merchant::provider::ProviderAccount;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct AccountMerchantRecord {
    pk: String,
    sk: String,
}

#[derive(Deserialize)]
struct AccountProviderRecord {
    provider: String,
    v: u64,
}

impl Store {
    /// Adds the writes that list a merchant under an account: 3 items. The write in [`Slot::AccountProvider`] fails
    /// where the account belongs to another provider.
    pub(super) fn join_account(
        transaction: &mut Transaction<'_>,
        merchant: MerchantId,
        account: &ProviderAccount,
    ) -> Result<(), StoreError> {
        let code = account.code.as_str();
        let belongs =
            Write::update(&keys::account_provider(code), "SET provider = :provider ADD v :one")
                .condition("attribute_not_exists(provider) OR provider = :provider")
                .value(":provider", attributes::text(account.provider.as_str()))
                .value(":one", attributes::number(1));
        transaction.add_in(Slot::AccountProvider, belongs);
        for Key { pk, sk } in
            [keys::account_merchant(code, merchant), keys::merchant_account(merchant, code)]
        {
            transaction.add(Write::put(&AccountMerchantRecord { pk, sk })?);
        }
        Ok(())
    }

    /// Adds the writes that take a merchant off an account: 3 items. The account has no provider any more where no
    /// other merchant is listed under it. Reads the provider and up to 2 merchants: 2 round trips, 2 read units.
    pub(super) async fn leave_account(
        &self,
        transaction: &mut Transaction<'_>,
        merchant: MerchantId,
        code: &str,
    ) -> Result<(), StoreError> {
        let key = keys::account_provider(code);
        // The version is read before the merchants: a merchant that comes between the reads raises the version.
        let provider: Option<AccountProviderRecord> =
            self.get_item(&key, Consistency::Strong).await?;
        if let Some(provider) = provider {
            let write = if self.has_other_merchant(code, merchant).await? {
                Write::update(&key, "ADD v :one").value(":one", attributes::number(1))
            } else {
                Write::delete(&key)
            };
            transaction.add(write.if_version(provider.v));
        }
        transaction.add(Write::delete(&keys::account_merchant(code, merchant)));
        transaction.add(Write::delete(&keys::merchant_account(merchant, code)));
        Ok(())
    }

    /// Takes a merchant that leaves the service off an account: 3 round trips.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where other merchants join or leave the account again and again.
    pub(crate) async fn clear_account(
        &self,
        merchant: MerchantId,
        code: &str,
    ) -> Result<(), StoreError> {
        retry(|_| async move {
            let mut transaction = self.transaction();
            self.leave_account(&mut transaction, merchant, code).await?;
            Ok(transaction.commit().await?.done(()))
        })
        .await
    }

    /// Whether a merchant other than this one is listed under an account: 1 round trip, 1 read unit.
    async fn has_other_merchant(
        &self,
        code: &str,
        merchant: MerchantId,
    ) -> Result<bool, StoreError> {
        let listed = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", attributes::text(keys::account_partition(code)))
            .expression_attribute_values(":prefix", attributes::text("M#"))
            .consistent_read(true)
            .limit(2)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let own = keys::account_merchant(code, merchant).sk;
        let mut listed = listed.items.unwrap_or_default().into_iter();
        Ok(listed.any(|item| item.get("sk").is_none_or(|sk| sk != &attributes::text(&own))))
    }

    /// Whether a merchant sends or may have sent by an account, and the account belongs to this provider: 1 round
    /// trip, 1 read unit.
    pub async fn account_has_merchant(
        &self,
        account: &ProviderAccount,
        merchant: MerchantId,
    ) -> Result<bool, StoreError> {
        let code = account.code.as_str();
        let (owner, listed) =
            (keys::account_provider(code), keys::account_merchant(code, merchant));
        let (owner, listed): (Option<AccountProviderRecord>, Option<AccountMerchantRecord>) = futures::try_join!(
            self.get_item(&owner, Consistency::Eventual),
            self.get_item(&listed, Consistency::Eventual)
        )?;
        let is_owner = owner.is_some_and(|owner| owner.provider == account.provider.as_str());
        Ok(is_owner && listed.is_some())
    }

    /// The merchants that send or may have sent by an account of a provider: 1 query for each MB of rows, and half a
    /// read unit. An account of another provider has none.
    pub async fn merchants_of_account(
        &self,
        account: &ProviderAccount,
    ) -> Result<Vec<MerchantId>, StoreError> {
        let code = account.code.as_str();
        let key = keys::account_provider(code);
        let owner: Option<AccountProviderRecord> =
            self.get_item(&key, Consistency::Eventual).await?;
        if owner.is_none_or(|owner| owner.provider != account.provider.as_str()) {
            return Ok(vec![]);
        }
        let partition = keys::account_partition(code);
        let stored: Vec<AccountMerchantRecord> =
            self.query_all(partition, "M#", Consistency::Eventual, "account").await?;
        let merchants = stored.iter().map(|record| {
            let merchant = record.sk.strip_prefix("M#").map(MerchantId::parse);
            merchant.and_then(Result::ok).ok_or(StoreError::Corrupt("account"))
        });
        merchants.collect()
    }
}
