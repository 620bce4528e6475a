//! What is to be done with a member whose day in the index has come.

use domain::retention::{self, ErasureReason};
use domain::{Day, Sector};
use store::{DueMember, Member, Tombstone};

pub(crate) enum Decision {
    /// There is no such member any more.
    Nothing,
    /// The erasure was decided before; what is left goes.
    CarryOut(Tombstone),
    /// The deadline has moved on to a day to come.
    Rearm(Box<Member>, Day, ErasureReason),
    /// The deadline has come.
    Erase(Box<Member>, Day, ErasureReason),
}

pub(crate) fn decide(due: DueMember, sector: Sector, today: Day) -> Decision {
    match due {
        DueMember::Gone => Decision::Nothing,
        DueMember::Erased(tombstone) => Decision::CarryOut(tombstone),
        // The index lags a moment behind: another day was given already.
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
