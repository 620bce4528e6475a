//! The registration of a member: invitation and activation.

use crate::ledger::entry::give;
use crate::member::person::put_person;
use crate::table::retry::{Attempt, retry};
use crate::{Member, Scope, Store, StoreError};
use domain::ledger::entry::Cause;
use domain::{Instant, MemberId, Registration, retention};

impl Store {
    /// Stores a member's invitation, activation, or both: 1 strong query and, where something
    /// changes, 1 transaction of 2 write units, and 5 more where the programme rewards the first
    /// activation. The member's day in the index `due` does not change: on that day the sweep
    /// computes the later deadline.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with the errors of
    /// [`Registration::note`].
    pub async fn register(
        &self,
        scope: &Scope,
        id: MemberId,
        registration: &Registration,
        now: Instant,
    ) -> Result<Member, StoreError> {
        retry(|_| async move {
            let mut member = self.member(scope, id).await?;
            let was_active = member.person.activated_at.is_some();
            if !registration.note(&mut member.person)? {
                return Ok(Attempt::Done(member));
            }
            member.person.version += 1;
            let mut transaction = self.transaction();
            transaction.add(put_person(scope, &member.person)?);
            if !was_active && member.person.activated_at.is_some() {
                let gifts = scope.settings.programmes.terms_on(retention::day_of(now)).gifts;
                let gift = (Cause::Activation, gifts.activation);
                let (id, account) = (member.person.id, &mut member.account);
                if let Some(entry) = give(scope, id, account, gift, now)? {
                    transaction.add(member.put_account(scope)?);
                    transaction.add(entry);
                }
            }
            Ok(transaction.commit().await?.done(member))
        })
        .await
    }
}
