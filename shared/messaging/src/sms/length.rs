//! The length of an SMS: its encoding, its units and its parts. The merchant pays for each part.

use crate::text::gsm7::septets;

/// The encoding of an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The alphabet of 3GPP TS 23.038, 7 bits a unit.
    Gsm7,
    /// UTF-16, for the whole message as soon as one character is outside GSM-7.
    Ucs2,
}

impl Encoding {
    /// The most units of a message of one part.
    #[must_use]
    pub const fn single_part(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// The most units of each part of a longer message.
    #[must_use]
    pub const fn each_part(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// The length of a text as an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// The encoding.
    pub encoding: Encoding,
    /// The length in the encoding's units: septets, or UTF-16 units.
    pub units: usize,
    /// The number of parts; 0 for an empty text.
    pub parts: usize,
}

/// Measures a text. A character of two units is never split over two parts, so a part may stay one unit
/// short.
#[must_use]
pub fn measure(text: &str) -> Measure {
    let septets: Option<Vec<usize>> = text.chars().map(septets).collect();
    match septets {
        Some(widths) => measure_widths(Encoding::Gsm7, &widths),
        None => {
            measure_widths(Encoding::Ucs2, &text.chars().map(char::len_utf16).collect::<Vec<_>>())
        }
    }
}

/// The characters of a text that turn the text to UCS-2: each once, in order of appearance.
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

fn measure_widths(encoding: Encoding, widths: &[usize]) -> Measure {
    let units = widths.iter().sum();
    let parts = if units <= encoding.single_part() {
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

#[cfg(test)]
mod tests {
    use super::*;
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
    fn an_sms_is_measured_in_its_encoding(
        #[case] text: &str,
        #[case] encoding: Encoding,
        #[case] units: usize,
        #[case] parts: usize,
    ) {
        assert_eq!(measure(text), Measure { encoding, units, parts });
    }

    #[test]
    fn characters_outside_gsm_7_are_listed_once_each() {
        assert_eq!(outside_gsm7("Fête où ça brûle, ê 🎁"), ['ê', 'ç', 'û', '🎁']);
        assert_eq!(outside_gsm7("Où est l'été ?"), Vec::<char>::new());
    }

    #[rstest]
    #[case(format!("{}€{}", "a".repeat(152), "a".repeat(152)), 306, 3)]
    #[case(format!("{}€{}", "a".repeat(151), "a".repeat(153)), 306, 2)]
    #[case(format!("{}🎁{}", "ê".repeat(66), "ê".repeat(66)), 134, 3)]
    #[case(format!("{}🎁{}", "ê".repeat(65), "ê".repeat(67)), 134, 2)]
    fn a_character_of_two_units_is_never_split(
        #[case] text: String,
        #[case] units: usize,
        #[case] parts: usize,
    ) {
        let measure = measure(&text);
        assert_eq!(measure.units, units);
        assert_eq!(measure.parts, parts);
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
                prop_assert!(measure.units <= measure.encoding.single_part());
            }
        }
    }
}
