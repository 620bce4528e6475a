//! The identifier of a campaign's batch.

use domain::MemberId;
use domain::values::identifiers::MEMBER_SHARDS;
use std::fmt;

/// The identifier of a batch: the shard that the batch was cut from, and the last member that the
/// walk had read. A batch of postponed recipients has the shard of the first batch, plus
/// [`MEMBER_SHARDS`] for each postponement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId {
    /// The shard.
    pub shard: u8,
    /// The last member that the walk had read.
    pub cursor: MemberId,
}

impl BatchId {
    /// Whether the recipients of the batch were postponed from another batch.
    #[must_use]
    pub const fn is_rest(&self) -> bool {
        self.shard >= MEMBER_SHARDS
    }

    /// The identifier of a batch of recipients that are postponed from this batch. The last of
    /// these recipients is `last`. `None` after some fifteen postponements.
    #[must_use]
    pub fn rest(&self, last: MemberId) -> Option<Self> {
        Some(Self { shard: self.shard.checked_add(MEMBER_SHARDS)?, cursor: last })
    }

    /// Reads the form that `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (shard, cursor) = text.split_once('#')?;
        Some(Self { shard: shard.parse().ok()?, cursor: MemberId::parse(cursor).ok()? })
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}#{}", self.shard, self.cursor)
    }
}

domain::serde_as_text!(BatchId);
