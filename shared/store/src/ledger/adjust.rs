//! Manual corrections of a balance: the account, the entry with author and reason, and the answer,
//! in one transaction.

use crate::ledger::entry::{Entered, NewEntry};
use crate::table::idempotency::{Answered, IdempotencyKey};
use crate::table::retry::Attempt;
use crate::{Consistency, Scope, Store, StoreError};
use domain::ledger::entry::{Adjustment, Cause, LedgerEntry};
use domain::{Day, Instant, MemberId, Points, ledger};

/// A correction.
#[derive(Debug, Clone)]
pub struct NewAdjustment {
    /// The member.
    pub member: MemberId,
    /// The points given; negative where they are taken.
    pub points: Points,
    /// Author and reason.
    pub adjustment: Adjustment,
    /// The current day at the establishment.
    pub today: Day,
}

impl Store {
    /// Corrects a balance manually, once for each key: 2 strong reads and 1 transaction of 3 items,
    /// 7 write units with the entry's place in the index. A correction does not count as an
    /// activity of the member.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with
    /// [`domain::LedgerError::NotEnoughPoints`], [`domain::LedgerError::AdjustedEnough`] or
    /// [`domain::RequestError::IdempotencyKeyReused`].
    pub async fn adjust(
        &self,
        scope: &Scope,
        new: &NewAdjustment,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Answered<Entered>, StoreError> {
        let replay = |answer: String| async move { self.entered_before(scope, &answer).await };
        let attempt = || self.try_adjustment(scope, new, key, now);
        self.once(scope, key, now, replay, attempt).await
    }

    async fn try_adjustment(
        &self,
        scope: &Scope,
        new: &NewAdjustment,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Attempt<Entered>, StoreError> {
        let mut stored = self.account(scope, new.member, Consistency::Strong).await?;
        let programmes = &scope.settings.programmes;
        let lots = ledger::adjust(&mut stored.account, new.points, new.today, programmes)?;
        let cause = Cause::Adjustment(new.adjustment.clone());
        let entry = LedgerEntry { cause, points: new.points, lots, at: now };
        self.enter(scope, &stored, NewEntry { entry: &entry, gift: None }, new.today, key, now)
            .await
    }
}
