//! The members whose data an access showed.

use crate::MemberId;
use std::collections::BTreeSet;

/// The members whose data an access showed, each once: at most [`MembersShown::MOST`]. A list that shows more
/// members at once has several entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MembersShown(BTreeSet<MemberId>);

impl MembersShown {
    /// The most members of an entry, so that an entry is at most some 3 KB.
    pub const MOST: usize = 100;

    /// No member.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// The members; `None` for more than [`MembersShown::MOST`] different ones.
    #[must_use]
    pub fn new(members: impl IntoIterator<Item = MemberId>) -> Option<Self> {
        let members: BTreeSet<_> = members.into_iter().collect();
        (members.len() <= Self::MOST).then_some(Self(members))
    }

    /// The members, in the order of their identifiers.
    pub fn iter(&self) -> impl Iterator<Item = MemberId> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Instant;
    use proptest::prelude::*;

    fn member(number: u16) -> MemberId {
        MemberId::mint(Instant::UNIX_EPOCH, number.into())
    }

    proptest! {
        #[test]
        fn an_entry_names_at_most_a_hundred_members_each_once(
            numbers in prop::collection::vec(0..130_u16, 0..300),
        ) {
            let different: BTreeSet<_> = numbers.iter().copied().map(member).collect();
            match MembersShown::new(numbers.into_iter().map(member)) {
                Some(shown) => prop_assert!(shown.iter().eq(different)),
                None => prop_assert!(different.len() > MembersShown::MOST),
            }
        }
    }

    #[test]
    fn a_hundred_members_fit_and_one_more_does_not() {
        assert!(MembersShown::new((0..100).map(member)).is_some());
        assert_eq!(MembersShown::new((0..101).map(member)), None);
    }
}
