//! A reward that is given now, as a member reads it.

use super::{List, Reader};
use crate::amount::Amount;
use domain::Reward;
use domain::reward::{Refusal, Unavailable};
use store::{RewardCounts, StoreError};

/// The rewards that a page reads. Those that are not given now are left out of it.
const REWARDS: usize = 50;

/// A reward of the page.
pub(super) struct OfferedReward {
    pub(super) name: String,
    pub(super) price: Amount,
    pub(super) last_day: Option<String>,
    /// The name of the lowest level of members who can have the reward.
    pub(super) level: Option<String>,
    pub(super) standing: Standing,
}

/// Whether the member can have a reward.
pub(super) enum Standing {
    Available,
    /// So much is missing.
    Missing(Amount),
    /// The text that says why not.
    Refused(&'static str),
}

/// A page of the rewards, the latest first.
pub(super) async fn list(
    reader: &Reader<'_>,
    place: Option<&str>,
) -> Result<List<OfferedReward>, StoreError> {
    let Reader { app, scope, members, now, today, .. } = reader;
    let after = place.and_then(|text| reader.place("rewards", text));
    let tenant = scope.tenant();
    let (rewards, next) = app.store.rewards_given(tenant, after, REWARDS, *today, *now).await?;
    let counts = app.store.reward_counts(scope, members, &rewards).await?;
    let entries = rewards.iter().map(|reward| {
        let counts = counts.get(&reward.id).copied().unwrap_or_default();
        OfferedReward::of(reward, counts, reader)
    });
    Ok(List { entries: entries.collect(), next: reader.next("rewards", next.as_ref())? })
}

impl OfferedReward {
    fn of(reward: &Reward, counts: RewardCounts, reader: &Reader<'_>) -> Self {
        let (terms, programmes) = (reward.terms(), &reader.scope.settings.programmes);
        let amount = |points: domain::Points| Amount::new(programmes.unit(), points.get());
        let mut levels = programmes.terms_on(reader.today).levels.iter();
        let wanted = terms.level.as_ref();
        let level = wanted.and_then(|wanted| levels.find(|level| level.code == *wanted));
        Self {
            name: terms.name.clone(),
            price: amount(terms.points),
            last_day: terms.last_day.map(|day| crate::day::text(reader.page, day)),
            level: level.map(|level| level.name.clone()),
            standing: match reader.eligibility.check(reward, counts.given, counts.had) {
                Ok(()) => Standing::Available,
                Err(Unavailable::PointsMissing(points)) => Standing::Missing(amount(points)),
                Err(Unavailable::Refused(refusal)) => Standing::Refused(match refusal {
                    Refusal::LevelTooLow => "rewards-level",
                    Refusal::OutOfStock => "rewards-out-of-stock",
                    Refusal::MemberLimit => "rewards-member-limit",
                    Refusal::Disabled | Refusal::NotBegun | Refusal::Ended => "rewards-not-given",
                }),
            },
        }
    }
}
