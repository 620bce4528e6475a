//! The decision on a member whose day in the due index has come.

use domain::retention::{self, ErasureReason};
use domain::{Day, Sector};
use store::{DueMember, Member, Tombstone};

pub(crate) enum Decision {
    /// The member is gone, or has another day already.
    Nothing,
    /// The erasure was decided before. The deletions are continued.
    CarryOut(Tombstone),
    /// The deadline has moved to a later day.
    Rearm(Box<Member>, Day, ErasureReason),
    /// The deadline has come.
    Erase(Box<Member>, Day, ErasureReason),
}

pub(crate) fn decide(due: DueMember, sector: Sector, today: Day) -> Decision {
    match due {
        DueMember::Gone | DueMember::Merged(_) => Decision::Nothing,
        DueMember::Erased(tombstone) => Decision::CarryOut(tombstone),
        // The index is eventually consistent: the member has another day already.
        DueMember::Member(member) if member.person.due.is_some_and(|due| due > today) => {
            Decision::Nothing
        }
        DueMember::Member(member) => {
            let (day, reason) = retention::deadline(&member.person, &member.account, sector);
            if day > today {
                Decision::Rearm(member, day, reason)
            } else {
                Decision::Erase(member, day, reason)
            }
        }
    }
}
