//! The number of a member's card.

use crate::ValueError;

/// The number printed on a card: 4 to 32 letters or digits, stored in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CardNumber(String);

impl CardNumber {
    /// Reads a card number, with or without spaces and hyphens.
    ///
    /// # Errors
    /// [`ValueError::CardNumber`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let number: String = text
            .chars()
            .filter(|character| *character != '-' && !character.is_whitespace())
            .map(|character| character.to_ascii_uppercase())
            .collect();
        let fits = (4..=32).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits { Ok(Self(number)) } else { Err(ValueError::CardNumber) }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_is_read_with_or_without_its_spaces() {
        assert_eq!(CardNumber::parse("12 34-ab"), CardNumber::parse("1234AB"));
        assert_eq!(CardNumber::parse("12\u{202f}34\u{a0}ab"), CardNumber::parse("1234AB"));
        assert_eq!(CardNumber::parse("123"), Err(ValueError::CardNumber));
    }
}
