//! A member's registration, noted on the person.

use crate::ledger::entry::give;
use crate::member::read::{put_account, put_person};
use crate::table::retry::{Attempt, retry};
use crate::{Member, Scope, Store, StoreError};
use domain::ledger::entry::Cause;
use domain::{Instant, MemberId, Registration, retention};

impl Store {
    /// Notes a member's invitation, activation, or both: 1 query read strongly and, where it changes
    /// something, 1 transaction of 2 write units; 5 more where the first activation is rewarded. The
    /// member's day in the index `due` stays: the sweep finds that the deadline has moved on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with what [`Registration::note`] says.
    pub async fn register(
        &self,
        scope: &Scope,
        id: MemberId,
        registration: &Registration,
        now: Instant,
    ) -> Result<Member, StoreError> {
        retry(|_| async move {
            let mut member = self.member(scope, id).await?;
            let (over, was_active) = (member.person.version, member.person.activated_at.is_some());
            if !registration.note(&mut member.person)? {
                return Ok(Attempt::Done(member));
            }
            member.person.version += 1;
            let mut transaction = self.transaction();
            transaction.add(put_person(scope, &member.person, Some(over))?);
            if !was_active && member.person.activated_at.is_some() {
                let gifts = scope.settings.programmes.terms_on(retention::day_of(now)).gifts;
                let gift = (Cause::Activation, gifts.activation);
                let (id, account) = (member.person.id, &mut member.account);
                if let Some(entry) = give(scope, id, account, gift, now)? {
                    let over = Some(member.account_version);
                    transaction.add(put_account(scope, id, &member.account, over)?);
                    transaction.add(entry);
                }
            }
            Ok(transaction.commit().await?.done(member))
        })
        .await
    }
}
