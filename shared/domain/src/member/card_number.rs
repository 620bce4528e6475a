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

    /// The number of a card that exists on a telephone only: EAN-13 with the prefix 29, which GS1 leaves to each
    /// company for its own use, and ten digits of `random`.
    #[must_use]
    pub fn of_account(random: u64) -> Self {
        let digits = format!("29{:010}", random % 10_000_000_000);
        let weighted = digits.bytes().zip([1, 3].into_iter().cycle());
        let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        Self(format!("{digits}{}", (10 - sum % 10) % 10))
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
    fn the_number_of_an_account_is_an_ean_13_of_the_company_s_own_range() {
        assert_eq!(CardNumber::of_account(12_345).as_str(), "2900000123458");
        assert_eq!(CardNumber::of_account(u64::MAX).as_str(), "2937095516155");
        let parsed = CardNumber::parse("2900000123458");
        assert_eq!(parsed, Ok(CardNumber::of_account(12_345)));
    }

    #[test]
    fn a_card_number_is_read_with_or_without_its_spaces() {
        assert_eq!(CardNumber::parse("12 34-ab"), CardNumber::parse("1234AB"));
        assert_eq!(CardNumber::parse("12\u{202f}34\u{a0}ab"), CardNumber::parse("1234AB"));
        assert_eq!(CardNumber::parse("123"), Err(ValueError::CardNumber));
    }
}
