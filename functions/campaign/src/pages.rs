//! The pages in which a merchant's members are read.

use domain::MemberId;
use store::{MEMBER_SHARDS, Walked};

/// Where a page begins: a shard, and the last member of the shard that was read before.
pub(crate) type Position = (u8, Option<MemberId>);

/// Where the next page begins; `None` after the last page.
pub(crate) fn next(shard: u8, page: &Walked) -> Option<Position> {
    match page.next {
        Some(after) => Some((shard, Some(after))),
        None if shard + 1 < MEMBER_SHARDS => Some((shard + 1, None)),
        None => None,
    }
}
