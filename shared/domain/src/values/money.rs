//! Money: whole cents of euro, and the ways in which people write an amount.

use crate::ValueError;
use crate::values::text;
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

    /// Reads an amount as people and their software write it: `12,50`, `12.50`, `1 234,50` (with any space or an
    /// apostrophe), `1.234,50`, `€12.50`, `12,50 EUR`, `12€50`. A negative amount has a minus sign before or after
    /// it, or stands in brackets: `-3,20`, `3,20-`, `(3,20)`. The last comma or point separates the decimals. `1.234`
    /// is refused, because it is ambiguous.
    ///
    /// # Errors
    /// [`ValueError::AmountUnreadable`], or [`ValueError::AmountTooLarge`] beyond ±[`Cents::LARGEST`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let (negative, digits) = bare(text).ok_or(ValueError::AmountUnreadable)?;
        let mut whole = String::with_capacity(digits.len());
        let mut last_separator = None;
        for (position, character) in digits.char_indices() {
            match character {
                '0'..='9' => whole.push(character),
                ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}' => {}
                ',' | '.' | '€' => last_separator = Some((position, character)),
                _ => return Err(ValueError::AmountUnreadable),
            }
        }
        let decimals = match last_separator {
            None => 0,
            Some((position, separator)) => {
                let after = &digits[position + separator.len_utf8()..];
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

/// An amount without its sign and its currency, and whether the amount is negative. `None` for two signs or two
/// currencies.
fn bare(text: &str) -> Option<(bool, &str)> {
    let (mut sign, mut has_currency) = (None, false);
    let mut rest = text.trim();
    loop {
        let found = if let Some(signed) = text::sign(rest) {
            if sign.replace(signed.is_negative).is_some() {
                return None;
            }
            signed.rest
        } else if let Some(amount) = without_currency(rest) {
            if std::mem::replace(&mut has_currency, true) {
                return None;
            }
            amount
        } else {
            return Some((sign.unwrap_or_default(), without_dash_for_cents(rest)));
        };
        rest = found.trim();
    }
}

/// The whole euros of a price whose cents are a dash: `12` of `12,-`.
fn without_dash_for_cents(text: &str) -> &str {
    let whole = text.strip_suffix(['-', '\u{2013}', '\u{2014}']).and_then(|price| {
        let price = price.trim_end();
        price.strip_suffix([',', '.'])
    });
    whole.unwrap_or(text)
}

/// The text without a euro sign or code before or after it; `None` where there is none.
fn without_currency(text: &str) -> Option<&str> {
    const NAMES: [&str; 4] = ["€", "euros", "euro", "eur"];
    NAMES.iter().find_map(|name| {
        let is_name = |part: &str| part.eq_ignore_ascii_case(name);
        let after = text.len().checked_sub(name.len())?;
        if text.get(after..).is_some_and(is_name) {
            text.get(..after)
        } else if text.get(..name.len()).is_some_and(is_name) {
            text.get(name.len()..)
        } else {
            None
        }
    })
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
    #[case("€12.50", 1250)]
    #[case("12,50 EUR", 1250)]
    #[case("EUR 12,50", 1250)]
    #[case("12,50 euros", 1250)]
    #[case("12€50", 1250)]
    #[case("12,-", 1200)]
    #[case("1 200,– €", 120_000)]
    #[case("12.-", 1200)]
    #[case("12,50-", -1250)]
    #[case("12,50 -", -1250)]
    #[case("(12,50)", -1250)]
    #[case("(12,50 €)", -1250)]
    #[case("-€12.50", -1250)]
    #[case("€-12.50", -1250)]
    #[case("\u{2013}12,50", -1250)]
    #[case("\u{2010} 12,50 €", -1250)]
    #[case("1'234.50", 123_450)]
    #[case("1\u{2019}234,50", 123_450)]
    #[case("1\u{2009}234,50", 123_450)]
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
    #[case("-3-")]
    #[case("(-3)")]
    #[case("(3")]
    #[case("€3 EUR")]
    #[case("€")]
    #[case("$3")]
    #[case("1€2€3")]
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
