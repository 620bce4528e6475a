//! A position in the walk over a merchant's members.

use domain::MemberId;

/// A position among a merchant's members: a shard, and the last member of the shard that was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WalkPosition {
    /// The shard.
    pub shard: u8,
    /// The last member that was read; `None` at the beginning of the shard.
    pub after: Option<MemberId>,
}

impl WalkPosition {
    /// The beginning of a shard.
    #[must_use]
    pub const fn start_of(shard: u8) -> Self {
        Self { shard, after: None }
    }
}
