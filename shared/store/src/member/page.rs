//! Members page by page.

use crate::member::neighbours::{Member, members_of, sort_key};
use crate::table::attributes;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::{Scope, Store, StoreError};
use domain::values::identifiers::MEMBER_SHARDS;

/// A page of members.
pub struct MemberPage {
    /// The members. Their order is not defined.
    pub members: Vec<Member>,
    /// The shard and the sort key after which the next page begins.
    pub next: Option<(u8, String)>,
}

impl Store {
    /// A page of members, shard by shard. Members who were merged into another one are left out. 1 query
    /// for each shard that the page touches, and half a read unit for each 4 KB.
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
                .expression_attribute_values(":pk", attributes::text(partition))
                .expression_attribute_values(":prefix", attributes::text("MEMBER#"))
                // A member is two items. A tombstone, which stays for a day, is one.
                .limit(i32::try_from(wanted.saturating_mul(2)).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StoreError::unavailable)?;
            let mut read = answer.items.unwrap_or_default();
            let text = |item: &Item| sort_key(item).to_owned();
            let mut last = answer.last_evaluated_key.as_ref().map(text);
            // The page may end between an account and its person: the next page reads both.
            if last.as_ref().is_some_and(|sk| sk.ends_with("#ACCOUNT")) {
                read.pop();
                last = read.last().map(text);
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
