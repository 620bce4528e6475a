//! The deletion of an account that a member asks for on a page of their own (GDPR art. 17).

use super::Person;
use crate::{Account, Credential, Instant, Sector, retention};

/// The request of a member to delete the account. The member is erased once [`retention::DELETION_HOURS`] have passed,
/// and may cancel the request until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletionRequest {
    /// When the member asked.
    pub at: Instant,
    /// The credential that asked.
    pub by: Credential,
}

impl Person {
    /// Notes the request to delete the account, and brings the day forward on which retention looks at the member.
    /// Returns whether the request is new: the first one stays.
    pub fn ask_for_deletion(
        &mut self,
        account: &Account,
        sector: Sector,
        request: DeletionRequest,
    ) -> bool {
        if self.deletion.is_some() {
            return false;
        }
        self.deletion = Some(request);
        self.bring_due_forward(account, sector, retention::day_of(request.at));
        true
    }

    /// Cancels the request. Returns whether there was one. The day on which retention looks at the member stays: on that
    /// day the member gets the later deadline.
    pub fn cancel_deletion(&mut self) -> bool {
        self.deletion.take().is_some()
    }
}
