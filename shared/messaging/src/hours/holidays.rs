//! French public holidays (Code du travail, art. L3133-1): no marketing SMS is sent on these days. The AF2M
//! charter treats the holidays of one territory or of Alsace-Moselle as ordinary days.

use jiff::{ToSpan, civil};

/// Whether a day is one of the eleven public holidays.
#[must_use]
pub fn is_public_holiday(day: civil::Date) -> bool {
    let is_fixed = matches!(
        (day.month(), day.day()),
        (1 | 5 | 11, 1) | (5, 8) | (7, 14) | (8, 15) | (11, 11) | (12, 25)
    );
    // Easter Monday, Ascension and Whit Monday.
    is_fixed
        || [1, 39, 50]
            .into_iter()
            .any(|after| easter(day.year()).saturating_add(after.days()) == day)
}

/// Easter Sunday of a year, by the Gregorian computus (the «anonymous» algorithm,
/// Meeus 1991).
fn easter(of: i16) -> civil::Date {
    let year = i32::from(of);
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let correction = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - correction + 15).rem_euclid(30);
    let weekday = (32 + 2 * century.rem_euclid(4) + 2 * of_century.div_euclid(4)
        - epact
        - of_century.rem_euclid(4))
    .rem_euclid(7);
    let late = (golden + 11 * epact + 22 * weekday).div_euclid(451);
    civil::date(of, 3, 1).saturating_add((epact + weekday - 7 * late + 21).days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn day(text: &str) -> civil::Date {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("2000-04-23")]
    #[case("2008-03-23")]
    #[case("2019-04-21")]
    #[case("2024-03-31")]
    #[case("2025-04-20")]
    #[case("2026-04-05")]
    #[case("2027-03-28")]
    #[case("2038-04-25")]
    #[case("2285-03-22")]
    fn easter_is_on_the_day_of_the_church_calendar(#[case] text: &str) {
        assert_eq!(easter(day(text).year()), day(text));
    }

    #[test]
    fn a_year_has_eleven_holidays() {
        let holidays: Vec<_> = day("2026-01-01")
            .series(1.day())
            .take(365)
            .filter(|day| is_public_holiday(*day))
            .map(|day| day.to_string())
            .collect();
        assert_eq!(
            holidays,
            [
                "2026-01-01",
                "2026-04-06",
                "2026-05-01",
                "2026-05-08",
                "2026-05-14",
                "2026-05-25",
                "2026-07-14",
                "2026-08-15",
                "2026-11-01",
                "2026-11-11",
                "2026-12-25",
            ]
        );
    }

    proptest! {
        #[test]
        fn easter_is_a_sunday_from_22_march_to_25_april(year in 1583_i16..9999) {
            let easter = easter(year);
            prop_assert_eq!(easter.weekday(), civil::Weekday::Sunday);
            prop_assert!(easter >= civil::date(year, 3, 22) && easter <= civil::date(year, 4, 25));
        }
    }
}
