//! The password of a member, by the CNIL's recommendation 2022-100: with a limit of guesses, 8 characters of three of
//! four classes, and none of the passwords that everybody tries first.

use crate::values::text::folded;

/// The fewest characters.
pub const SHORTEST: usize = 8;
/// The most characters.
pub const LONGEST: usize = 128;
/// From this length on the classes do not matter: a sentence is a good password.
const SENTENCE: usize = 14;
/// The fewest different characters.
const DIFFERENT: usize = 5;

/// Words of the passwords that are tried first, folded, as lists of leaked passwords show them for France. A password
/// is one of these words with digits and signs around it, and with digits in the place of letters.
const COMMON: [&str; 60] = [
    "abcdef",
    "admin",
    "administrateur",
    "alexandre",
    "amour",
    "anniversaire",
    "antoine",
    "azerty",
    "azertyui",
    "azertyuiop",
    "bienvenue",
    "bonjour",
    "bordeaux",
    "camille",
    "caroline",
    "celine",
    "changeme",
    "chocolat",
    "chouchou",
    "coucou",
    "doudou",
    "dragon",
    "fidelite",
    "football",
    "france",
    "iloveyou",
    "jetaime",
    "julien",
    "letmein",
    "loulou",
    "marine",
    "marseille",
    "maximilien",
    "motdepasse",
    "monkey",
    "motdepass",
    "nathalie",
    "nicolas",
    "nouveau",
    "paris",
    "passe",
    "passw",
    "passwd",
    "password",
    "princesse",
    "qsdfghjklm",
    "qwerty",
    "qwertyuiop",
    "qwertz",
    "secret",
    "soleil",
    "sophie",
    "stephane",
    "sunshine",
    "superman",
    "thomas",
    "toulouse",
    "vacances",
    "valentin",
    "welcome",
];

/// A password that may be stored as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`SHORTEST`] characters.
    #[error("must have at least {SHORTEST} characters")]
    TooShort,
    /// More than [`LONGEST`] characters.
    #[error("must have at most {LONGEST} characters")]
    TooLong,
    /// Fewer than three of lower case, upper case, digits and signs, in fewer than 14 characters.
    #[error(
        "must mix three of lower case, upper case, digits and signs, or have at least {SENTENCE} characters"
    )]
    TooSimple,
    /// A password that everybody tries first.
    #[error("is one of the passwords that are tried first")]
    Common,
}

impl PasswordError {
    /// A stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password-too-short",
            Self::TooLong => "password-too-long",
            Self::TooSimple => "password-too-simple",
            Self::Common => "password-common",
        }
    }
}

impl Password {
    /// Accepts a new password. Nothing is trimmed or cut: a space counts.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn new(text: &str) -> Result<Self, PasswordError> {
        let length = text.chars().count();
        if length < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if length > LONGEST {
            return Err(PasswordError::TooLong);
        }
        if length < SENTENCE && classes(text) < 3 {
            return Err(PasswordError::TooSimple);
        }
        if is_common(text) {
            return Err(PasswordError::Common);
        }
        Ok(Self(text.to_owned()))
    }

    /// The password, for its hash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The classes of characters: lower case, upper case, digits, and anything else.
fn classes(text: &str) -> usize {
    let has = |class: fn(char) -> bool| usize::from(text.chars().any(class));
    has(char::is_lowercase)
        + has(char::is_uppercase)
        + has(char::is_numeric)
        + has(|character| !character.is_alphanumeric())
}

fn is_common(text: &str) -> bool {
    let folded = folded(text);
    let mut different: Vec<char> = folded.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT {
        return true;
    }
    let is_common = |word: &str| COMMON.contains(&word);
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let inner = folded.trim_matches(|c: char| !c.is_alphabetic());
    let written_in_digits: String = inner.chars().map(letter_of).collect();
    is_common(&letters(&folded)) || is_common(&letters(&written_in_digits))
}

/// The letter that a digit or a sign stands for in a disguised word.
const fn letter_of(character: char) -> char {
    match character {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::three_classes("Vélo-vert", None)]
    #[case::digits("velo 2 Lyon", None)]
    #[case::a_sentence("un chat dort sur le mur", None)]
    #[case::emoji("Vélo🚲🚲🚲x1", None)]
    #[case::seven("Vélo-1a", Some(PasswordError::TooShort))]
    #[case::two_classes("velovert12", Some(PasswordError::TooSimple))]
    #[case::common("Password1", Some(PasswordError::Common))]
    #[case::disguised("P@ssw0rd!", Some(PasswordError::Common))]
    #[case::french("Bonjour2026!", Some(PasswordError::Common))]
    #[case::keyboard("Azerty123!", Some(PasswordError::Common))]
    #[case::accents("Fidélité2026", Some(PasswordError::Common))]
    #[case::one_letter("aaaaaaaaaaaaaaA1", Some(PasswordError::Common))]
    fn a_password_is_long_mixed_and_not_tried_first(
        #[case] text: &str,
        #[case] refused: Option<PasswordError>,
    ) {
        assert_eq!(Password::new(text).err(), refused);
    }

    #[test]
    fn a_password_of_128_characters_is_kept_whole() {
        let longest: String = "Ab1é".chars().cycle().take(LONGEST).collect();
        let longest = longest.replacen("Ab1é", "xyz!", 1);
        assert_eq!(Password::new(&longest).map(|it| it.as_str().to_owned()), Ok(longest.clone()));
        assert_eq!(Password::new(&format!("{longest}x")).err(), Some(PasswordError::TooLong));
    }
}
