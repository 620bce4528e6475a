//! Numbers as a reader of a language expects them.

use crate::locale::Locale;
use fluent_bundle::FluentValue;

/// The narrow no-break space that groups the digits in French.
const NARROW_SPACE: char = '\u{202f}';

/// A number with its digits grouped; `None` for any other value.
pub(crate) fn french<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, Locale::French)
}

/// A number with its digits grouped; `None` for any other value.
pub(crate) fn english<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    grouped(value, Locale::English)
}

fn grouped(value: &FluentValue<'_>, locale: Locale) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let (group, point) = match locale {
        Locale::French => (NARROW_SPACE, ','),
        Locale::English => (',', '.'),
    };
    let text = number.as_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push(point);
        grouped.push_str(fraction);
    }
    Some(grouped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0", "0")]
    #[case(999, "999", "999")]
    #[case(1_250, "1\u{202f}250", "1,250")]
    #[case(-1_234_567, "-1\u{202f}234\u{202f}567", "-1,234,567")]
    fn the_digits_of_a_number_are_grouped(
        #[case] number: i64,
        #[case] in_french: &str,
        #[case] in_english: &str,
    ) {
        assert_eq!(french(&number.into(), &()).as_deref(), Some(in_french));
        assert_eq!(english(&number.into(), &()).as_deref(), Some(in_english));
    }

    #[test]
    fn a_fraction_has_the_comma_in_french_and_the_point_in_english() {
        assert_eq!(french(&1_250.5.into(), &()).as_deref(), Some("1\u{202f}250,5"));
        assert_eq!(english(&1_250.5.into(), &()).as_deref(), Some("1,250.5"));
    }

    #[test]
    fn a_text_stays_as_it_is() {
        assert_eq!(french(&"1250".into(), &()), None);
    }
}
