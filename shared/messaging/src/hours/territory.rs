//! The time zone of the territory that a mobile number belongs to.

use domain::Mobile;
use domain::values::calendar::PARIS;
use jiff::tz::{self, TimeZone};

static REUNION: TimeZone = tz::get!("Indian/Reunion");
static MAYOTTE: TimeZone = tz::get!("Indian/Mayotte");
static GUADELOUPE: TimeZone = tz::get!("America/Guadeloupe");
static GUIANA: TimeZone = tz::get!("America/Cayenne");
static MARTINIQUE: TimeZone = tz::get!("America/Martinique");
static MIQUELON: TimeZone = tz::get!("America/Miquelon");
static NEW_CALEDONIA: TimeZone = tz::get!("Pacific/Noumea");
static WALLIS: TimeZone = tz::get!("Pacific/Wallis");
static TAHITI: TimeZone = tz::get!("Pacific/Tahiti");

/// The time zone of the territory that a number belongs to. Saint-Barthélemy and Saint-Martin share
/// Guadeloupe's code and time zone; all of French Polynesia has Tahiti's. Numbers of other countries
/// have the merchants' time zone, Europe/Paris.
#[must_use]
pub fn territory(mobile: &Mobile) -> TimeZone {
    let digits = mobile.as_str().trim_start_matches('+');
    let zone = match digits.get(..3) {
        Some("262") if digits[3..].starts_with("639") => &MAYOTTE,
        Some("262") => &REUNION,
        Some("590") => &GUADELOUPE,
        Some("594") => &GUIANA,
        Some("596") => &MARTINIQUE,
        Some("508") => &MIQUELON,
        Some("687") => &NEW_CALEDONIA,
        Some("681") => &WALLIS,
        Some("689") => &TAHITI,
        _ => &PARIS,
    };
    zone.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("06 39 98 00 12", "Europe/Paris")]
    #[case("+262 692 12 34 56", "Indian/Reunion")]
    #[case("0693 12 34 56", "Indian/Reunion")]
    #[case("0639 12 34 56", "Indian/Mayotte")]
    #[case("0690 12 34 56", "America/Guadeloupe")]
    #[case("0694 12 34 56", "America/Cayenne")]
    #[case("0696 12 34 56", "America/Martinique")]
    #[case("+508 55 12 34", "America/Miquelon")]
    #[case("+687 75 12 34", "Pacific/Noumea")]
    #[case("+681 82 12 34", "Pacific/Wallis")]
    #[case("+689 87 12 34 56", "Pacific/Tahiti")]
    #[case("+32 470 12 34 56", "Europe/Paris")]
    fn a_number_has_the_time_zone_of_its_territory(#[case] mobile: &str, #[case] zone: &str) {
        let mobile = Mobile::parse(mobile).unwrap();
        assert_eq!(territory(&mobile).iana_name(), Some(zone));
    }
}
