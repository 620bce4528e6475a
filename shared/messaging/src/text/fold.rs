//! Writes a text with the characters of GSM-7, so that an SMS stays short.

use crate::text::gsm7::septets;

/// Replaces the characters outside GSM-7 by characters that read the same: `ê` by `e`, `œ` by `oe`,
/// typographic quotes, dashes and spaces by plain ones. Characters of GSM-7 stay (`é è à ù Ç ñ`). A
/// character without a replacement (`🎁`) stays too, and still turns the message to UCS-2.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        if septets(character).is_some() {
            folded.push(character);
        } else if is_combining(character) {
            combine(&mut folded, character);
        } else if let Some(replacement) = replacement(character) {
            folded.push_str(replacement);
        } else {
            folded.push(character);
        }
    }
    folded
}

const fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// Joins a combining accent with the letter before it where GSM-7 has the joined character. Otherwise drops
/// the accent.
fn combine(folded: &mut String, accent: char) {
    let joined = match (folded.chars().next_back(), accent) {
        (Some('e'), '\u{301}') => 'é',
        (Some('E'), '\u{301}') => 'É',
        (Some('e'), '\u{300}') => 'è',
        (Some('a'), '\u{300}') => 'à',
        (Some('u'), '\u{300}') => 'ù',
        (Some('i'), '\u{300}') => 'ì',
        (Some('o'), '\u{300}') => 'ò',
        (Some('n'), '\u{303}') => 'ñ',
        (Some('N'), '\u{303}') => 'Ñ',
        (Some('a'), '\u{308}') => 'ä',
        (Some('o'), '\u{308}') => 'ö',
        (Some('u'), '\u{308}') => 'ü',
        (Some('A'), '\u{308}') => 'Ä',
        (Some('O'), '\u{308}') => 'Ö',
        (Some('U'), '\u{308}') => 'Ü',
        (Some('a'), '\u{30a}') => 'å',
        (Some('A'), '\u{30a}') => 'Å',
        (Some('C'), '\u{327}') => 'Ç',
        _ => return,
    };
    folded.pop();
    folded.push(joined);
}

const fn replacement(character: char) -> Option<&'static str> {
    Some(match character {
        'â' | 'á' | 'ã' | 'ā' => "a",
        'Â' | 'À' | 'Á' | 'Ã' | 'Ā' => "A",
        'ç' | 'ć' | 'č' => "c",
        'Ć' | 'Č' => "C",
        'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'Ê' | 'È' | 'Ë' | 'Ē' | 'Ę' | 'Ě' => "E",
        'î' | 'ï' | 'í' | 'ī' => "i",
        'Î' | 'Ï' | 'Ì' | 'Í' | 'Ī' => "I",
        'ł' => "l",
        'Ł' => "L",
        'ń' => "n",
        'Ń' => "N",
        'ô' | 'ó' | 'õ' | 'ō' | 'ő' => "o",
        'Ô' | 'Ò' | 'Ó' | 'Õ' | 'Ō' | 'Ő' => "O",
        'ř' => "r",
        'Ř' => "R",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ţ' | 'ț' => "t",
        'Ţ' | 'Ț' => "T",
        'û' | 'ú' | 'ū' | 'ů' | 'ű' => "u",
        'Û' | 'Ù' | 'Ú' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ÿ' | 'ý' => "y",
        'Ÿ' | 'Ý' => "Y",
        'ź' | 'ž' | 'ż' => "z",
        'Ź' | 'Ž' | 'Ż' => "Z",
        'œ' => "oe",
        'Œ' => "OE",
        'ẞ' => "ß",
        '’' | '‘' | '‚' | '‛' | '′' | '`' | '´' | 'ʼ' => "'",
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => "\"",
        '‹' => "<",
        '›' => ">",
        '–' | '—' | '‐' | '‑' | '‒' | '―' | '−' | '•' | '·' => "-",
        '…' => "...",
        '×' => "x",
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{2028}' | '\u{2029}' | '\u{85}' => "\n",
        '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{2060}' | '\u{feff}' | '\u{fe0e}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Fête à Noël, ça coûte où ?", "Fete à Noel, ca coute où ?")]
    #[case("Cœur d’Œuvre « bientôt » — 10 %…", "Coeur d'OEuvre \" bientot \" - 10 %...")]
    #[case("1\u{202f}250\u{a0}points", "1 250 points")]
    #[case("e\u{301}te\u{301}, c\u{327}a, FAC\u{327}ADE", "été, ca, FAÇADE")]
    #[case(
        "é è à ù ì ò Ç ñ ä ö ü Ä Ö Ü Ñ É å Å Æ æ ß ø Ø €",
        "é è à ù ì ò Ç ñ ä ö ü Ä Ö Ü Ñ É å Å Æ æ ß ø Ø €"
    )]
    #[case("Cadeau 🎁", "Cadeau 🎁")]
    fn characters_outside_gsm_7_are_replaced_by_characters_of_gsm_7(
        #[case] text: &str,
        #[case] folded: &str,
    ) {
        assert_eq!(fold(text), folded);
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn folding_twice_is_folding_once_where_letters_and_accents_meet(
            text in "[a-eoœêçC\u{300}\u{301}\u{308}\u{327}]{0,12}",
        ) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert!(once.chars().all(|one| septets(one).is_some()));
        }

        #[test]
        fn a_text_in_gsm_7_stays_unchanged(text in "[A-Za-z0-9@£$¥èéùìòÇ\n~€\\[\\]{}|^ÄÖÑÜ§äöñüàÉß ]{0,200}") {
            prop_assert_eq!(fold(&text), text);
        }
    }
}
