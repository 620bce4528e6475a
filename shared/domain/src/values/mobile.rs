//! Mobile numbers, in the ways in which people write them.

use crate::ValueError;
use crate::values::text::is_invisible;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

/// A mobile number in E.164: `+33639980012`. The number identifies a person, so it is stored sealed, looked
/// up by a keyed hash, and not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mobile(String);

impl Mobile {
    /// Reads a mobile number written nationally or internationally, with spaces, points, hyphens,
    /// `0033`, `+33 (0)6…` or without its first zero (as spreadsheets lose it).
    ///
    /// A number of the French plan is read by this module, the ranges that Arcep reserves for fiction
    /// included. A number of another country is read by libphonenumber, and is accepted where its type
    /// is mobile, or where the plan does not tell mobiles from fixed lines.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        if is_scientific(text) {
            return Err(ValueError::NumberScientific);
        }
        match digits_of(text)? {
            Dialled::National(digits) => french(&digits),
            Dialled::International(digits) => match french_country_code(&digits) {
                Some(national) => french(national),
                None => foreign(&digits),
            },
        }
    }

    /// The number in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Mobile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mobile(…)")
    }
}

enum Dialled {
    /// Digits as dialled within France.
    National(String),
    /// Digits that begin with a country code.
    International(String),
}

fn digits_of(text: &str) -> Result<Dialled, ValueError> {
    let (international, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut digits = String::with_capacity(15);
    for character in rest.replace("(0)", "").chars() {
        match character {
            '0'..='9' => digits.push(character),
            '.' | '-' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            space if space.is_whitespace() || is_invisible(space) => {}
            _ => return Err(ValueError::MobileUnreadable),
        }
    }
    Ok(if international {
        Dialled::International(digits)
    } else if let Some(rest) = digits.strip_prefix("00") {
        Dialled::International(rest.to_owned())
    } else {
        match french_country_code(&digits) {
            Some(national) if digits.len() > 10 => Dialled::National(national.to_owned()),
            _ => Dialled::National(digits),
        }
    })
}

/// The country codes that share the French plan: France, Réunion and Mayotte, Guadeloupe, Guiana,
/// Martinique.
const COUNTRY_CODES: [&str; 5] = ["33", "262", "590", "594", "596"];

fn french_country_code(digits: &str) -> Option<&str> {
    COUNTRY_CODES.iter().find_map(|code| digits.strip_prefix(code))
}

/// Reads the nine significant digits of the French plan, with or without the zero before them. The overseas
/// departments share the plan: their first digits give the country code.
fn french(digits: &str) -> Result<Mobile, ValueError> {
    let significant = match digits.len() {
        10 => digits.strip_prefix('0').ok_or(ValueError::MobileUnreadable)?,
        9 => digits,
        _ => return Err(ValueError::MobileUnreadable),
    };
    let country_code = match significant.as_bytes() {
        [b'6', b'9', b'2' | b'3', ..] => "262",
        [b'6', b'3', b'9', next, ..] if *next != b'9' => "262",
        [b'6', b'9', b'0' | b'1', ..] => "590",
        [b'6', b'9', b'4', ..] => "594",
        [b'6', b'9', b'6' | b'7', ..] => "596",
        [b'6' | b'7', ..] => "33",
        [b'1'..=b'5' | b'8' | b'9', ..] => return Err(ValueError::MobileNotMobile),
        _ => return Err(ValueError::MobileUnreadable),
    };
    Ok(Mobile(format!("+{country_code}{significant}")))
}

/// Reads a number of another country, which begins with the country code, with libphonenumber. Its
/// metadata are decoded by the first such number of an instance (decision 0001).
fn foreign(digits: &str) -> Result<Mobile, ValueError> {
    let number = PHONE_NUMBER_UTIL
        .parse(format!("+{digits}"), None)
        .map_err(|_| ValueError::MobileUnreadable)?;
    match PHONE_NUMBER_UTIL.get_number_type(&number) {
        PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile => {
            let e164 = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
            Ok(Mobile(e164.into_owned()))
        }
        // No plan has such a number.
        PhoneNumberType::Unknown => Err(ValueError::MobileUnreadable),
        _ => Err(ValueError::MobileNotMobile),
    }
}

/// Whether a spreadsheet rewrote a long number in scientific notation: `3,36E+10`.
fn is_scientific(text: &str) -> bool {
    text.split_once(['E', 'e']).is_some_and(|(mantissa, exponent)| {
        mantissa.starts_with(|first: char| first.is_ascii_digit())
            && exponent.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rlibphonenumber::Region;
    use rstest::rstest;

    #[rstest]
    #[case("06 39 98 00 12")]
    #[case("0639980012")]
    #[case("06.39.98.00.12")]
    #[case("06-39-98-00-12")]
    #[case("+33 6 39 98 00 12")]
    #[case("+33 (0)6 39 98 00 12")]
    #[case("0033639980012")]
    #[case("33639980012")]
    #[case("639980012")]
    #[case("06\u{a0}39\u{a0}98\u{a0}00\u{a0}12")]
    #[case("\u{202a}+33639980012\u{202c}")]
    #[case("\u{200e}0639980012\u{200b}")]
    #[case("06\u{2011}39\u{2011}98\u{2011}00\u{2011}12")]
    #[case("06 \u{2013} 39\u{ad}98 00 12")]
    #[case("06\u{2009}39\u{2009}98\u{2009}00\u{2009}12")]
    fn a_mobile_is_read_in_every_way_that_people_write_it(#[case] text: &str) {
        assert_eq!(Mobile::parse(text).unwrap().as_str(), "+33639980012");
    }

    #[rstest]
    #[case("0692 12 34 56", "+262692123456")]
    #[case("+262 692 12 34 56", "+262692123456")]
    #[case("0639 12 34 56", "+262639123456")]
    #[case("0690 12 34 56", "+590690123456")]
    #[case("0694 12 34 56", "+594694123456")]
    #[case("0696 12 34 56", "+596696123456")]
    #[case("07 12 34 56 78", "+33712345678")]
    #[case("+32 470 12 34 56", "+32470123456")]
    #[case("+41 78 123 45 67", "+41781234567")]
    #[case("+44 (0)7400 123456", "+447400123456")]
    #[case("+44 07400 123456", "+447400123456")]
    // The zero of these is part of the number.
    #[case("+225 01 23 45 67 89", "+2250123456789")]
    #[case("+229 01 95 12 34 56", "+2290195123456")]
    #[case("+242 06 123 4567", "+242061234567")]
    #[case("+39 312 345 6789", "+393123456789")]
    #[case("+49 (0)1512 3456789", "+4915123456789")]
    #[case("+34 612 34 56 78", "+34612345678")]
    // A plan that does not tell mobiles from fixed lines.
    #[case("+1 202 555 0123", "+12025550123")]
    fn overseas_and_foreign_mobiles_have_their_own_country_code(
        #[case] text: &str,
        #[case] e164: &str,
    ) {
        assert_eq!(Mobile::parse(text).unwrap().as_str(), e164);
    }

    #[rstest]
    #[case("3,36E+10", ValueError::NumberScientific)]
    #[case("3.3639980012E10", ValueError::NumberScientific)]
    #[case("01 99 00 12 34", ValueError::MobileNotMobile)]
    #[case("+32 2 555 12 12", ValueError::MobileNotMobile)]
    #[case("06 39 98 00", ValueError::MobileUnreadable)]
    #[case("aucun", ValueError::MobileUnreadable)]
    #[case("", ValueError::MobileUnreadable)]
    #[case("+999123456789", ValueError::MobileUnreadable)]
    #[case("06 39 98 00 12 34", ValueError::MobileUnreadable)]
    // Toll-free, premium rate and voice over IP.
    #[case("+44 800 123 4567", ValueError::MobileNotMobile)]
    #[case("+32 900 12345", ValueError::MobileNotMobile)]
    #[case("+41 58 123 45 67", ValueError::MobileNotMobile)]
    #[case("+34 51 123 45 67", ValueError::MobileNotMobile)]
    #[case("+49 800 1234567890123456789", ValueError::MobileUnreadable)]
    #[case("+", ValueError::MobileUnreadable)]
    fn a_text_that_is_not_a_mobile_is_refused_with_its_reason(
        #[case] text: &str,
        #[case] reason: ValueError,
    ) {
        assert_eq!(Mobile::parse(text), Err(reason));
    }

    /// The example of libphonenumber for a type of number: in E.164, and with the country code before the
    /// digits that are dialled within the country.
    fn examples(region: Region, kind: PhoneNumberType) -> Option<(String, String)> {
        let util = &*PHONE_NUMBER_UTIL;
        let example = util.get_example_number_for_type_and_region(region, kind).ok()?;
        let e164 = util.format(&example, PhoneNumberFormat::E164).into_owned();
        let national = util.format(&example, PhoneNumberFormat::National);
        let dialled = format!("+{} {national}", example.country_code);
        french_country_code(&e164[1..]).is_none().then_some((e164, dialled))
    }

    fn regions() -> impl Iterator<Item = Region> {
        PHONE_NUMBER_UTIL.get_supported_regions()
    }

    #[test]
    fn a_mobile_of_every_country_is_read_with_and_without_its_trunk_digits() {
        for region in regions() {
            let Some((e164, dialled)) = examples(region, PhoneNumberType::Mobile) else { continue };
            assert_eq!(Mobile::parse(&e164).as_ref().map(Mobile::as_str), Ok(&*e164), "{region}");
            let read = Mobile::parse(&dialled);
            assert_eq!(read.as_ref().map(Mobile::as_str), Ok(&*e164), "{region}: {dialled}");
        }
    }

    #[test]
    fn a_number_of_another_type_is_not_a_mobile_and_a_longer_number_is_unreadable() {
        let kinds = [
            PhoneNumberType::TollFree,
            PhoneNumberType::PremiumRate,
            PhoneNumberType::VoIP,
            PhoneNumberType::UAN,
        ];
        for (region, kind) in regions().flat_map(|region| kinds.map(|kind| (region, kind))) {
            let Some((e164, _)) = examples(region, kind) else { continue };
            assert_eq!(Mobile::parse(&e164), Err(ValueError::MobileNotMobile), "{region}: {e164}");
            let longer = Mobile::parse(&format!("{e164}{}", "0".repeat(17)));
            assert_eq!(longer, Err(ValueError::MobileUnreadable), "{region}: {e164}");
        }
    }

    #[test]
    fn debug_does_not_show_the_number() {
        let mobile = Mobile::parse("0639980012").unwrap();
        assert!(!format!("{mobile:?}").contains("639980012"));
    }
}
