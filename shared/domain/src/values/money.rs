//! Money: whole cents of euro, and the ways in which people write an amount.

use crate::ValueError;
use crate::values::{number, text};
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

    /// Reads an amount as people and their software write it: `12,50`, `12.50`, `1 234,50` (with a space, one of the
    /// spaces U+00A0, U+202F, U+2007, U+2008 and U+2009, or an apostrophe), `1.234,50`, `€12.50`, `12,50 EUR`, `12€50`.
    /// A negative amount has a minus sign before or after it, or stands in brackets: `-3,20`, `3,20-`, `(3,20)`. The
    /// last comma or point separates the decimals, and thousands are groups of three digits. `1.234` is refused,
    /// because it is ambiguous. More than two decimals are read where the others mean nothing: `12.5000`,
    /// `29.990000000000002`. `- €` is zero, as accounting software writes it.
    ///
    /// # Errors
    /// [`ValueError::AmountUnreadable`], or [`ValueError::AmountTooLarge`] beyond ±[`Cents::LARGEST`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if is_zero_of_accountants(text) {
            return Ok(Self::ZERO);
        }
        let (negative, number) = bare(text).ok_or(ValueError::AmountUnreadable)?;
        let (whole, cents) = whole_and_cents(number).ok_or(ValueError::AmountUnreadable)?;
        let whole: i64 = whole.parse().map_err(|_| ValueError::AmountTooLarge)?;
        let cents = whole
            .checked_mul(100)
            .and_then(|whole| whole.checked_add(cents))
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

/// The digits of the whole euros of an amount without sign and currency, and its cents. `None` where the amount cannot
/// be read, or could be read in two ways.
fn whole_and_cents(number: &str) -> Option<(String, i64)> {
    let decimal = number.rfind([',', '.', '€']);
    let (whole, separator, decimals) = match decimal {
        None => (number, None, ""),
        Some(at) => {
            let separator = number[at..].chars().next()?;
            let decimals = &number[at + separator.len_utf8()..];
            let decimals = if separator == '€' { decimals.trim_start() } else { decimals };
            (number[..at].trim_end(), Some(separator), decimals)
        }
    };
    // After a euro sign the cents have two digits: `12€5` may be 12.05 or 12.50.
    if separator == Some('€') && decimals.len() != 2 {
        return None;
    }
    let is_grouping = |character: char| {
        character.is_whitespace()
            || matches!(character, '\'' | '\u{2019}')
            || (matches!(character, ',' | '.') && Some(character) != separator)
    };
    let digits = number::without_groups(whole, is_grouping)?;
    // Three digits after the only separator may be decimals or a group of thousands.
    let may_be_group = (1..=3).contains(&digits.len()) && !digits.starts_with('0');
    if decimals.len() == 3 && may_be_group {
        return None;
    }
    let cents = number::decimals(decimals, 2)?;
    match (&*digits, decimals) {
        ("", "") => None,
        ("", _) => Some(("0".to_owned(), cents)),
        _ => Some((digits, cents)),
    }
}

/// Whether a text is a dash in the place of an amount of zero euros: `- €`. A dash alone is no amount.
fn is_zero_of_accountants(text: &str) -> bool {
    let amount = without_currency(text.trim()).map(str::trim);
    amount.is_some_and(|amount| matches!(amount, "-" | "\u{2013}" | "\u{2014}" | "\u{2212}"))
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

/// The whole euros of a price whose cents are a dash or two: `12` of `12,-` and of `12,--`.
fn without_dash_for_cents(text: &str) -> &str {
    const DASHES: [char; 3] = ['-', '\u{2013}', '\u{2014}'];
    let whole = text.strip_suffix(DASHES).and_then(|price| {
        let price = price.strip_suffix(DASHES).unwrap_or(price).trim_end();
        price.strip_suffix([',', '.'])
    });
    whole.unwrap_or(text)
}

/// The text without a euro sign or code before or after it; `None` where there is none. In ISO 8859-15 the euro sign
/// has the place of `¤` in Windows-1252.
fn without_currency(text: &str) -> Option<&str> {
    const NAMES: [&str; 5] = ["€", "¤", "euros", "euro", "eur"];
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
    #[case("12 € 50", 1250)]
    #[case("12,--", 1200)]
    #[case("12,50 ¤", 1250)]
    #[case("-12,--", -1200)]
    #[case("12.-- €", 1200)]
    #[case("1'200.\u{2014}", 120_000)]
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
    #[case("1\u{2007}234,50", 123_450)]
    #[case("1\u{2008}234,50", 123_450)]
    #[case("999 999", 99_999_900)]
    #[case("1'234", 123_400)]
    #[case("1 234 ,50", 123_450)]
    #[case("12.5000", 1250)]
    #[case("1 234.500", 123_450)]
    #[case("1234,500", 123_450)]
    #[case("0.500", 50)]
    #[case("29.990000000000002", 2999)]
    #[case("29.989999999999998", 2999)]
    #[case("-11.999999999999998", -1200)]
    #[case("- €", 0)]
    #[case("-   €", 0)]
    #[case("€ –", 0)]
    #[case(" -\u{a0}EUR ", 0)]
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
    #[case("12'50")]
    #[case("12 50")]
    #[case("12\u{a0}50 €")]
    #[case("1,2.3")]
    #[case("1.2,30")]
    #[case("1234 567,00")]
    #[case("1 234'567,00")]
    #[case("1 234 56")]
    #[case("12.500")]
    #[case("12.5040")]
    #[case("12.504")]
    #[case("12€500")]
    #[case("12€5")]
    #[case("12,---")]
    #[case("12,- -")]
    #[case("12,50--")]
    #[case("- - €")]
    #[case("(€)")]
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
