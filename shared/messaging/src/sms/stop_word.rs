//! The word STOP, as people write it in an answer.

use icu_normalizer::DecomposingNormalizerBorrowed;

const WORDS: [&str; 14] = [
    "stop",
    "stopper",
    "stoppez",
    "arret",
    "arrete",
    "arreter",
    "arretez",
    "desabonner",
    "desabonnez",
    "desabonnement",
    "desinscrire",
    "desinscrivez",
    "desinscription",
    "unsubscribe",
];

/// Whether an inbound text is an opposition: its first word is a word of opposition, in any case, with any
/// accents, punctuation and width of letters. The words after it do not count: a new consent costs less than a
/// complaint.
#[must_use]
pub fn is_opposition(text: &str) -> bool {
    // The compatible forms (NFKD) of full-width letters are plain letters, and each accent is a mark of its own.
    let text = DecomposingNormalizerBorrowed::new_nfkd().normalize(text).to_lowercase();
    let has_letter = |word: &&str| word.contains(char::is_alphanumeric);
    let Some(first) = text.split_whitespace().find(has_letter) else { return false };
    // `S.T.O.P` is one word. `Stop,merci` is two.
    let dotted: String = first.chars().filter(|one| one.is_alphanumeric()).collect();
    let ahead_of_punctuation: String = first
        .chars()
        .skip_while(|one| !one.is_alphanumeric())
        .take_while(|one| one.is_alphanumeric() || is_invisible(*one))
        .filter(|one| one.is_alphanumeric())
        .collect();
    [dotted, ahead_of_punctuation].iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Whether a character has no place of its own: an accent, or a character without a width.
const fn is_invisible(one: char) -> bool {
    matches!(one, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Cases {
        opposes: Vec<String>,
        #[serde(rename = "does not")]
        does_not: Vec<String>,
    }

    #[test]
    fn the_texts_of_people_are_oppositions_or_not() {
        let cases: Cases = serde_json::from_str(include_str!("data/stop.json")).unwrap();
        assert!(!cases.opposes.is_empty() && !cases.does_not.is_empty());
        for text in &cases.opposes {
            assert!(is_opposition(text), "{text:?} opposes");
        }
        for text in &cases.does_not {
            assert!(!is_opposition(text), "{text:?} does not oppose");
        }
    }

    #[rstest]
    #[case("STOP", true)]
    #[case("  Stop. \n", true)]
    #[case("« stop ! »", true)]
    #[case("S.T.O.P", true)]
    #[case("ARRET", true)]
    #[case("Arrêt", true)]
    #[case("ARRE\u{302}T", true)]
    #[case("DÉSABONNER", true)]
    #[case("desabonner", true)]
    #[case("Unsubscribe", true)]
    #[case("STOP au 36200", true)]
    #[case("stop stop", true)]
    #[case("", false)]
    #[case("!", false)]
    #[case("au 36200", false)]
    #[case("OK", false)]
    #[case("Ne stoppez pas", false)]
    #[case("Stop. Merci", true)]
    #[case("stop svp", true)]
    #[case("STOP PUB", true)]
    #[case("Arrêtez", true)]
    #[case("\u{ff33}\u{ff34}\u{ff2f}\u{ff30}", true)]
    #[case("\u{200b}STOP", true)]
    #[case("ST\u{200b}OP", true)]
    #[case("Stop,merci", true)]
    #[case("STOP-PUB", true)]
    #[case("\u{1d412}\u{1d413}\u{1d40e}\u{1d40f}", true)]
    #[case("De\u{301}sinscription svp", true)]
    #[case("Stop me if you can", true)]
    #[case("NON STOP merci pour tout", false)]
    #[case("À quelle heure fermez-vous ?", false)]
    #[case("STOPS", false)]
    fn an_inbound_text_is_an_opposition_or_not(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_opposition(text), expected);
    }
}
