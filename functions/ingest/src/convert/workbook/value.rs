//! The value of a cell as text: what the cell means, in a form that the reader of files knows.

use super::number_format::NumberFormat;
use calamine::{ExcelDateTime, ExcelDateTimeType};
use jiff::civil;

/// The first serial day that a spreadsheet cannot show: 1 January 10000.
const END_OF_DAYS: f64 = 2_958_466.0;
const SECONDS_OF_DAY: u64 = 86_400;

/// A number: `12.5`, `639980012`, `10%`. A spreadsheet computes with 15 digits, and so does the text, except for whole
/// numbers: a card or a receipt of 16 digits keeps all of them. A number that the sheet shows with two decimals or more
/// is rounded as shown. An amount of another currency than the euro has its currency: `12.5 CHF`, which is no amount.
pub(super) fn number(value: f64, format: NumberFormat) -> String {
    if format.percent {
        let plain = NumberFormat { percent: false, least_digits: 0, ..format };
        return number(fifteen_digits(value * 100.0), plain) + "%";
    }
    let value = match format.decimals {
        Some(decimals) => rounded(value, decimals.clamp(2, 10)),
        None if value.fract() == 0.0 => value,
        None => fifteen_digits(value),
    };
    let text = value.to_string();
    if let Some(currency) = format.currency {
        return format!("{text} {currency}");
    }
    let width = usize::from(format.least_digits);
    if format.decimals.is_none() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{text:0>width$}")
    } else {
        text
    }
}

fn rounded(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    fifteen_digits(fifteen_digits(value * scale).round() / scale)
}

fn fifteen_digits(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

/// A day, a time, or both: `2026-11-24`, `14:05:00`, `2026-11-24 14:05:00`. Days count from 1900, or from 1904 in
/// workbooks of old Macs.
pub(super) fn date_time(
    serial: f64,
    is_duration: bool,
    from_1904: bool,
    format: NumberFormat,
) -> String {
    if !(0.0..END_OF_DAYS).contains(&serial) {
        return number(serial, NumberFormat::default());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the serial is not negative, and its seconds have 12 digits"
    )]
    let seconds = (serial * 86_400.0).round() as u64;
    if is_duration {
        return clock(seconds);
    }
    let time = seconds % SECONDS_OF_DAY;
    if serial < 1.0 || format.time_only {
        return clock(time);
    }
    #[expect(clippy::cast_precision_loss, reason = "a day has 7 digits")]
    let noon = (seconds / SECONDS_OF_DAY) as f64 + 0.5;
    let (year, month, day, ..) =
        ExcelDateTime::new(noon, ExcelDateTimeType::DateTime, from_1904).to_ymd_hms_milli();
    let day = format!("{year:04}-{month:02}-{day:02}");
    if time == 0 { day } else { format!("{day} {}", clock(time)) }
}

fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A truth value.
pub(super) const fn boolean(value: bool) -> &'static str {
    if value { "oui" } else { "non" }
}

/// A duration of ISO 8601 as a time: `PT14H05M00S` is `14:05:00`. Another text stays as it is.
pub(super) fn iso_duration(text: &str) -> String {
    seconds_of_duration(text).map_or_else(|| text.to_owned(), clock)
}

/// A duration of ISO 8601 in days.
pub(super) fn days_of_duration(text: &str) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a duration of a cell has 12 digits")]
    seconds_of_duration(text).map(|seconds| seconds as f64 / 86_400.0)
}

fn seconds_of_duration(text: &str) -> Option<u64> {
    let mut seconds = 0_u64;
    let mut digits = String::new();
    for character in text.strip_prefix("PT")?.chars() {
        let unit = match character {
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => {
                digits.push(character);
                continue;
            }
        };
        let whole = digits.split(['.', ',']).next()?;
        let value: u64 = whole.parse().ok().filter(|value| *value < 100_000_000)?;
        seconds += value * unit;
        digits.clear();
    }
    digits.is_empty().then_some(seconds)
}

/// The days from 30 December 1899 to a day: `1904-01-01` is 1462.
pub(super) fn serial(day: &str) -> Option<f64> {
    let day: civil::Date = day.parse().ok()?;
    let days = day.since(civil::date(1899, 12, 30)).ok()?.get_days();
    Some(days.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(12.5, "General", "12.5")]
    #[case(639_980_012.0, "General", "639980012")]
    #[case(639_980_012.0, "0#\" \"##\" \"##\" \"##\" \"##", "0639980012")]
    #[case(2_026_112_400_010_001.0, "General", "2026112400010001")]
    #[case(42.0, "000000", "000042")]
    #[case(0.1 + 0.2, "General", "0.3")]
    #[case(12.504, "#,##0.00\\ \"€\"", "12.5")]
    #[case(12.505, "0.00", "12.51")]
    #[case(12.504, "General", "12.504")]
    #[case(12.5, "0", "12.5")]
    #[case(-3.2, "0.00", "-3.2")]
    #[case(12.5, "[$CHF] #,##0.00", "12.5 CHF")]
    #[case(12.0, "[$$-409]#,##0", "12 USD")]
    #[case(0.1, "0%", "10%")]
    #[case(0.075, "0.0%", "7.5%")]
    fn a_number_is_written_as_the_sheet_shows_the_number(
        #[case] value: f64,
        #[case] code: &str,
        #[case] text: &str,
    ) {
        assert_eq!(number(value, NumberFormat::parse(code)), text);
    }

    #[rstest]
    #[case(46_350.0, "dd/mm/yyyy", false, "2026-11-24")]
    #[case(46_350.586_805_555_55, "dd/mm/yyyy hh:mm", false, "2026-11-24 14:05:00")]
    #[case(46_350.586_805_555_55, "hh:mm", false, "14:05:00")]
    #[case(0.586_805_555_555_555, "hh:mm", false, "14:05:00")]
    #[case(44_888.0, "dd/mm/yyyy", true, "2026-11-24")]
    #[case(46_350.999_999_9, "dd/mm/yyyy", false, "2026-11-25")]
    #[case(-1.0, "dd/mm/yyyy", false, "-1")]
    #[case(1e300, "dd/mm/yyyy", false, &1e300_f64.to_string())]
    fn a_day_or_a_time_is_written_as_a_day_or_a_time(
        #[case] serial: f64,
        #[case] code: &str,
        #[case] from_1904: bool,
        #[case] text: &str,
    ) {
        assert_eq!(date_time(serial, false, from_1904, NumberFormat::parse(code)), text);
    }

    #[test]
    fn a_duration_may_have_more_hours_than_a_day() {
        assert_eq!(date_time(1.5, true, false, NumberFormat::default()), "36:00:00");
    }

    #[rstest]
    #[case("PT14H05M00S", "14:05:00")]
    #[case("PT09H05M30.5S", "09:05:30")]
    #[case("14:05", "14:05")]
    #[case("PT99999999999999999999H", "PT99999999999999999999H")]
    fn an_iso_duration_is_a_time(#[case] iso: &str, #[case] text: &str) {
        assert_eq!(iso_duration(iso), text);
    }
}
