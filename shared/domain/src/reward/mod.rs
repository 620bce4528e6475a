//! Rewards (*récompenses*): what a merchant gives for points, for whom, when and how often.

mod error;

pub use error::RewardError;

pub mod redemption;

use crate::coupon::offer::Usage;
use crate::programme::{Level, LevelCode};
use crate::{Day, DomainError, ErrorClass, Offer, OfferId, Points, ProgrammeError, RewardId};

/// The most characters of a reward's name.
pub const NAME_LENGTH: usize = 60;
/// The most points that a reward costs.
pub const MOST_POINTS: i64 = 1_000_000;

/// A price in points: some, and no absurd number.
///
/// # Errors
/// [`RewardError::Points`].
pub fn price(points: i64) -> Result<Points, DomainError> {
    if (1..=MOST_POINTS).contains(&points) {
        Ok(Points::new(points))
    } else {
        Err(RewardError::Points.into())
    }
}

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

/// Why a reward is not given.
///
/// `Display` is an English sentence for developers that follows the name of the field. The sentence for
/// people is the one of its code in [`crate::language`].
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
    /// None is left.
    #[error("is out of stock")]
    OutOfStock,
    /// The member had it often enough.
    #[error("was given to this member as often as it allows")]
    MemberLimit,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 6] = [
        Self::Disabled,
        Self::NotBegun,
        Self::Ended,
        Self::LevelTooLow,
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
            Self::OutOfStock => "reward_out_of_stock",
            Self::MemberLimit => "reward_member_limit",
        }
    }

    /// The class, which decides the HTTP status.
    #[must_use]
    pub const fn class(self) -> ErrorClass {
        match self {
            Self::OutOfStock | Self::MemberLimit => ErrorClass::Conflict,
            Self::Disabled | Self::NotBegun | Self::Ended | Self::LevelTooLow => {
                ErrorClass::Invalid
            }
        }
    }
}

impl Reward {
    /// A reward of a merchant with these levels.
    ///
    /// # Errors
    /// The field that stands against it and why: [`RewardError::Points`], [`RewardError::Limit`],
    /// [`ProgrammeError::EndsBeforeItBegins`], [`ProgrammeError::LevelUnknown`].
    pub fn new(
        id: RewardId,
        terms: Terms,
        disabled: bool,
        levels: &[Level],
    ) -> Result<Self, (&'static str, DomainError)> {
        price(terms.points.get()).map_err(|invalid| ("points", invalid))?;
        if terms.limit_member == Some(0) {
            return Err(("limit_member", RewardError::Limit.into()));
        }
        if let (Some(stock), Some(of_member)) = (terms.stock, terms.limit_member)
            && of_member > stock
            && stock > 0
        {
            return Err(("limit_member", RewardError::Limit.into()));
        }
        if terms.last_day.is_some_and(|last| last < terms.first_day) {
            return Err(("last_day", ProgrammeError::EndsBeforeItBegins.into()));
        }
        let is_level = |code: &LevelCode| levels.iter().any(|level| level.code == *code);
        if terms.level.as_ref().is_some_and(|code| !is_level(code)) {
            return Err(("level", ProgrammeError::LevelUnknown.into()));
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

    /// Whether coupons of an offer are given on a day: the offer may have changed, or ended, since the
    /// reward was saved.
    ///
    /// # Errors
    /// [`Refusal::Disabled`], [`Refusal::Ended`].
    pub fn given_as(offer: &Offer, today: Day) -> Result<(), Refusal> {
        let terms = offer.terms();
        if offer.disabled || terms.usage != Usage::Single {
            return Err(Refusal::Disabled);
        }
        if terms.last_day.is_some_and(|last| last < today) {
            return Err(Refusal::Ended);
        }
        Ok(())
    }

    /// Whether it is given at all on a day.
    ///
    /// # Errors
    /// The first [`Refusal`] that stands against it.
    pub fn given_on(&self, today: Day) -> Result<(), Refusal> {
        let Terms { first_day, last_day, .. } = &self.terms;
        if self.disabled {
            return Err(Refusal::Disabled);
        }
        if today < *first_day {
            return Err(Refusal::NotBegun);
        }
        if last_day.is_some_and(|last| last < today) {
            return Err(Refusal::Ended);
        }
        Ok(())
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
        self.given_on(today)?;
        let Some(wanted) = &self.terms.level else { return Ok(()) };
        let threshold = levels.iter().find(|known| known.code == *wanted).map(|known| known.from);
        // A level that the programme dropped since is reached by nobody.
        let reached = threshold.zip(level).is_some_and(|(from, level)| from <= level.from);
        if reached { Ok(()) } else { Err(Refusal::LevelTooLow) }
    }
}

impl Reward {
    /// How many are left once so many were given; `None` where there are any number.
    #[must_use]
    pub fn left(&self, given: u32) -> Option<u32> {
        self.terms.stock.map(|stock| stock.saturating_sub(given))
    }

    /// Whether one is left for a member who had so many of those given.
    ///
    /// # Errors
    /// [`Refusal::OutOfStock`], [`Refusal::MemberLimit`].
    pub fn left_for(&self, given: u32, had: u32) -> Result<(), Refusal> {
        if self.left(given) == Some(0) {
            return Err(Refusal::OutOfStock);
        }
        if self.terms.limit_member.is_some_and(|limit| limit <= had) {
            return Err(Refusal::MemberLimit);
        }
        Ok(())
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

    #[rstest]
    #[case(9, 0, Ok(()))]
    #[case(10, 0, Err(Refusal::OutOfStock))]
    #[case(11, 0, Err(Refusal::OutOfStock))]
    #[case(9, 1, Err(Refusal::MemberLimit))]
    fn the_last_of_a_stock_is_given_and_a_member_has_so_many(
        #[case] given: u32,
        #[case] had: u32,
        #[case] found: Result<(), Refusal>,
    ) {
        let reward = Reward::new(id(), terms(), false, &levels()).unwrap();
        assert_eq!(reward.left_for(given, had), found);
        let unlimited = Terms { stock: None, limit_member: None, ..terms() };
        let reward = Reward::new(id(), unlimited, false, &levels()).unwrap();
        assert_eq!((reward.left(given), reward.left_for(given, had)), (None, Ok(())));
    }

    #[rstest]
    #[case(Usage::Single, false, "2026-11-30", Ok(()))]
    #[case(Usage::Single, false, "2026-12-01", Err(Refusal::Ended))]
    #[case(Usage::Single, true, "2026-11-30", Err(Refusal::Disabled))]
    #[case(Usage::Multi { limit: Some(9), limit_member: None }, false, "2026-11-30", Err(Refusal::Disabled))]
    fn a_coupon_that_would_give_nothing_is_not_given_for_points(
        #[case] usage: Usage,
        #[case] disabled: bool,
        #[case] today: &str,
        #[case] found: Result<(), Refusal>,
    ) {
        let terms = crate::coupon::offer::Terms {
            name: "Bienvenue".to_owned(),
            benefit: crate::coupon::offer::Benefit::Value(crate::Cents::new(500)),
            minimum_spend: crate::Cents::ZERO,
            first_day: day("2026-11-01"),
            last_day: Some(day("2026-11-30")),
            establishments: vec![],
            usage,
        };
        let offer = Offer::from_stored(OfferId::from_bytes([3; 16]), terms, disabled);
        assert_eq!(Reward::given_as(&offer, day(today)), found);
    }

    fn id() -> RewardId {
        RewardId::from_bytes([1; 16])
    }

    #[rstest]
    #[case(terms(), Ok(()))]
    #[case(Terms { points: Points::ZERO, ..terms() }, Err(("points", RewardError::Points.into())))]
    #[case(Terms { points: Points::new(1_000_001), ..terms() }, Err(("points", RewardError::Points.into())))]
    #[case(Terms { limit_member: Some(0), ..terms() }, Err(("limit_member", RewardError::Limit.into())))]
    #[case(Terms { limit_member: Some(11), ..terms() }, Err(("limit_member", RewardError::Limit.into())))]
    #[case(Terms { last_day: Some(day("2026-10-31")), ..terms() }, Err(("last_day", ProgrammeError::EndsBeforeItBegins.into())))]
    #[case(Terms { level: LevelCode::parse("platinum").ok(), ..terms() }, Err(("level", ProgrammeError::LevelUnknown.into())))]
    fn a_reward_that_contradicts_itself_is_refused_with_its_field(
        #[case] terms: Terms,
        #[case] found: Result<(), (&'static str, DomainError)>,
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
