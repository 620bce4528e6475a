//! The tombstone of an erased member: it takes the place of the person until the erasure is carried out.

use crate::member::neighbours::{Member, members_of};
use crate::member::person::ERASED_ON;
use crate::table::attributes::{self, member_id};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::{Scope, Store, StoreError};
use domain::retention::ErasureReason;
use domain::{Day, MemberId};
use serde::{Deserialize, Serialize};

/// The stored state of a member whose day in the index `due` has come.
pub enum DueMember {
    /// The member.
    Member(Box<Member>),
    /// A tombstone: the erasure was decided, and some deletions may still be missing.
    Erased(Tombstone),
    /// A member who was merged into another one. The survivor has the deadline of both.
    Merged(MemberId),
    /// No member.
    Gone,
}

/// An erasure that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The erased member.
    pub member: MemberId,
    /// The members who were merged into the erased one. Their data is deleted too.
    pub absorbed: Vec<MemberId>,
    /// The day of the decision.
    pub erased_on: Day,
    /// The reason.
    pub reason: ErasureReason,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct TombstoneRecord {
    pk: String,
    sk: String,
    pub(crate) v: u64,
    erased_on: String,
    reason: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absorbed: Vec<String>,
    /// The partitions of the suppressed contacts, which are keyed hashes: a request of the person after
    /// a deadline suppresses them for longer.
    suppressed: Vec<String>,
    due_bucket: String,
    due_at: String,
}

impl TombstoneRecord {
    /// The tombstone is due today. Where the person's day has come in this month or in the last one, the
    /// tombstone keeps that day, so that the write costs no write unit of the index. The daily run does not
    /// read earlier months again.
    pub(crate) fn of(
        scope: &Scope,
        member: &Member,
        tombstone: &Tombstone,
        suppressed: &[Key],
    ) -> Self {
        let Key { pk, sk } = keys::person(scope.tenant(), tombstone.member);
        let today = tombstone.erased_on;
        let read_from = today.month().ordinal() - 1;
        let kept = |due: &Day| *due <= today && due.month().ordinal() >= read_from;
        let due = member.person.due.filter(kept).unwrap_or(today);
        Self {
            pk,
            sk,
            v: member.person.version + 1,
            erased_on: tombstone.erased_on.to_string(),
            reason: tombstone.reason.as_str().to_owned(),
            absorbed: tombstone.absorbed.iter().map(ToString::to_string).collect(),
            suppressed: suppressed.iter().map(|key| key.pk.clone()).collect(),
            due_bucket: keys::due_bucket(due, tombstone.member),
            due_at: keys::due_at(due, tombstone.member),
        }
    }

    /// The entries of the suppressed contacts.
    pub(crate) fn suppressed(&self) -> impl Iterator<Item = Key> {
        self.suppressed.iter().map(|partition| keys::suppressed_in(partition.clone()))
    }

    pub(crate) fn read(&self, member: MemberId) -> Result<Tombstone, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("tombstone");
        Ok(Tombstone {
            member,
            absorbed: self.absorbed.iter().map(|id| member_id(id)).collect::<Result<_, _>>()?,
            erased_on: Day::parse(&self.erased_on).map_err(|_| CORRUPT)?,
            reason: ErasureReason::parse(&self.reason).ok_or(CORRUPT)?,
        })
    }
}

impl Store {
    /// The stored state of a member: 1 query, half a read unit. The read is eventual, because later
    /// writes have conditions on the versions that were read.
    pub async fn due_member(&self, scope: &Scope, id: MemberId) -> Result<DueMember, StoreError> {
        self.read_due_member(scope, id, false).await
    }

    /// As [`Store::due_member`], read strongly, at twice the cost.
    pub async fn due_member_fresh(
        &self,
        scope: &Scope,
        id: MemberId,
    ) -> Result<DueMember, StoreError> {
        self.read_due_member(scope, id, true).await
    }

    async fn read_due_member(
        &self,
        scope: &Scope,
        id: MemberId,
        strongly: bool,
    ) -> Result<DueMember, StoreError> {
        let partition = keys::member_partition(scope.tenant(), id.shard());
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", attributes::text(partition))
            .expression_attribute_values(":prefix", attributes::text(keys::member_prefix(id)))
            .consistent_read(strongly)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let mut read = answer.items.unwrap_or_default();
        if let Some(at) = read.iter().position(|item| item.contains_key(ERASED_ON)) {
            let record: TombstoneRecord = items::from_item(read.swap_remove(at), "tombstone")?;
            return Ok(DueMember::Erased(record.read(id)?));
        }
        let member = members_of(scope, read)?.pop();
        Ok(match member {
            None => DueMember::Gone,
            Some(member) => match member.person.merged_into {
                Some(survivor) => DueMember::Merged(survivor),
                None => DueMember::Member(Box::new(member)),
            },
        })
    }
}
