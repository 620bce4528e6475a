//! The corrections by hand of a merchant on one day, counted for an alarm.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys;
use crate::table::write::{Write, Written};
use crate::{Mode, Scope, Store, StoreError};
use domain::ledger::entry::is_unusual;
use domain::{Day, Points};
use serde::Deserialize;

/// The days for which a count stays.
const KEPT_DAYS: i16 = 7;

#[derive(Deserialize)]
struct TotalRecord {
    points: i64,
}

impl Store {
    /// Counts a correction among the merchant's corrections of the day, points given and points taken alike.
    /// Returns the total where this correction makes the day unusual, which is once a day: 1 round trip, 1 write
    /// unit. Corrections of test data are not counted.
    pub async fn count_adjustment(
        &self,
        scope: &Scope,
        day: Day,
        points: Points,
    ) -> Result<Option<Points>, StoreError> {
        if scope.mode == Mode::Test {
            return Ok(None);
        }
        let key = keys::adjusted_total(scope.tenant(), day);
        let size = points.get().saturating_abs();
        let end = i64::from(day.plus_days(i32::from(KEPT_DAYS)).ordinal()) * 86_400;
        let count = Write::update(&key, "SET #ttl = :end ADD points :size")
            .name("#ttl", "ttl")
            .value(":end", attributes::number(end))
            .value(":size", attributes::number(size))
            .returning_new();
        let Written::Done(Some(item)) = self.write(count).await? else {
            return Err(StoreError::Corrupt("corrections"));
        };
        let total = items::from_item::<TotalRecord>(item, "corrections")?.points;
        let (before, total) = (Points::new(total - size), Points::new(total));
        Ok((!is_unusual(before) && is_unusual(total)).then_some(total))
    }
}
