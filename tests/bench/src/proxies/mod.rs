//! Proxies in front of DynamoDB and of the providers.

mod counting;
mod item_size;
mod paging;
pub(crate) mod recording;
mod upstream;

pub(crate) use counting::{Count, CountingProxy};
pub(crate) use paging::PagingProxy;
pub(crate) use recording::RecordingProxy;
