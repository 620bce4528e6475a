//! The things that the steps of a round act on: numbers that all of them share.

use crate::seed::Seed;

/// A kind of thing that a step picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Merchant,
    Mode,
    Key,
    Person,
    Member,
    OtherMember,
    Purchase,
    Offer,
    Code,
    Batch,
    Reward,
    Redemption,
    Campaign,
    Webhook,
    Upload,
    /// The content of a document or the key of a request, which two tills send at once.
    Content,
    /// Whether the steps of the round send the same content.
    IsShared,
}

const THINGS: usize = Thing::IsShared as usize + 1;

/// The numbers of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Focus([u64; THINGS]);

impl Focus {
    pub(crate) fn of(seed: Seed, round: u32) -> Self {
        let mut random = seed.sequence("focus", round.into());
        Self(std::array::from_fn(|_| random.u64(..)))
    }

    pub(crate) fn number(&self, thing: Thing) -> u64 {
        self.0[thing as usize]
    }

    /// Whether the steps of the round send the same content: a till that sends twice at once.
    pub(crate) fn is_shared(&self) -> bool {
        self.number(Thing::IsShared).is_multiple_of(3)
    }
}
