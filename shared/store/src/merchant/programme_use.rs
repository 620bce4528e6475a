//! The mark of a programme that a sale, a return or a visit has used. Such a programme is not replaced any more.
//!
//! The mark is an item beside the settings, because `ingest` may not write the settings. Before an instance first
//! uses a programme, it sets the mark, on condition that the programme still has the revision that the instance has
//! in its cache. A replacement has the condition that the mark is absent, and changes the revision there.

use crate::TtlCache;
use crate::merchant::settings::Settings;
use crate::table::attributes;
use crate::table::keys;
use crate::table::retry::{Attempt, retry};
use crate::table::tenant::Mode;
use crate::table::write::{Write, Written};
use crate::{Consistency, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Day, Instant, MerchantId};
use serde::Deserialize;
use std::collections::BTreeSet;

/// How long an instance remembers that it marked a programme. A mark is never removed.
pub(crate) const REMEMBERED_SECONDS: i64 = 24 * 60 * 60;

/// The programmes that this instance has marked, by their first day and their revision.
pub(crate) type MarkedProgrammes = TtlCache<(MerchantId, Day, u64), ()>;

#[derive(Deserialize)]
struct UseRecord {
    #[serde(default)]
    used: bool,
}

impl Store {
    /// The scope with settings whose programmes of these days are marked as used: no call where this instance has
    /// marked them before, otherwise 1 write unit and 1 round trip for each programme. Where a programme was
    /// replaced since the settings were read, the settings are read again. Test data use no programme.
    pub(crate) async fn use_programmes(
        &self,
        scope: &Scope,
        days: impl IntoIterator<Item = Day>,
        now: Instant,
    ) -> Result<Scope, StoreError> {
        let days: BTreeSet<Day> = match scope.mode {
            Mode::Live => days.into_iter().collect(),
            Mode::Test => BTreeSet::new(),
        };
        let merchant = scope.settings.merchant.id;
        let days = &days;
        if self.unmarked(&scope.settings, days, now).is_empty() {
            return Ok(scope.clone());
        }
        retry(|number| async move {
            let settings = match number {
                0 => scope.settings.clone(),
                _ => self.settings_fresh(merchant, now).await?,
            };
            for (first_day, revision) in self.unmarked(&settings, days, now) {
                let mark = Write::update(
                    &keys::programme_use(merchant, first_day),
                    "SET used = :yes, revision = :revision",
                )
                .condition("attribute_not_exists(revision) OR revision = :revision")
                .value(":yes", AttributeValue::Bool(true))
                .value(":revision", attributes::number(revision));
                match self.write(mark).await {
                    Ok(Written::Done(_)) => {
                        self.marked_programmes.insert((merchant, first_day, revision), (), now);
                    }
                    Ok(Written::Refused) | Err(StoreError::Busy) => return Ok(Attempt::Again),
                    Err(error) => return Err(error),
                }
            }
            Ok(Attempt::Done(Scope { settings, ..scope.clone() }))
        })
        .await
    }

    /// The programmes of these days that this instance has not marked, by their first day and their revision.
    fn unmarked(
        &self,
        settings: &Settings,
        days: &BTreeSet<Day>,
        now: Instant,
    ) -> BTreeSet<(Day, u64)> {
        let merchant = settings.merchant.id;
        let first_days = days.iter().filter_map(|day| settings.programmes.first_day_on(*day));
        let versions = first_days
            .filter_map(|first_day| Some((first_day, *settings.revisions.get(&first_day)?)));
        let is_unmarked = |&(first_day, revision): &(Day, u64)| {
            self.marked_programmes.get(&(merchant, first_day, revision), now).is_none()
        };
        versions.filter(is_unmarked).collect()
    }

    /// Whether a programme was used: 1 strong read.
    pub(super) async fn is_programme_used(
        &self,
        merchant: MerchantId,
        first_day: Day,
    ) -> Result<bool, StoreError> {
        let key = keys::programme_use(merchant, first_day);
        let stored: Option<UseRecord> = self.get_item(&key, Consistency::Strong).await?;
        Ok(stored.is_some_and(|stored| stored.used))
    }
}

/// The part of a replacement that keeps it from a programme that was used: the mark is absent, and a sale that has
/// the replaced revision in its cache cannot set it.
pub(super) fn replace_unused(merchant: MerchantId, first_day: Day, revision: u64) -> Write {
    Write::update(&keys::programme_use(merchant, first_day), "SET revision = :next")
        .condition(
            "attribute_not_exists(used) AND (attribute_not_exists(revision) OR revision = :revision)",
        )
        .value(":next", attributes::number(revision + 1))
        .value(":revision", attributes::number(revision))
}
