//! The failed look-ups of a key, counted for all instances together. A key that tries one number after another is
//! found by the count.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys;
use crate::table::write::{Write, Written};
use crate::{Store, StoreError};
use domain::{Instant, KeyId};
use serde::Deserialize;

/// The seconds of a window in which failed look-ups are counted. Windows follow one another, and begin at whole
/// multiples of this number since 1970: at :00, :10, :20, :30, :40 and :50.
pub const LOOKUP_WINDOW_SECONDS: i64 = 600;
/// The seconds for which a count stays after its window.
const KEPT_SECONDS: i64 = 86_400;

#[derive(Deserialize)]
struct CountRecord {
    lookups: u32,
}

impl Store {
    /// Counts a failed look-up of a key. Returns the failed look-ups of the key in this window: 1 round trip, 1
    /// write unit. A call whose answer is lost may count twice.
    pub async fn count_failed_lookup(&self, key: KeyId, now: Instant) -> Result<u32, StoreError> {
        let window = now.as_second().div_euclid(LOOKUP_WINDOW_SECONDS);
        let end = (window + 1) * LOOKUP_WINDOW_SECONDS + KEPT_SECONDS;
        let count =
            Write::update(&keys::failed_lookups(key, window), "SET #ttl = :end ADD lookups :one")
                .name("#ttl", "ttl")
                .value(":end", attributes::number(end))
                .value(":one", attributes::number(1))
                .returning_new();
        match self.write(count).await? {
            Written::Done(Some(item)) => {
                Ok(items::from_item::<CountRecord>(item, "failed look-ups")?.lookups)
            }
            Written::Done(None) | Written::Refused => Err(StoreError::Corrupt("failed look-ups")),
        }
    }
}
