//! Corrections of a balance by hand: the account, the entry that says who and why, and the answer, in
//! one transaction.

use crate::ledger::entry::Entered;
use crate::table::idempotency::{Answered, IdempotencyKey};
use crate::table::retry::Attempt;
use crate::{Consistency, Scope, Store, StoreError};
use domain::ledger::entry::{Adjustment, Cause, LedgerEntry};
use domain::{Day, Instant, MemberId, Points, ledger};

/// A correction to be made.
#[derive(Debug, Clone)]
pub struct NewAdjustment {
    /// Whose balance.
    pub member: MemberId,
    /// What is given, below zero where it is taken.
    pub points: Points,
    /// Who says so, and why.
    pub adjustment: Adjustment,
    /// The day at the till.
    pub today: Day,
}

impl Store {
    /// Corrects a balance by hand, once for each key: 2 strong reads and 1 transaction of 3 items, 7
    /// write units with the entry's place in the index. It is no activity of the member's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with [`domain::LedgerError::NotEnoughPoints`]
    /// or [`domain::RequestError::IdempotencyKeyReused`].
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
        let (member, mut account, version) =
            self.account(scope, new.member, Consistency::Strong).await?;
        let programmes = &scope.settings.programmes;
        let lots = ledger::adjust(&mut account, new.points, new.today, programmes)?;
        let cause = Cause::Adjustment(new.adjustment.clone());
        let entry = LedgerEntry { cause, points: new.points, lots, at: now };
        self.enter(scope, (member, &account, version), &entry, new.today, key, now).await
    }
}
