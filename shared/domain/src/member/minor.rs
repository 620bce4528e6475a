//! Members under 15. They consent together with a parent (loi Informatique et Libertés, art. 45).

use crate::Day;

/// The age, in years, from which a person consents alone.
const AGE_OF_CONSENT: i32 = 15;

/// Whether a person of this birth date is under 15 on a day. A birth date that is not known does not tell.
#[must_use]
pub fn is_under_15(birth_date: Option<Day>, on: Day) -> bool {
    birth_date.is_some_and(|born| on < born.plus_months(12 * AGE_OF_CONSENT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(None, false)]
    #[case(Some("2011-11-23"), false)]
    #[case(Some("2011-11-24"), false)]
    #[case(Some("2011-11-25"), true)]
    #[case(Some("1990-01-01"), false)]
    fn a_person_is_under_15_until_the_birthday(#[case] born: Option<&str>, #[case] under: bool) {
        let born = born.map(|text| Day::parse(text).unwrap());
        assert_eq!(is_under_15(born, Day::parse("2026-11-24").unwrap()), under);
    }
}
