//! A member's registration, noted on the person.

use crate::items::Transaction;
use crate::members::put_person;
use crate::{Member, Scope, Store, StoreError, backoff};
use domain::{MemberId, Registration};

impl Store {
    /// Notes a member's invitation, activation, or both: 1 query read strongly and, where it changes
    /// something, 1 transaction of 2 write units. The member's day in the index `due` stays: the sweep
    /// finds that the deadline has moved on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with what [`Registration::note`] says.
    pub async fn register(
        &self,
        scope: &Scope,
        id: MemberId,
        registration: &Registration,
    ) -> Result<Member, StoreError> {
        for attempt in 0..backoff::ATTEMPTS {
            let mut member = self.member(scope, id).await?;
            let over = member.person.version;
            if !registration.note(&mut member.person)? {
                return Ok(member);
            }
            member.person.version += 1;
            let action = put_person(self, scope, &member.person, Some(over))?;
            match self.transact(vec![action]).await? {
                Transaction::Committed => return Ok(member),
                Transaction::Cancelled(_) => backoff::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }
}
