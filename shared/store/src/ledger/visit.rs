//! Visits without a purchase: the account, the entry and the answer, in one transaction.

use crate::ledger::entry::{Entered, NewEntry};
use crate::member::activation::activate_by_use;
use crate::purchase::customer::Holder;
use crate::table::idempotency::{Answered, IdempotencyKey};
use crate::table::retry::Attempt;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::ledger::entry::{Cause, LedgerEntry};
use domain::{Day, EstablishmentId, Instant, MemberId, ledger};

/// A visit.
#[derive(Debug, Clone)]
pub struct NewVisit {
    /// The member.
    pub member: MemberId,
    /// The establishment.
    pub establishment: EstablishmentId,
    /// When, to the second.
    pub at: Instant,
}

impl Store {
    /// Records a visit without a purchase, once for each key, and gives the points of the programme
    /// for a visit. 2 strong reads and 1 transaction of 3 items, 7 write units with the entry's
    /// place in the index. A visit counts as a use of the card; where it activates the card, the gift
    /// costs 3 write units more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with
    /// [`domain::RequestError::IdempotencyKeyReused`].
    pub async fn visit(
        &self,
        scope: &Scope,
        new: &NewVisit,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Answered<Entered>, StoreError> {
        let replay = |answer: String| async move { self.entered_before(scope, &answer).await };
        let attempt = || self.try_visit(scope, new, key, now);
        self.once(scope, key, now, replay, attempt).await
    }

    async fn try_visit(
        &self,
        scope: &Scope,
        new: &NewVisit,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Attempt<Entered>, StoreError> {
        let NewVisit { member, establishment, at } = new;
        let holder = self.holder_of(scope, *member, Consistency::Strong).await?;
        let Holder::Member { mut stored, birth_month } = holder else {
            return Err(StoreError::NotFound(Entity::Member));
        };
        let day = Day::at(*at, scope.zone_of(establishment));
        let scope = &self.use_programmes(scope, [day], now).await?;
        let gift = activate_by_use(scope, &mut stored, *at, now)?;
        let context = scope.context_at(establishment, birth_month);
        let points =
            ledger::enter_visit(&mut stored.account, (establishment, *at), &context).total();
        let cause = Cause::Visit(establishment.clone());
        let entry = LedgerEntry { cause, points, lots: vec![], at: *at };
        let today = Day::at(now, context.zone);
        self.enter(scope, &stored, NewEntry { entry: &entry, gift }, today, key, now).await
    }
}
