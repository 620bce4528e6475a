//! The decision on a member whose day in the due index has come.

use domain::Day;
use domain::retention::{self, ErasureReason};
use store::{DueMember, LoginState, Member, Scope, Store, StoreError, Tombstone};

pub(crate) enum Decision {
    /// The member is gone, or has another day already.
    Nothing,
    /// The erasure was decided before. The deletions are continued.
    CarryOut(Tombstone),
    /// The deadline has moved to a later day.
    Rearm(Box<Member>, Day, ErasureReason),
    /// The deadline has come.
    Erase(Box<Member>, LoginState, Day, ErasureReason),
}

/// Decides on a member: no call, and 1 read unit for the login where a deadline without sign-ins has come.
pub(crate) async fn decide(
    store: &Store,
    scope: &Scope,
    due: DueMember,
    today: Day,
) -> Result<Decision, StoreError> {
    let member = match due {
        DueMember::Gone | DueMember::Merged(_) => return Ok(Decision::Nothing),
        DueMember::Erased(tombstone) => return Ok(Decision::CarryOut(tombstone)),
        // The index is eventually consistent: the member has another day already.
        DueMember::Member(member) if member.person.due.is_some_and(|due| due > today) => {
            return Ok(Decision::Nothing);
        }
        DueMember::Member(member) => member,
    };
    let Member { person, account, .. } = &*member;
    let sector = scope.settings.merchant.sector;
    let (day, reason) = retention::deadline(person, account, sector);
    if day > today {
        return Ok(Decision::Rearm(member, day, reason));
    }
    let login = store.login_state(scope, person).await?;
    let (day, reason) =
        retention::deadline_after_sign_in(person, account, login.last_connection, sector);
    Ok(if day > today {
        Decision::Rearm(member, day, reason)
    } else {
        Decision::Erase(member, login, day, reason)
    })
}
