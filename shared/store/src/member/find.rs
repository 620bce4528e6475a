//! A member found at the till.

use crate::{Contact, Member, Scope, Store, StoreError};

impl Store {
    /// The member who has a contact, with the balance: 2 round trips of half a read unit each, half a
    /// unit more for each merge that is followed; where nobody seems to have it 1.5, a strong second
    /// look among them. Read eventually: what was written a moment ago may be missing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`domain::MemberError::CardBlocked`].
    pub async fn find(
        &self,
        scope: &Scope,
        contact: &Contact,
    ) -> Result<Option<Member>, StoreError> {
        match self.find_member(scope, contact).await? {
            Some(id) => self.member_eventual(scope, id).await.map(Some),
            None => Ok(None),
        }
    }
}
