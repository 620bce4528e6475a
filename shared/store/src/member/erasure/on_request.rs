//! The erasure of a member at once, because the person asked for it.

use crate::member::account::MOST_MERGES_FOLLOWED;
use crate::member::erasure::tombstone::{DueMember, Tombstone};
use crate::table::retry::{Attempt, retry};
use crate::{Entity, Scope, Store, StoreError};
use domain::retention::{self, ErasureReason};
use domain::{Instant, MemberId};

impl Store {
    /// Erases a member, or the member that this one was merged into, with all members merged into it. From now
    /// on the persons cannot be read, and their contacts are suppressed. The next sweep deletes the purchases
    /// and rows. A second call changes nothing and has the same answer, until the sweep has deleted the last
    /// trace. The cost:
    ///
    /// * 1 strong query, and 1 for each merge that is followed
    /// * the decision, as [`Store::decide_erasure`]
    /// * for each member merged into it: 1 strong query and 1 transaction of 8 write units, with 4 more for
    ///   each card and 4 for an e-mail address
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn erase_member(
        &self,
        scope: &Scope,
        id: MemberId,
        reason: ErasureReason,
        now: Instant,
    ) -> Result<Tombstone, StoreError> {
        let today = retention::day_of(now);
        let tombstone = retry(|_| async move {
            match self.survivor(scope, id).await? {
                DueMember::Member(member) => {
                    let decided = self.decide_erasure(scope, &member, reason, today).await?;
                    Ok(decided.map_or(Attempt::Again, Attempt::Done))
                }
                DueMember::Erased(tombstone) => Ok(Attempt::Done(tombstone)),
                DueMember::Merged(_) | DueMember::Gone => Err(StoreError::NotFound(Entity::Member)),
            }
        })
        .await?;
        for absorbed in &tombstone.absorbed {
            self.erase_absorbed(scope, *absorbed, &tombstone).await?;
        }
        Ok(tombstone)
    }

    /// The stored state of the member who has the data of `id`.
    async fn survivor(&self, scope: &Scope, id: MemberId) -> Result<DueMember, StoreError> {
        let mut id = id;
        for _ in 0..MOST_MERGES_FOLLOWED {
            match self.due_member_fresh(scope, id).await? {
                DueMember::Merged(survivor) => id = survivor,
                found => return Ok(found),
            }
        }
        Err(StoreError::Corrupt("merge"))
    }
}
