//! Members: the person and the account as two neighbours, read one by one, by many and page by page.

use crate::member::erase::ERASED_ON;
use crate::member::item::{person_of, person_record};
use crate::table::codec;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key, Tenant};
use crate::table::write::Write;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::member::{Details, Enrolment, Person};
use domain::values::identifiers::MEMBER_SHARDS;
use domain::{Account, DomainError, MemberError, MemberId, Mobile};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A person to become a member.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMember {
    /// The mobile number.
    pub mobile: Mobile,
    /// Everything else that was told.
    pub details: Details,
    /// Who told us that the person asked for the card.
    pub enrolment: Enrolment,
}

/// A member: the person and the account.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: Person,
    /// With which points.
    pub account: Account,
    pub(crate) account_version: u64,
}

/// Some members and where the next ones begin.
pub struct MemberPage {
    /// Members in no order that means anything.
    pub members: Vec<Member>,
    /// The shard and the sort key after which the next page begins.
    pub next: Option<(u8, String)>,
}

/// The account as an item; `v` is raised by every write and stands in every write's condition.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    pk: String,
    sk: String,
    v: u64,
    #[serde(with = "serde_bytes")]
    account: Vec<u8>,
}

impl AccountRecord {
    pub(crate) fn of(tenant: Tenant, member: MemberId, account: &Account, v: u64) -> Self {
        let Key { pk, sk } = keys::account(tenant, member);
        Self { pk, sk, v, account: codec::encode_account(account) }
    }

    pub(crate) fn read(&self) -> Result<(Account, u64), StoreError> {
        Ok((codec::decode_account(&self.account)?, self.v))
    }
}

/// The write of a person over the version that was read, or of a new one.
pub(crate) fn put_person(
    scope: &Scope,
    person: &Person,
    over: Option<u64>,
) -> Result<Write, StoreError> {
    Ok(Write::put(&person_record(scope, person)?)?.over(over))
}

/// The write of an account over the version that was read, or of a new one.
pub(crate) fn put_account(
    scope: &Scope,
    member: MemberId,
    account: &Account,
    over: Option<u64>,
) -> Result<Write, StoreError> {
    let v = over.map_or(1, |version| version + 1);
    Ok(Write::put(&AccountRecord::of(scope.tenant(), member, account, v))?.over(over))
}

impl Store {
    /// An account with its version, followed to the member it was merged into: 1 round trip (half a
    /// read unit, or one where read strongly), one more for each merge.
    pub(crate) async fn account(
        &self,
        scope: &Scope,
        member: MemberId,
        consistency: Consistency,
    ) -> Result<(MemberId, Account, u64), StoreError> {
        let mut member = member;
        for _ in 0..MOST_MERGES_FOLLOWED {
            let key = keys::account(scope.tenant(), member);
            let mut found: Option<AccountRecord> = self.get_item(&key, consistency).await?;
            if found.is_none() && consistency == Consistency::Eventual {
                found = self.get_item(&key, Consistency::Strong).await?;
            }
            let (account, version) = found.ok_or(StoreError::NotFound(Entity::Member))?.read()?;
            match account.merged_into {
                Some(kept) => member = kept,
                None => return Ok((member, account, version)),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }

    /// The accounts of many members, as they are read eventually; those absent are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(crate) async fn accounts(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<HashMap<MemberId, (Account, u64)>, StoreError> {
        let by_key: HashMap<Key, MemberId> = members
            .iter()
            .map(|member| (keys::account(scope.tenant(), *member), *member))
            .collect();
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut accounts = HashMap::with_capacity(by_key.len());
        for item in self.get_items(&wanted).await? {
            let record: AccountRecord = items::from_item(item, "account")?;
            let key = Key { pk: record.pk.clone(), sk: record.sk.clone() };
            if let Some(member) = by_key.get(&key) {
                accounts.insert(*member, record.read()?);
            }
        }
        Ok(accounts)
    }

    /// A member, or the one it was merged into: 1 query, half a read unit, read strongly for one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn member(&self, scope: &Scope, id: MemberId) -> Result<Member, StoreError> {
        let mut id = id;
        for _ in 0..MOST_MERGES_FOLLOWED {
            let member = self.member_itself(scope, id).await?;
            match member.person.merged_into {
                Some(kept) => id = kept,
                None => return Ok(member),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }

    pub(crate) async fn member_itself(
        &self,
        scope: &Scope,
        id: MemberId,
    ) -> Result<Member, StoreError> {
        let read = self.read_member(scope, id, Consistency::Strong).await?;
        read.ok_or(StoreError::NotFound(Entity::Member))
    }

    /// As [`Store::member`], read eventually at half its cost, and strongly where person or account
    /// is not there yet.
    pub(crate) async fn member_eventual(
        &self,
        scope: &Scope,
        id: MemberId,
    ) -> Result<Member, StoreError> {
        let mut id = id;
        for _ in 0..MOST_MERGES_FOLLOWED {
            let member = match self.read_member(scope, id, Consistency::Eventual).await? {
                Some(member) => member,
                None => self.member_itself(scope, id).await?,
            };
            match member.person.merged_into {
                Some(kept) => id = kept,
                None => return Ok(member),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }

    /// Person and account by 1 query; `None` where one of them is not there.
    async fn read_member(
        &self,
        scope: &Scope,
        id: MemberId,
        consistency: Consistency,
    ) -> Result<Option<Member>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(
                ":pk",
                items::text(keys::member_partition(scope.tenant(), id.shard())),
            )
            .expression_attribute_values(":prefix", items::text(keys::member_prefix(id)))
            .consistent_read(consistency == Consistency::Strong)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let neighbours = answer.items.unwrap_or_default();
        if neighbours.len() < 2 && consistency == Consistency::Eventual {
            return Ok(None);
        }
        Ok(members_of(scope, neighbours)?.pop())
    }

    /// Members page by page, shard by shard; merged ones are left out. A page is one query a shard
    /// that it touches and half a read unit for each 4 KB.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn members(
        &self,
        scope: &Scope,
        after: Option<(u8, String)>,
        limit: usize,
    ) -> Result<MemberPage, StoreError> {
        let (mut shard, mut after) =
            after.map_or((0, None), |(shard, sk)| (shard, (!sk.is_empty()).then_some(sk)));
        let mut members = Vec::with_capacity(limit);
        while shard < MEMBER_SHARDS {
            let partition = keys::member_partition(scope.tenant(), shard);
            let start = after.take().map(|sk| items::key_item(&Key { pk: partition.clone(), sk }));
            let wanted = limit - members.len();
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", items::text(partition))
                .expression_attribute_values(":prefix", items::text("MEMBER#"))
                // Two items a member, but for what an erasure leaves of one for a day.
                .limit(i32::try_from(wanted.saturating_mul(2)).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StoreError::unavailable)?;
            let mut read = answer.items.unwrap_or_default();
            let mut last = answer.last_evaluated_key.as_ref().and_then(sort_key);
            // A page may end between an account and its person: read it again.
            if last.as_ref().is_some_and(|sk| sk.ends_with("#ACCOUNT")) {
                read.pop();
                last = read.last().and_then(sort_key);
            }
            members.extend(
                members_of(scope, read)?
                    .into_iter()
                    .filter(|member| member.person.merged_into.is_none()),
            );
            match last {
                Some(sk) if members.len() >= limit => {
                    return Ok(MemberPage { members, next: Some((shard, sk)) });
                }
                Some(sk) => after = Some(sk),
                None if members.len() >= limit => {
                    let next = (shard + 1 < MEMBER_SHARDS).then(|| (shard + 1, String::new()));
                    return Ok(MemberPage { members, next });
                }
                None => shard += 1,
            }
        }
        Ok(MemberPage { members, next: None })
    }
}

pub(crate) const CARD_TAKEN: StoreError =
    StoreError::Refused(DomainError::Member(MemberError::CardTaken));

/// More merges than one after another than this are a ring, which no code of ours makes.
const MOST_MERGES_FOLLOWED: usize = 10;

pub(crate) fn member_id(text: &str) -> Result<MemberId, StoreError> {
    MemberId::parse(text).map_err(|_| StoreError::Corrupt("member"))
}

fn sort_key(item: &HashMap<String, AttributeValue>) -> Option<String> {
    item.get("sk")?.as_s().ok().cloned()
}

/// A page of a walk over members.
pub(crate) struct Neighbours {
    /// Each account with the item of its person. What an erasure left of a member is nobody.
    pub(crate) pairs: Vec<(MemberId, Account, Item)>,
    /// The last member that was seen.
    pub(crate) last: Option<MemberId>,
}

/// Pairs the neighbours of a page that may end between an account and its person.
pub(crate) fn neighbours_of(read: Vec<Item>) -> Result<Neighbours, StoreError> {
    let mut found = Neighbours { pairs: Vec::with_capacity(read.len() / 2), last: None };
    let mut account = None;
    for item in read {
        let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("", String::as_str);
        let mut parts = sk.split('#').skip(1);
        let member = member_id(parts.next().unwrap_or_default())?;
        if parts.next() == Some("ACCOUNT") {
            account = Some(items::from_item::<AccountRecord>(item, "account")?.read()?.0);
            continue;
        }
        found.last = Some(member);
        let account = account.take();
        if !item.contains_key(ERASED_ON) {
            let account = account.ok_or(StoreError::Corrupt("account"))?;
            found.pairs.push((member, account, item));
        }
    }
    Ok(found)
}

/// Pairs the neighbours: an account is followed by its person. What an erasure left of a member is
/// nobody, and is passed over.
pub(crate) fn members_of(scope: &Scope, read: Vec<Item>) -> Result<Vec<Member>, StoreError> {
    let mut members = Vec::with_capacity(read.len() / 2);
    let mut account = None;
    for item in read {
        if item.contains_key(ERASED_ON) {
            account = None;
            continue;
        }
        let sk = sort_key(&item).unwrap_or_default();
        let mut parts = sk.split('#').skip(1);
        let id = member_id(parts.next().unwrap_or_default())?;
        if parts.next() == Some("ACCOUNT") {
            account = Some(items::from_item::<AccountRecord>(item, "account")?.read()?);
        } else {
            let person = person_of(scope, id, items::from_item(item, "person")?)?;
            let (account, account_version) =
                account.take().ok_or(StoreError::Corrupt("account"))?;
            members.push(Member { person, account, account_version });
        }
    }
    Ok(members)
}
