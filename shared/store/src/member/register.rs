//! The registration of a member: invitation and activation.

use crate::member::activation::activation_gift;
use crate::member::person::put_person;
use crate::table::retry::{Attempt, retry};
use crate::{Member, Scope, Store, StoreError};
use domain::{Instant, MemberId, Registration, retention};

impl Store {
    /// Stores a member's invitation, activation, or both, with the credential that recorded them: 1
    /// strong query and, where something changes, 1 transaction of:
    ///
    /// * for an invitation: 2 write units, and 2 for the index `due` where the three months end
    ///   before the member's day in the index
    /// * for an activation: 2 write units, and 3 where the programme rewards it
    ///
    /// An activation does not change the index: on the member's day the sweep computes the later
    /// deadline.
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
        let sector = scope.settings.merchant.sector;
        retry(|_| async move {
            let mut member = self.member(scope, id).await?;
            let Member { person, account, .. } = &mut member;
            let noted = registration.note(person, account, scope.credential, now)?;
            if !noted.invited && !noted.activated {
                return Ok(Attempt::Done(member));
            }
            let mut transaction = self.transaction();
            if noted.activated
                && let Some(gift) = activation_gift(scope, person.id, account, now)?
            {
                transaction.add(gift);
            }
            if noted.invited {
                person.bring_due_forward(account, sector, retention::day_of(now));
                person.version += 1;
                transaction.add(put_person(scope, person)?);
            }
            if noted.activated {
                transaction.add(member.put_account(scope)?);
                member.account_version += 1;
            }
            Ok(transaction.commit().await?.done(member))
        })
        .await
    }
}
