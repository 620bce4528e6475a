//! Rewards (*récompenses*): the goods or coupons that a merchant gives for points, and the conditions.

mod eligibility;
pub(crate) mod error;
mod limits;
mod refusal;

pub mod bill;
pub mod redemption;

pub use eligibility::{Eligibility, Unavailable};
pub use error::RewardError;
pub use limits::{MOST_POINTS, MOST_STOCK, NAME_LENGTH};
pub use refusal::Refusal;

use crate::coupon::offer::Usage;
use crate::programme::{Level, LevelCode};
use crate::{Day, DomainError, InvalidField, Offer, OfferId, Points, ProgrammeError, RewardId};

/// Checks a price in points: 1 to [`MOST_POINTS`].
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

/// What the member gets for the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Something handed out over the counter.
    Goods,
    /// A single-use coupon of an offer, bound to the member.
    Coupon(OfferId),
}

/// The terms of a reward, as its merchant wrote them. [`Reward::new`] checks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The name that members read.
    pub name: String,
    /// The price.
    pub points: Points,
    /// What the member gets.
    pub given: Given,
    /// The number of pieces in all; `None` for any number.
    pub stock: Option<u32>,
    /// The number of pieces that one member may have; `None` for any number.
    pub limit_member: Option<u32>,
    /// The first day on which the reward is given.
    pub first_day: Day,
    /// The last day on which the reward is given, included.
    pub last_day: Option<Day>,
    /// The lowest level of members who can have the reward.
    pub level: Option<LevelCode>,
}

/// A reward of a merchant's catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reward {
    /// Its identifier.
    pub id: RewardId,
    /// Whether the merchant disabled the reward.
    pub disabled: bool,
    terms: Terms,
}

impl Reward {
    /// A reward of a merchant with these levels.
    ///
    /// # Errors
    /// The first field that is not accepted, with [`RewardError::Points`], [`RewardError::Stock`],
    /// [`RewardError::Limit`], [`ProgrammeError::EndsBeforeItBegins`] or [`ProgrammeError::LevelUnknown`].
    pub fn new(
        id: RewardId,
        terms: Terms,
        disabled: bool,
        levels: &[Level],
    ) -> Result<Self, InvalidField> {
        let refuse = |pointer, error: DomainError| Err(InvalidField::new(pointer, error));
        price(terms.points.get()).map_err(|error| InvalidField::new("/points", error))?;
        if terms.stock.is_some_and(|stock| stock > MOST_STOCK) {
            return refuse("/stock", RewardError::Stock.into());
        }
        if terms.limit_member == Some(0) {
            return refuse("/limit_member", RewardError::Limit.into());
        }
        if let (Some(stock), Some(of_member)) = (terms.stock, terms.limit_member)
            && of_member > stock
            && stock > 0
        {
            return refuse("/limit_member", RewardError::Limit.into());
        }
        if terms.last_day.is_some_and(|last| last < terms.first_day) {
            return refuse("/last_day", ProgrammeError::EndsBeforeItBegins.into());
        }
        let is_level = |code: &LevelCode| levels.iter().any(|level| level.code == *code);
        if terms.level.as_ref().is_some_and(|code| !is_level(code)) {
            return refuse("/level", ProgrammeError::LevelUnknown.into());
        }
        Ok(Self { id, disabled, terms })
    }

    /// A reward that [`Reward::new`] checked before it was stored. For the store only.
    #[must_use]
    pub const fn from_stored(id: RewardId, terms: Terms, disabled: bool) -> Self {
        Self { id, disabled, terms }
    }

    /// Its terms.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Checks that coupons of an offer are given on a day.
    fn given_as(offer: &Offer, today: Day) -> Result<(), Refusal> {
        let terms = offer.terms();
        if offer.disabled || terms.usage != Usage::Single {
            return Err(Refusal::Disabled);
        }
        if terms.last_day.is_some_and(|last| last < today) {
            return Err(Refusal::Ended);
        }
        Ok(())
    }

    /// Checks that what the reward gives can be had on a day. `offer` is the offer of its coupons, where it
    /// exists; goods need none. The offer may have changed or ended since the reward was saved.
    ///
    /// # Errors
    /// [`Refusal::Disabled`], also where the offer does not exist; [`Refusal::Ended`].
    pub fn gives_on(&self, offer: Option<&Offer>, today: Day) -> Result<(), Refusal> {
        match (self.terms.given, offer) {
            (Given::Goods, _) => Ok(()),
            (Given::Coupon(_), Some(offer)) => Self::given_as(offer, today),
            (Given::Coupon(_), None) => Err(Refusal::Disabled),
        }
    }

    /// Checks that the reward is given on a day. The member is not checked.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies.
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

    /// Checks that the reward is given to a member of `level` on a day. [`Reward::left_for`] checks the
    /// stock and the member's limit, and [`crate::ledger::spend`] the points.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies.
    pub fn given_to(
        &self,
        level: Option<&Level>,
        levels: &[Level],
        today: Day,
    ) -> Result<(), Refusal> {
        self.given_on(today)?;
        let Some(wanted) = &self.terms.level else { return Ok(()) };
        let threshold = levels.iter().find(|known| known.code == *wanted).map(|known| known.from);
        // No member reaches a level that the programme no longer has.
        let reached = threshold.zip(level).is_some_and(|(from, level)| from <= level.from);
        if reached { Ok(()) } else { Err(Refusal::LevelTooLow) }
    }

    /// The number of pieces left once `given` were given; `None` for any number.
    #[must_use]
    pub fn left(&self, given: u32) -> Option<u32> {
        self.terms.stock.map(|stock| stock.saturating_sub(given))
    }

    /// Checks that a piece is left for a member who already got `had` of the `given` pieces.
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
    fn the_last_piece_of_a_stock_is_given_and_a_member_has_no_more_than_the_limit(
        #[case] given: u32,
        #[case] had: u32,
        #[case] found: Result<(), Refusal>,
    ) {
        let reward = Reward::new(id(), terms(), false, &levels()).unwrap();
        assert_eq!(reward.left_for(given, had), found);
        let unlimited = Terms { stock: None, limit_member: None, ..terms() };
        let reward = Reward::new(id(), unlimited, false, &levels()).unwrap();
        assert_eq!(reward.left(given), None);
        assert_eq!(reward.left_for(given, had), Ok(()));
    }

    #[rstest]
    #[case(Usage::Single, false, "2026-11-30", Ok(()))]
    #[case(Usage::Single, false, "2026-12-01", Err(Refusal::Ended))]
    #[case(Usage::Single, true, "2026-11-30", Err(Refusal::Disabled))]
    #[case(Usage::Multi { limit: Some(9), limit_member: None }, false, "2026-11-30", Err(Refusal::Disabled))]
    fn a_coupon_of_an_offer_that_gives_nothing_is_not_given_for_points(
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

    fn refused(pointer: &'static str, error: impl Into<DomainError>) -> Result<(), InvalidField> {
        Err(InvalidField::new(pointer, error))
    }

    #[rstest]
    #[case(terms(), Ok(()))]
    #[case(Terms { points: Points::ZERO, ..terms() }, refused("/points", RewardError::Points))]
    #[case(Terms { points: Points::new(1_000_001), ..terms() }, refused("/points", RewardError::Points))]
    #[case(Terms { stock: Some(100_000), ..terms() }, Ok(()))]
    #[case(Terms { stock: Some(100_001), ..terms() }, refused("/stock", RewardError::Stock))]
    #[case(Terms { limit_member: Some(0), ..terms() }, refused("/limit_member", RewardError::Limit))]
    #[case(Terms { limit_member: Some(11), ..terms() }, refused("/limit_member", RewardError::Limit))]
    #[case(Terms { last_day: Some(day("2026-10-31")), ..terms() }, refused("/last_day", ProgrammeError::EndsBeforeItBegins))]
    #[case(Terms { level: LevelCode::parse("platinum").ok(), ..terms() }, refused("/level", ProgrammeError::LevelUnknown))]
    fn a_reward_that_contradicts_itself_is_refused_with_its_field(
        #[case] terms: Terms,
        #[case] found: Result<(), InvalidField>,
    ) {
        assert_eq!(Reward::new(id(), terms, false, &levels()).map(|_| ()), found);
    }

    #[rstest]
    #[case(Some(0), "2026-11-24", Ok(()))]
    #[case(Some(1), "2026-11-30", Ok(()))]
    #[case(None, "2026-11-24", Err(Refusal::LevelTooLow))]
    #[case(Some(1), "2026-10-31", Err(Refusal::NotBegun))]
    #[case(Some(1), "2026-12-01", Err(Refusal::Ended))]
    fn a_reward_is_given_on_its_days_to_members_of_its_level_or_a_higher_one(
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
