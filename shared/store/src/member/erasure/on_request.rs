//! The erasure of a member at once, because the person asked for it.

use crate::member::account::MOST_MERGES_FOLLOWED;
use crate::member::erasure::erase::put_erasure_record;
use crate::member::erasure::suppression::Suppressing;
use crate::member::erasure::tombstone::{DueMember, Tombstone, TombstoneRecord};
use crate::table::attributes;
use crate::table::keys;
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::retention::{self, ErasureReason};
use domain::{Day, Instant, MemberId};

impl Store {
    /// Erases a member, or the member that this one was merged into, with all members merged into it. From now
    /// on the persons cannot be read, and their contacts are suppressed. The next sweep deletes the purchases
    /// and rows. A second call changes nothing and has the same answer, until the sweep has deleted the last
    /// trace. Where a deadline was the reason before, the reason becomes the person's. The cost:
    ///
    /// * 1 strong query, and 1 for each merge that is followed
    /// * the decision, as [`Store::login_state`] and [`Store::decide_erasure`]
    /// * for each member merged into it: 1 strong query and 1 transaction of 12 write units, with 4 more for
    ///   each card, 6 for an e-mail address, and 2 or 4 for oppositions with 1 or 2 read units
    /// * after an erasure by a deadline, instead of the decision: 1 strong read, 1 write unit for each contact,
    ///   and 1 transaction of 4 write units
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
                    let login = self.login_state(scope, &member.person).await?;
                    let decided =
                        self.decide_erasure(scope, &member, &login, reason, today).await?;
                    Ok(decided.map_or(Attempt::Again, Attempt::Done))
                }
                DueMember::Erased(before) if !before.reason.is_asked_for() => {
                    self.ask_for_erasure(scope, &before, reason, today).await
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

    /// Records that the person asked for an erasure that a deadline had decided. First the contacts are
    /// suppressed as after a request, and then the tombstone and the record of the erasure get the reason.
    /// A call that was interrupted is made again.
    async fn ask_for_erasure(
        &self,
        scope: &Scope,
        before: &Tombstone,
        reason: ErasureReason,
        today: Day,
    ) -> Result<Attempt<Tombstone>, StoreError> {
        let key = keys::person(scope.tenant(), before.member);
        let record: Option<TombstoneRecord> = self.get_item(&key, Consistency::Strong).await?;
        let Some(record) = record else { return Ok(Attempt::Again) };
        let suppressing = Suppressing { reason, on: today, by: scope.credential };
        for contact in record.suppressed() {
            self.write(suppressing.write(&contact)).await?;
        }
        let tombstone = Tombstone { reason, ..record.read(before.member)? };
        let mut transaction = self.transaction();
        transaction.add(
            Write::update(&key, "SET reason = :reason, v = v + :one")
                .if_version(record.v)
                .value(":reason", attributes::text(reason.as_str()))
                .value(":one", attributes::number(1)),
        );
        transaction.add(put_erasure_record(scope, &tombstone)?);
        Ok(transaction.commit().await?.done(tombstone))
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
