//! Rewards (*récompenses*): what a merchant gives for points, for whom, when and how often.

use crate::programme::{Level, LevelCode};
use crate::{Day, Invalid, OfferId, Points, RewardId};

/// The most characters of a reward's name.
pub const NAME_LENGTH: usize = 60;
/// The most points that a reward costs.
pub const MOST_POINTS: i64 = 1_000_000;

/// What is given for the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Something handed out over the counter.
    Goods,
    /// A single-use coupon of an offer, bound to the member.
    Coupon(OfferId),
}

/// What a reward says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What members read.
    pub name: String,
    /// What it costs.
    pub points: Points,
    /// What is given.
    pub given: Given,
    /// How many there are in all; `None` for any number.
    pub stock: Option<u32>,
    /// How many a member may have; `None` for any number.
    pub limit_member: Option<u32>,
    /// The first day.
    pub first_day: Day,
    /// The last day, that day included.
    pub last_day: Option<Day>,
    /// Only for members of this level or a higher one.
    pub level: Option<LevelCode>,
}

/// A reward of a merchant's catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reward {
    /// Its identifier.
    pub id: RewardId,
    /// Whether it is not given for the time being.
    pub disabled: bool,
    terms: Terms,
}

/// Why a reward is not given. `Display` is an English sentence for developers that follows the
/// field's name; [`Refusal::french`] is for who stands at the till.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The merchant took it back.
    #[error("is not given for the time being: the merchant disabled it")]
    Disabled,
    /// Before the first day.
    #[error("is not given yet: see its first day")]
    NotBegun,
    /// After the last day.
    #[error("is not given any more: see its last day")]
    Ended,
    /// The member's level is too low.
    #[error("is for members of a higher level")]
    LevelTooLow,
    /// Too few points that can be spent.
    #[error("costs more points than can be spent")]
    NotEnoughPoints,
    /// None is left.
    #[error("is out of stock")]
    OutOfStock,
    /// The member had it often enough.
    #[error("was given to this member as often as it allows")]
    MemberLimit,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 7] = [
        Self::Disabled,
        Self::NotBegun,
        Self::Ended,
        Self::LevelTooLow,
        Self::NotEnoughPoints,
        Self::OutOfStock,
        Self::MemberLimit,
    ];

    /// A stable code, for programs and for translation.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Disabled => "reward_disabled",
            Self::NotBegun => "reward_not_begun",
            Self::Ended => "reward_ended",
            Self::LevelTooLow => "reward_level",
            Self::NotEnoughPoints => "not_enough_points",
            Self::OutOfStock => "reward_out_of_stock",
            Self::MemberLimit => "reward_member_limit",
        }
    }

    /// What the till may show.
    #[must_use]
    pub const fn french(self) -> &'static str {
        match self {
            Self::Disabled => "Cette récompense n'est plus proposée.",
            Self::NotBegun => "Cette récompense n'est pas encore disponible.",
            Self::Ended => "Cette récompense n'est plus disponible.",
            Self::LevelTooLow => "Cette récompense est réservée à un palier supérieur.",
            Self::NotEnoughPoints => "Le client n'a pas assez de points.",
            Self::OutOfStock => "Cette récompense est épuisée.",
            Self::MemberLimit => "Ce client a déjà eu cette récompense.",
        }
    }
}

impl Reward {
    /// A reward of a merchant with these levels.
    ///
    /// # Errors
    /// The field that stands against it and why: [`Invalid::RewardPoints`], [`Invalid::RewardLimit`],
    /// [`Invalid::EndsBeforeItBegins`], [`Invalid::LevelUnknown`].
    pub fn new(
        id: RewardId,
        terms: Terms,
        disabled: bool,
        levels: &[Level],
    ) -> Result<Self, (&'static str, Invalid)> {
        if !(1..=MOST_POINTS).contains(&terms.points.get()) {
            return Err(("points", Invalid::RewardPoints));
        }
        if terms.limit_member == Some(0) {
            return Err(("limit_member", Invalid::RewardLimit));
        }
        if let (Some(stock), Some(of_member)) = (terms.stock, terms.limit_member)
            && of_member > stock
            && stock > 0
        {
            return Err(("limit_member", Invalid::RewardLimit));
        }
        if terms.last_day.is_some_and(|last| last < terms.first_day) {
            return Err(("last_day", Invalid::EndsBeforeItBegins));
        }
        let is_level = |code: &LevelCode| levels.iter().any(|level| level.code == *code);
        if terms.level.as_ref().is_some_and(|code| !is_level(code)) {
            return Err(("level", Invalid::LevelUnknown));
        }
        Ok(Self { id, disabled, terms })
    }

    /// A reward that was checked when it was saved.
    #[must_use]
    pub const fn from_stored(id: RewardId, terms: Terms, disabled: bool) -> Self {
        Self { id, disabled, terms }
    }

    /// What it says.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Whether it is given to a member of `level` on a day. Its stock, the member's limit and the
    /// points are looked at where they are taken.
    ///
    /// # Errors
    /// The first [`Refusal`] that stands against it.
    pub fn given_to(
        &self,
        level: Option<&Level>,
        levels: &[Level],
        today: Day,
    ) -> Result<(), Refusal> {
        let Terms { first_day, last_day, level: wanted, .. } = &self.terms;
        if self.disabled {
            return Err(Refusal::Disabled);
        }
        if today < *first_day {
            return Err(Refusal::NotBegun);
        }
        if last_day.is_some_and(|last| last < today) {
            return Err(Refusal::Ended);
        }
        let Some(wanted) = wanted else { return Ok(()) };
        let threshold = levels.iter().find(|known| known.code == *wanted).map(|known| known.from);
        // A level that the programme dropped since is reached by nobody.
        let reached = threshold.zip(level).is_some_and(|(from, level)| from <= level.from);
        if reached { Ok(()) } else { Err(Refusal::LevelTooLow) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn level(code: &str, from: i64) -> Level {
        Level {
            code: LevelCode::parse(code).unwrap(),
            name: code.to_owned(),
            from: Points::new(from),
        }
    }

    fn levels() -> [Level; 2] {
        [level("silver", 100), level("gold", 500)]
    }

    fn terms() -> Terms {
        Terms {
            name: "Tasse".to_owned(),
            points: Points::new(100),
            given: Given::Goods,
            stock: Some(10),
            limit_member: Some(1),
            first_day: day("2026-11-01"),
            last_day: Some(day("2026-11-30")),
            level: LevelCode::parse("silver").ok(),
        }
    }

    fn id() -> RewardId {
        RewardId::from_bytes([1; 16])
    }

    #[rstest]
    #[case(terms(), Ok(()))]
    #[case(Terms { points: Points::ZERO, ..terms() }, Err(("points", Invalid::RewardPoints)))]
    #[case(Terms { points: Points::new(1_000_001), ..terms() }, Err(("points", Invalid::RewardPoints)))]
    #[case(Terms { limit_member: Some(0), ..terms() }, Err(("limit_member", Invalid::RewardLimit)))]
    #[case(Terms { limit_member: Some(11), ..terms() }, Err(("limit_member", Invalid::RewardLimit)))]
    #[case(Terms { last_day: Some(day("2026-10-31")), ..terms() }, Err(("last_day", Invalid::EndsBeforeItBegins)))]
    #[case(Terms { level: LevelCode::parse("platinum").ok(), ..terms() }, Err(("level", Invalid::LevelUnknown)))]
    fn a_reward_that_contradicts_itself_is_refused_with_its_field(
        #[case] terms: Terms,
        #[case] found: Result<(), (&'static str, Invalid)>,
    ) {
        assert_eq!(Reward::new(id(), terms, false, &levels()).map(|_| ()), found);
    }

    #[rstest]
    #[case(Some(0), "2026-11-24", Ok(()))]
    #[case(Some(1), "2026-11-30", Ok(()))]
    #[case(None, "2026-11-24", Err(Refusal::LevelTooLow))]
    #[case(Some(1), "2026-10-31", Err(Refusal::NotBegun))]
    #[case(Some(1), "2026-12-01", Err(Refusal::Ended))]
    fn a_reward_is_given_in_its_days_to_members_of_its_level_or_higher(
        #[case] level: Option<usize>,
        #[case] today: &str,
        #[case] found: Result<(), Refusal>,
    ) {
        let reward = Reward::new(id(), terms(), false, &levels()).unwrap();
        let levels = levels();
        let level = level.map(|index| &levels[index]);
        assert_eq!(reward.given_to(level, &levels, day(today)), found);
        let disabled = Reward { disabled: true, ..reward };
        assert_eq!(disabled.given_to(level, &levels, day(today)), Err(Refusal::Disabled));
    }
}
