//! Words of health or of another special category of personal data (GDPR, art. 9). The terms of service
//! exclude such data, and the GDPR register says that there are none.
//!
//! The check finds plain words in the names that a merchant writes. It finds neither other spellings nor
//! descriptions. Words that shops use in another sense are accepted: *une enceinte*, *une religieuse*,
//! *un syndic*.

use crate::ValueError;
use crate::values::text;

/// Words that are refused, with or without a plural `s`; folded.
const WORDS: [&str; 20] = [
    "ethnie",
    "invalidite",
    "islam",
    "juif",
    "juive",
    "malade",
    "maladie",
    "ordonnance",
    "presbyte",
    "presbytie",
    "prescription",
    "protestant",
    "protestante",
    "religieux",
    "religion",
    "sida",
    "syndique",
    "syndiquee",
    "transgenre",
    "vih",
];
/// Beginnings of words that are refused; folded.
const STEMS: [&str; 30] = [
    "allergi",
    "asthm",
    "astigmat",
    "biometri",
    "bisexu",
    "bouddhis",
    "cancer",
    "catholi",
    "chretien",
    "depressi",
    "diabet",
    "dioptr",
    "epilep",
    "genetiqu",
    "glaucom",
    "grossesse",
    "handicap",
    "homosexu",
    "hypermetrop",
    "judais",
    "lesbien",
    "malvoyan",
    "medica",
    "musulman",
    "myop",
    "obes",
    "psychiatr",
    "racial",
    "seropositi",
    "syndica",
];

/// Reads a name that a merchant writes: 1 to `limit` plain characters, without sensitive words.
///
/// # Errors
/// Those of [`text::bounded`], and [`ValueError::SensitiveText`].
pub fn name(text: &str, limit: usize) -> Result<&str, ValueError> {
    let name = text::bounded(text, limit)?;
    if is_sensitive(name) { Err(ValueError::SensitiveText) } else { Ok(name) }
}

/// Whether a text has a sensitive word. Case and accents do not matter.
fn is_sensitive(text: &str) -> bool {
    let folded = text::folded(text);
    // An accent may be a character of its own, after its letter.
    let folded: String =
        folded.chars().filter(|it| !('\u{300}'..='\u{36f}').contains(it)).collect();
    folded.split(|character: char| !character.is_alphanumeric()).any(|word| {
        let singular = word.strip_suffix('s').unwrap_or(word);
        WORDS.contains(&word)
            || WORDS.contains(&singular)
            || STEMS.iter().any(|stem| word.starts_with(stem))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Remise sur ordonnance")]
    #[case("ORDONNANCES")]
    #[case("Verres : 3,5 dioptries")]
    #[case("Spécial myopes")]
    #[case("Presbytie 45+")]
    #[case("Correction de l'astigmatisme")]
    #[case("Diabète")]
    #[case("diabe\u{300}te")]
    #[case("L’offre grossesse")]
    #[case("Clients handicapés")]
    #[case("Tarif_handicap")]
    #[case("Maladies chroniques")]
    #[case("Sans médicament")]
    #[case("Membres du syndicat")]
    #[case("Adhérents syndiqués")]
    #[case("Selon la religion")]
    #[case("Ordres religieux")]
    fn a_name_with_a_word_of_health_or_belief_is_refused(#[case] text: &str) {
        assert_eq!(name(text, 40), Err(ValueError::SensitiveText));
    }

    #[rstest]
    #[case("Double points le samedi")]
    #[case("Offre de Noël")]
    #[case("Enceintes sans fil")]
    #[case("Religieuse au café")]
    #[case("Syndics et copropriétés")]
    #[case("Rue du Presbytère")]
    #[case("Sidatex")]
    #[case("Verres de lampe")]
    #[case("Une seconde paire à 1 €")]
    #[case("Médicis")]
    #[case("Îlot des Maladreries")]
    fn a_word_that_shops_use_in_another_sense_is_accepted(#[case] text: &str) {
        assert_eq!(name(text, 40), Ok(text));
    }

    #[rstest]
    #[case("  Or  ", Ok("Or"))]
    #[case("   ", Err(ValueError::Empty))]
    #[case("Or\n", Ok("Or"))]
    #[case("O\nr", Err(ValueError::ControlCharacters))]
    #[case("Argent", Err(ValueError::TooLong { limit: 5 }))]
    fn a_name_is_bounded_and_plain(#[case] text: &str, #[case] read: Result<&str, ValueError>) {
        assert_eq!(name(text, 5), read);
    }

    #[test]
    fn the_words_are_listed_in_order_and_folded() {
        for word in WORDS.iter().chain(&STEMS) {
            assert_eq!(text::folded(word), *word);
            assert!(word.chars().all(char::is_alphanumeric), "{word}");
        }
        assert!(WORDS.is_sorted() && STEMS.is_sorted());
    }
}
