//! A member's account as an item: small, and written by every purchase.

use crate::table::codec;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::table::write::Write;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::{Account, MemberId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The length of the longest chain of merges that a read follows. A longer chain is a ring, and this code
/// never makes a ring.
pub(crate) const MOST_MERGES_FOLLOWED: usize = 10;

/// An account as it was read. The write has a condition on the version that was read.
#[derive(Clone)]
pub struct StoredAccount {
    /// The member.
    pub(crate) member: MemberId,
    /// The account.
    pub(crate) account: Account,
    /// Raised by every write.
    pub(crate) version: u64,
}

impl StoredAccount {
    /// Writes the account over the version that was read.
    pub(crate) fn put(&self, scope: &Scope) -> Result<Write, StoreError> {
        let Self { member, account, version } = self;
        let record = AccountRecord::of(scope.tenant(), *member, account, version + 1);
        Ok(Write::put(&record)?.if_version(*version))
    }
}

/// Writes the account of a new member.
pub(crate) fn put_new_account(
    scope: &Scope,
    member: MemberId,
    account: &Account,
) -> Result<Write, StoreError> {
    Ok(Write::put(&AccountRecord::of(scope.tenant(), member, account, 1))?.if_absent())
}

#[derive(Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    pk: String,
    sk: String,
    v: u64,
    #[serde(with = "serde_bytes")]
    account: Vec<u8>,
}

impl AccountRecord {
    fn of(tenant: Tenant, member: MemberId, account: &Account, v: u64) -> Self {
        let Key { pk, sk } = keys::account(tenant, member);
        Self { pk, sk, v, account: codec::account::encode(account) }
    }

    pub(crate) fn read(&self, member: MemberId) -> Result<StoredAccount, StoreError> {
        let account = codec::account::decode(&self.account)?;
        Ok(StoredAccount { member, account, version: self.v })
    }
}

impl Store {
    /// The account of a member, or of the member that this one was merged into: 1 round trip (half a
    /// read unit, or 1 where read strongly), and 1 more for each merge that is followed.
    pub(crate) async fn account(
        &self,
        scope: &Scope,
        member: MemberId,
        consistency: Consistency,
    ) -> Result<StoredAccount, StoreError> {
        let mut member = member;
        for _ in 0..MOST_MERGES_FOLLOWED {
            let key = keys::account(scope.tenant(), member);
            let mut found: Option<AccountRecord> = self.get_item(&key, consistency).await?;
            if found.is_none() && consistency == Consistency::Eventual {
                found = self.get_item(&key, Consistency::Strong).await?;
            }
            let stored = found.ok_or(StoreError::NotFound(Entity::Member))?.read(member)?;
            match stored.account.merged_into {
                Some(survivor) => member = survivor,
                None => return Ok(stored),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }

    /// The accounts of many members, read eventually. Members without an account are left out.
    pub(crate) async fn accounts(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<Vec<StoredAccount>, StoreError> {
        let by_key: BTreeMap<Key, MemberId> = members
            .iter()
            .map(|member| (keys::account(scope.tenant(), *member), *member))
            .collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut accounts = Vec::with_capacity(by_key.len());
        for item in self.get_items(&wanted).await? {
            let record: AccountRecord = items::from_item(item, "account")?;
            let key = Key { pk: record.pk.clone(), sk: record.sk.clone() };
            if let Some(member) = by_key.get(&key) {
                accounts.push(record.read(*member)?);
            }
        }
        Ok(accounts)
    }
}
