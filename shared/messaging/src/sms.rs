//! How long an SMS is, who it comes from, and how it says STOP.

use crate::gsm7::septets;
use crate::template::Template;
use domain::MerchantError;
use domain::merchant::sender;

/// How an SMS travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The alphabet of 3GPP TS 23.038, 7 bits a unit.
    Gsm7,
    /// UTF-16, for the whole message as soon as one character is not in GSM-7.
    Ucs2,
}

impl Encoding {
    /// The units of a message that fits in one part.
    #[must_use]
    pub const fn alone(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// The units of each part of a longer one.
    #[must_use]
    pub const fn each_part(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// What a text comes to as an SMS; each part is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// How it travels.
    pub encoding: Encoding,
    /// Its length in the encoding's units: septets, or UTF-16 units.
    pub units: usize,
    /// How many parts it is cut into; none for an empty text.
    pub parts: usize,
}

/// Measures a text as it would be sent. A character of two units is never cut in half, so a part may
/// stay one unit short.
#[must_use]
pub fn measure(text: &str) -> Measure {
    let septets: Option<Vec<usize>> = text.chars().map(septets).collect();
    match septets {
        Some(widths) => cut(Encoding::Gsm7, &widths),
        None => cut(Encoding::Ucs2, &text.chars().map(char::len_utf16).collect::<Vec<_>>()),
    }
}

/// The characters of a text that turn it to UCS-2, each once, in the order in which they come.
#[must_use]
pub fn outside_gsm7(text: &str) -> Vec<char> {
    let mut outside = Vec::new();
    for character in text.chars() {
        if septets(character).is_none() && !outside.contains(&character) {
            outside.push(character);
        }
    }
    outside
}

fn cut(encoding: Encoding, widths: &[usize]) -> Measure {
    let units = widths.iter().sum();
    let parts = if units <= encoding.alone() {
        usize::from(units > 0)
    } else {
        let mut parts = 1;
        let mut filled = 0;
        for width in widths {
            if filled + width > encoding.each_part() {
                parts += 1;
                filled = 0;
            }
            filled += width;
        }
        parts
    };
    Measure { encoding, units, parts }
}

/// What the telephone shows as the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsSender(String);

impl SmsSender {
    /// Reads a name or a short code, by the rule of [`sender::SmsSender::shown`].
    ///
    /// # Errors
    /// [`MerchantError::SmsSender`].
    pub fn parse(text: &str) -> Result<Self, MerchantError> {
        sender::SmsSender::shown(text).map(|shown| Self(shown.to_owned()))
    }

    /// As the provider is given it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The short code that takes the word STOP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopNumber(String);

impl StopNumber {
    /// Reads a short code, by the rule of [`sender::SmsSender::stop_number`].
    ///
    /// # Errors
    /// [`MerchantError::StopNumber`].
    pub fn parse(text: &str) -> Result<Self, MerchantError> {
        sender::SmsSender::stop_number(text).map(|number| Self(number.to_owned()))
    }

    /// `STOP au 36200`, as every marketing SMS must say (AF2M).
    #[must_use]
    pub fn mention(&self) -> String {
        format!("STOP au {}", self.0)
    }
}

/// The text of a marketing SMS: with the mention of STOP where it places `{{stop}}`, or at its end
/// where it does not. The mention counts in the length.
#[must_use]
pub fn sms_with_stop(body: &Template, number: &StopNumber) -> Template {
    body.with_stop(&number.mention())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Field, Values};
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("", Encoding::Gsm7, 0, 0)]
    #[case("é è à ù ì ò Ç ñ ä ö ü Ä Ö Ü Ñ É å Å Æ æ ß ø Ø", Encoding::Gsm7, 45, 1)]
    #[case("€^{}[]~|\\", Encoding::Gsm7, 18, 1)]
    #[case(&"a".repeat(160), Encoding::Gsm7, 160, 1)]
    #[case(&"a".repeat(161), Encoding::Gsm7, 161, 2)]
    #[case(&"a".repeat(306), Encoding::Gsm7, 306, 2)]
    #[case(&"a".repeat(307), Encoding::Gsm7, 307, 3)]
    #[case(&"€".repeat(80), Encoding::Gsm7, 160, 1)]
    #[case(&"€".repeat(81), Encoding::Gsm7, 162, 2)]
    #[case("ç", Encoding::Ucs2, 1, 1)]
    #[case("ê", Encoding::Ucs2, 1, 1)]
    #[case("œ", Encoding::Ucs2, 1, 1)]
    #[case("\u{202f}", Encoding::Ucs2, 1, 1)]
    #[case(&"ê".repeat(70), Encoding::Ucs2, 70, 1)]
    #[case(&"ê".repeat(71), Encoding::Ucs2, 71, 2)]
    #[case(&"ê".repeat(134), Encoding::Ucs2, 134, 2)]
    #[case(&"ê".repeat(135), Encoding::Ucs2, 135, 3)]
    #[case("🎁", Encoding::Ucs2, 2, 1)]
    fn an_sms_is_measured_as_it_travels(
        #[case] text: &str,
        #[case] encoding: Encoding,
        #[case] units: usize,
        #[case] parts: usize,
    ) {
        assert_eq!(measure(text), Measure { encoding, units, parts });
    }

    #[test]
    fn what_turns_a_text_to_ucs_2_is_told_once_each() {
        assert_eq!(outside_gsm7("Fête où ça brûle, ê 🎁"), ['ê', 'ç', 'û', '🎁']);
        assert_eq!(outside_gsm7("Où est l'été ?"), []);
    }

    #[rstest]
    #[case(format!("{}€{}", "a".repeat(152), "a".repeat(152)), 306, 3)]
    #[case(format!("{}€{}", "a".repeat(151), "a".repeat(153)), 306, 2)]
    #[case(format!("{}🎁{}", "ê".repeat(66), "ê".repeat(66)), 134, 3)]
    #[case(format!("{}🎁{}", "ê".repeat(65), "ê".repeat(67)), 134, 2)]
    fn a_character_of_two_units_is_never_cut_in_half(
        #[case] text: String,
        #[case] units: usize,
        #[case] parts: usize,
    ) {
        let measure = measure(&text);
        assert_eq!((measure.units, measure.parts), (units, parts));
    }

    #[rstest]
    #[case("Bonjour", "Bonjour STOP au 36200")]
    #[case("Bonjour ", "Bonjour STOP au 36200")]
    #[case("Bonjour {{first_name}}", "Bonjour Zoe STOP au 36200")]
    #[case("{{stop}} Bonjour", "STOP au 36200 Bonjour")]
    #[case("", "STOP au 36200")]
    fn a_marketing_sms_says_how_to_stop(#[case] text: &str, #[case] said: &str) {
        let body = Template::parse(text, &Field::ALL).unwrap();
        let number = StopNumber::parse("36200").unwrap();
        let values = Values { first_name: Some("Zoe".to_owned()), ..Values::default() };
        assert_eq!(sms_with_stop(&body, &number).render(&values), said);
    }

    #[test]
    fn a_sender_or_a_stop_number_out_of_its_rule_is_refused() {
        assert_eq!(SmsSender::parse("Chez Zoe").unwrap().as_str(), "Chez Zoe");
        assert_eq!(SmsSender::parse("0639980012"), Err(MerchantError::SmsSender));
        assert_eq!(StopNumber::parse("0639980012"), Err(MerchantError::StopNumber));
    }

    proptest! {
        #[test]
        fn a_longer_text_has_no_fewer_parts(a in ".{0,300}", b in ".{0,300}") {
            let longer = a.clone() + &b;
            prop_assert!(measure(&longer).parts >= measure(&a).parts);
        }

        #[test]
        fn a_longer_text_that_leaves_gsm_7_has_no_fewer_parts(a in "[a€~]{0,400}", b in "[aê🎁]{0,5}") {
            let longer = a.clone() + &b;
            prop_assert!(measure(&longer).parts >= measure(&a).parts);
        }

        #[test]
        fn the_parts_hold_the_units_and_no_part_wastes_more_than_one(text in "[a€ê🎁]{0,400}") {
            let measure = measure(&text);
            let part = measure.encoding.each_part();
            if measure.parts > 1 {
                prop_assert!(measure.units <= measure.parts * part);
                prop_assert!(measure.units > (measure.parts - 1) * (part - 1));
            } else {
                prop_assert!(measure.units <= measure.encoding.alone());
            }
        }
    }
}
