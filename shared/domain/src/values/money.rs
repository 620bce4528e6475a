//! Money: whole cents of euro, and the ways in which people write an amount.

use crate::ValueError;
use serde::{Deserialize, Serialize};

/// An amount in euro cents, above or below zero. The amounts of a purchase are without sign: the kind of the
/// purchase says whether it is a return.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cents(i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One million euros. A larger amount is a mistake.
    pub const LARGEST: Self = Self(100_000_000);

    /// A number of cents, with its sign.
    #[must_use]
    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    /// An amount of a purchase: 0 to [`Cents::LARGEST`].
    ///
    /// # Errors
    /// [`ValueError::AmountNegative`] or [`ValueError::AmountTooLarge`].
    pub const fn of_document(cents: i64) -> Result<Self, ValueError> {
        if cents < 0 {
            Err(ValueError::AmountNegative)
        } else if cents > Self::LARGEST.0 {
            Err(ValueError::AmountTooLarge)
        } else {
            Ok(Self(cents))
        }
    }

    /// Reads an amount as files write it: `12,50`, `12.50`, `1 234,50` (with spaces or no-break spaces),
    /// `1.234,50`, `-3,20`, `12,50 €`. The last comma or point separates the decimals. `1.234` is refused,
    /// because it is ambiguous.
    ///
    /// # Errors
    /// [`ValueError::AmountUnreadable`], or [`ValueError::AmountTooLarge`] beyond ±[`Cents::LARGEST`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let (negative, digits) =
            sign(text.trim().trim_end_matches(['€', ' ', '\u{a0}', '\u{202f}']));
        let mut whole = String::with_capacity(digits.len());
        let mut last_separator = None;
        for (position, character) in digits.char_indices() {
            match character {
                '0'..='9' => whole.push(character),
                ' ' | '\u{a0}' | '\u{202f}' | '\'' => {}
                ',' | '.' => last_separator = Some((position, character)),
                _ => return Err(ValueError::AmountUnreadable),
            }
        }
        let decimals = match last_separator {
            None => 0,
            Some((position, separator)) => {
                let after = &digits[position + 1..];
                if after.len() > 2
                    || !after.bytes().all(|byte| byte.is_ascii_digit())
                    || digits.matches(separator).count() > 1
                {
                    return Err(ValueError::AmountUnreadable);
                }
                after.len()
            }
        };
        if whole.is_empty() {
            return Err(ValueError::AmountUnreadable);
        }
        let scale = [100, 10, 1][decimals];
        let cents = whole
            .parse::<i64>()
            .ok()
            .and_then(|number| number.checked_mul(scale))
            .filter(|cents| *cents <= Self::LARGEST.0)
            .ok_or(ValueError::AmountTooLarge)?;
        Ok(Self(if negative { -cents } else { cents }))
    }

    /// The number of cents.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

impl std::ops::Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::ops::Neg for Cents {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::iter::Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, std::ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("12,50", 1250)]
    #[case("12.50", 1250)]
    #[case("12.5", 1250)]
    #[case("12", 1200)]
    #[case("1 234,50", 123_450)]
    #[case("1\u{a0}234,50", 123_450)]
    #[case("1\u{202f}234,50 €", 123_450)]
    #[case("1.234,50", 123_450)]
    #[case("1,234.50", 123_450)]
    #[case("-3,20", -320)]
    #[case("\u{2212}3,20", -320)]
    #[case("+3,20", 320)]
    #[case("0", 0)]
    #[case(",50", 50)]
    fn an_amount_is_read_as_people_write_it(#[case] text: &str, #[case] cents: i64) {
        assert_eq!(Cents::parse(text), Ok(Cents::new(cents)));
    }

    #[rstest]
    #[case("")]
    #[case("-")]
    #[case("douze")]
    #[case("1.234")]
    #[case("12,505")]
    #[case("1,2,3")]
    #[case("12,50,")]
    #[case("3,36E+10")]
    #[case("--3")]
    fn an_ambiguous_or_unreadable_amount_is_refused(#[case] text: &str) {
        assert_eq!(Cents::parse(text), Err(ValueError::AmountUnreadable));
    }

    #[test]
    fn an_amount_above_a_million_euros_is_refused_with_the_largest_amount() {
        let largest = Cents::LARGEST.get().to_string();
        assert!(ValueError::AmountTooLarge.to_string().contains(&largest));
        assert_eq!(Cents::parse("1000000,01"), Err(ValueError::AmountTooLarge));
        assert_eq!(Cents::parse("99999999999999999999999"), Err(ValueError::AmountTooLarge));
    }
}
