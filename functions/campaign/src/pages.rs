//! The pages in which a merchant's members are read.

use store::{MEMBER_SHARDS, WalkPage, WalkPosition};

/// Where the next page begins; `None` after the last page.
pub(crate) fn next(shard: u8, page: &WalkPage) -> Option<WalkPosition> {
    match page.next {
        Some(after) => Some(WalkPosition { shard, after: Some(after) }),
        None if shard + 1 < MEMBER_SHARDS => Some(WalkPosition::start_of(shard + 1)),
        None => None,
    }
}
