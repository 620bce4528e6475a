//! Short texts: trimmed, bounded, without control characters.

use crate::ValueError;
use icu_normalizer::DecomposingNormalizerBorrowed;

/// Trims `text` and accepts it when it has 1 to `limit` characters, none a control character.
///
/// # Errors
/// [`ValueError::Empty`], [`ValueError::TooLong`] or [`ValueError::ControlCharacters`].
pub fn bounded(text: &str, limit: usize) -> Result<&str, ValueError> {
    let text = text.trim();
    if text.is_empty() {
        Err(ValueError::Empty)
    } else if text.chars().any(char::is_control) {
        Err(ValueError::ControlCharacters)
    } else if text.chars().nth(limit).is_some() {
        Err(ValueError::TooLong { limit })
    } else {
        Ok(text)
    }
}

/// As [`bounded`], but an empty text is `None`.
///
/// # Errors
/// [`ValueError::TooLong`] or [`ValueError::ControlCharacters`].
pub fn optional(text: &str, limit: usize) -> Result<Option<String>, ValueError> {
    if text.trim().is_empty() {
        Ok(None)
    } else {
        bounded(text, limit).map(|text| Some(text.to_owned()))
    }
}

/// A text in lower case, without accents, to compare texts that people write differently. A ligature is two letters.
#[must_use]
pub fn folded(text: &str) -> String {
    fold(text).collect()
}

/// Whether a character is not seen in a text. Directories of contacts, web pages and programs of MS-DOS leave such
/// characters around a copied value: marks of direction, joiners, control characters.
#[must_use]
pub const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

/// A number whose sign was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signed<'t> {
    pub(crate) is_negative: bool,
    /// The number, without sign and space around it.
    pub(crate) rest: &'t str,
}

/// Reads the sign of a number: a minus before or after it, as accounting software writes negative numbers, brackets
/// around it, or a plus before it. Typographic minus signs and dashes count. `None` without a sign.
pub(crate) fn sign(text: &str) -> Option<Signed<'_>> {
    const MINUS: [char; 9] = [
        '-', '\u{2212}', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{fe63}',
        '\u{ff0d}',
    ];
    let in_brackets = || text.strip_prefix('(')?.strip_suffix(')');
    // `12,-` and `12,--` are prices without cents, and not below zero.
    let is_price = |rest: &str| {
        rest.trim_end_matches(|c: char| MINUS.contains(&c) || c.is_whitespace())
            .ends_with([',', '.'])
    };
    let after = || text.strip_suffix(MINUS).filter(|rest| !is_price(rest));
    let negative = text.strip_prefix(MINUS).or_else(after);
    let (is_negative, rest) = match negative.or_else(in_brackets) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+')?),
    };
    Some(Signed { is_negative, rest: rest.trim() })
}

/// Whether two texts are equal once [`folded`].
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        fold(one).eq(fold(other))
    }
}

/// Whether two texts are equal once in lower case. Accents count.
#[must_use]
pub fn same_but_case(one: &str, other: &str) -> bool {
    one == other || lower(one).eq(lower(other))
}

/// The characters in lower case. [`same_but_case`] compares them.
pub(crate) fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// The characters in lower case and in the decomposed form (NFD), without their accents. So it does not matter
/// whether a program wrote an accent as one character with its letter, or as a character of its own.
fn fold(text: &str) -> impl Iterator<Item = char> {
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize_iter(lower(text));
    decomposed.filter(|character| !is_accent(*character)).flat_map(|character| match character {
        'œ' => ['o', 'e'].into_iter().take(2),
        'æ' => ['a', 'e'].into_iter().take(2),
        other => [other, other].into_iter().take(1),
    })
}

/// Whether a character is one of the combining marks of Unicode.
const fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_bounded_and_plain() {
        assert_eq!(bounded("  Monture  ", 10), Ok("Monture"));
        assert_eq!(bounded("   ", 10), Err(ValueError::Empty));
        assert_eq!(bounded("éééé", 3), Err(ValueError::TooLong { limit: 3 }));
        assert_eq!(bounded("a\0b", 10), Err(ValueError::ControlCharacters));
    }

    #[test]
    fn an_accent_of_its_own_is_the_accent_of_a_letter_and_a_ligature_is_two_letters() {
        for (one, other) in [
            ("Thé & café", "the\u{301} & CAFE\u{301}"),
            ("CŒUR", "coeur"),
            ("Crème brûlée à la fraise", "CREME BRULEE A LA FRAISE"),
            ("Ångström", "angstrom"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
        assert!(!same("thé", "thés"));
    }
}
