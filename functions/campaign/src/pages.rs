//! The pages of a walk over a merchant's members, one after another.

use domain::MemberId;
use store::{MEMBER_SHARDS, Walked};

/// Where a page begins: a shard, and the last member of it that was seen.
pub(crate) type At = (u8, Option<MemberId>);

/// Where the page after this one begins; `None` after the last.
pub(crate) fn next(shard: u8, page: &Walked) -> Option<At> {
    match page.next {
        Some(after) => Some((shard, Some(after))),
        None if shard + 1 < MEMBER_SHARDS => Some((shard + 1, None)),
        None => None,
    }
}
