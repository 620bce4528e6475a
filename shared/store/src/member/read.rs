//! One member, read with its person and its account.

use crate::member::account::MOST_MERGES_FOLLOWED;
use crate::member::neighbours::{Member, members_of};
use crate::table::attributes;
use crate::table::keys;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::MemberId;

impl Store {
    /// A member, or the member that this one was merged into: 1 strong query, 1 read unit, and as much
    /// again for each merge that is followed.
    pub async fn member(&self, scope: &Scope, id: MemberId) -> Result<Member, StoreError> {
        let mut id = id;
        for _ in 0..MOST_MERGES_FOLLOWED {
            let member = self.member_itself(scope, id).await?;
            match member.person.merged_into {
                Some(survivor) => id = survivor,
                None => return Ok(member),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }

    /// The member itself, even where the member was merged into another one: 1 strong query, 1 read unit.
    pub(crate) async fn member_itself(
        &self,
        scope: &Scope,
        id: MemberId,
    ) -> Result<Member, StoreError> {
        let read = self.read_member(scope, id, Consistency::Strong).await?;
        read.ok_or(StoreError::NotFound(Entity::Member))
    }

    /// As [`Store::member`], read eventually at half the cost. A member whose person or account is not
    /// visible yet is read again strongly.
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
                Some(survivor) => id = survivor,
                None => return Ok(member),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }

    /// Person and account by 1 query. `None` where one of the two is missing.
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
                attributes::text(keys::member_partition(scope.tenant(), id.shard())),
            )
            .expression_attribute_values(":prefix", attributes::text(keys::member_prefix(id)))
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
}
