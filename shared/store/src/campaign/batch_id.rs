//! The identifier of a campaign's batch.

use domain::MemberId;
use domain::values::identifiers::MEMBER_SHARDS;
use std::fmt;

/// A batch of a campaign: the shard it was walked in, and the last member that had been seen. What is
/// left of a batch for later keeps its shard and adds [`MEMBER_SHARDS`] to it, once for each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId {
    /// The shard.
    pub shard: u8,
    /// The last member seen.
    pub cursor: MemberId,
}

impl BatchId {
    /// Whether it is what was left of another batch.
    #[must_use]
    pub const fn is_rest(&self) -> bool {
        self.shard >= MEMBER_SHARDS
    }

    /// The batch of those left for later, `last` among them; `None` where it was put off some fifteen
    /// times already.
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
