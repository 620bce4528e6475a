//! Whether a member can have a reward now.

use crate::programme::{Level, Programmes};
use crate::reward::{Refusal, Reward};
use crate::{Account, Day, DomainError, LedgerError, Points, RewardError};

/// Why a member cannot have a reward now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// The reward is not given to the member.
    Refused(Refusal),
    /// The member has too few points: so many are missing.
    PointsMissing(Points),
}

impl From<Unavailable> for DomainError {
    fn from(why: Unavailable) -> Self {
        match why {
            Unavailable::Refused(refusal) => RewardError::Refused(refusal).into(),
            Unavailable::PointsMissing(_) => LedgerError::NotEnoughPoints.into(),
        }
    }
}

/// The facts about a member that decide whether the member can have a reward.
#[derive(Debug, Clone, Copy)]
pub struct Eligibility<'a> {
    /// The points that the member can spend.
    pub available: Points,
    level: Option<&'a Level>,
    levels: &'a [Level],
    today: Day,
}

impl<'a> Eligibility<'a> {
    /// The facts about the holder of an account on a day.
    #[must_use]
    pub fn on(today: Day, account: &Account, programmes: &'a Programmes) -> Self {
        let levels = &programmes.terms_on(today).levels;
        let available = account.balance_on(today, programmes).available;
        Self { available, level: account.level_in(levels), levels, today }
    }

    /// Checks that the member, who already got `had` of the `given` pieces, can have the reward. The offer of a
    /// reward that gives a coupon is not checked: see [`Reward::gives_on`].
    ///
    /// # Errors
    /// The first reason that applies; too few points come last.
    pub fn check(&self, reward: &Reward, given: u32, had: u32) -> Result<(), Unavailable> {
        let refusal = reward.given_to(self.level, self.levels, self.today);
        refusal.and_then(|()| reward.left_for(given, had)).map_err(Unavailable::Refused)?;
        let missing = reward.terms().points - self.available;
        if missing > Points::ZERO { Err(Unavailable::PointsMissing(missing)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RewardId;
    use crate::ledger::account::Given as GivenPoints;
    use crate::programme::{LevelCode, Programme, Standing, Terms as ProgrammeTerms};
    use crate::reward::{Given, Terms};
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn programmes() -> Programmes {
        let code = LevelCode::parse("gold").unwrap();
        let gold = Level { code, name: "Or".to_owned(), from: Points::new(500) };
        let terms = ProgrammeTerms { levels: vec![gold], ..ProgrammeTerms::default() };
        Programmes::new(vec![(Day::FIRST, Programme::from_stored(terms))])
    }

    fn account(points: i64, level: Option<&str>) -> Account {
        let mut account = Account { owed: Points::new(-points.min(0)), ..Account::default() };
        if points > 0 {
            account.give(GivenPoints::freely(day("2026-11-01")), Points::new(points));
        }
        let code = level.map(|code| LevelCode::parse(code).unwrap());
        account.level = code.map(|code| Standing { code, since: day("2026-11-01") });
        account
    }

    #[rstest]
    #[case::enough(100, Some("gold"), 9, 0, Ok(()))]
    #[case::one_is_missing(99, Some("gold"), 9, 0, Err(Unavailable::PointsMissing(Points::new(1))))]
    #[case::owing(-20, Some("gold"), 9, 0, Err(Unavailable::PointsMissing(Points::new(120))))]
    #[case::level_first(0, None, 10, 0, Err(Unavailable::Refused(Refusal::LevelTooLow)))]
    #[case::stock_before_points(
        0,
        Some("gold"),
        10,
        0,
        Err(Unavailable::Refused(Refusal::OutOfStock))
    )]
    #[case::had(100, Some("gold"), 9, 1, Err(Unavailable::Refused(Refusal::MemberLimit)))]
    fn a_member_can_have_a_reward_or_learns_the_first_reason_against_it(
        #[case] points: i64,
        #[case] level: Option<&str>,
        #[case] given: u32,
        #[case] had: u32,
        #[case] found: Result<(), Unavailable>,
    ) {
        let programmes = programmes();
        let terms = Terms {
            name: "Tasse".to_owned(),
            points: Points::new(100),
            given: Given::Goods,
            stock: Some(10),
            limit_member: Some(1),
            first_day: day("2026-11-01"),
            last_day: None,
            level: LevelCode::parse("gold").ok(),
        };
        let levels = &programmes.terms_on(day("2026-11-24")).levels;
        let reward = Reward::new(RewardId::from_bytes([1; 16]), terms, false, levels).unwrap();
        let account = account(points, level);
        let eligibility = Eligibility::on(day("2026-11-24"), &account, &programmes);
        assert_eq!(eligibility.check(&reward, given, had), found);
    }
}
