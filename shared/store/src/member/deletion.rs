//! The deletion of an account that a member asks for, and cancels. Retention erases the member later.

use crate::member::person::put_person;
use crate::table::retry::{Attempt, retry};
use crate::{Member, Scope, Store, StoreError};
use domain::member::DeletionRequest;
use domain::values::calendar::whole_second;
use domain::{Instant, MemberId};

impl Store {
    /// Stores that a member asked to delete the account: 1 strong query and, for a first request, 1 round trip of 4
    /// write units, with those of the index `due`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn ask_for_deletion(
        &self,
        scope: &Scope,
        id: MemberId,
        now: Instant,
    ) -> Result<Member, StoreError> {
        let sector = scope.settings.merchant.sector;
        let request = DeletionRequest { at: whole_second(now), by: scope.credential };
        self.change_deletion(scope, id, |member| {
            member.person.ask_for_deletion(&member.account, sector, request)
        })
        .await
    }

    /// Stores that a member cancelled the request: 1 strong query and, where there was a request, 1 round trip of 2 write
    /// units.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a member who was erased meanwhile.
    pub async fn cancel_deletion(&self, scope: &Scope, id: MemberId) -> Result<Member, StoreError> {
        self.change_deletion(scope, id, |member| member.person.cancel_deletion()).await
    }

    async fn change_deletion(
        &self,
        scope: &Scope,
        id: MemberId,
        change: impl Fn(&mut Member) -> bool,
    ) -> Result<Member, StoreError> {
        let change = &change;
        retry(|_| async move {
            let mut member = self.member(scope, id).await?;
            if !change(&mut member) {
                return Ok(Attempt::Done(member));
            }
            member.person.version += 1;
            let written = self.write(put_person(scope, &member.person)?).await?;
            Ok(if written.is_done() { Attempt::Done(member) } else { Attempt::Again })
        })
        .await
    }
}
