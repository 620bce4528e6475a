//! Quantities: pieces, kilograms or metres, to the thousandth.

use crate::values::{number, text};
use crate::{Cents, ValueError};

/// The decimals of a quantity.
const PLACES: usize = 3;

/// A quantity in thousandths, above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i64);

impl Quantity {
    /// One piece.
    pub const ONE: Self = Self(1000);
    /// A hundred thousand. A larger quantity is a mistake.
    pub const LARGEST: Self = Self(100_000_000);

    /// A quantity of 1 thousandth to [`Quantity::LARGEST`].
    ///
    /// # Errors
    /// [`ValueError::QuantityOutOfRange`].
    pub const fn from_thousandths(thousandths: i64) -> Result<Self, ValueError> {
        if thousandths < 1 || thousandths > Self::LARGEST.0 {
            Err(ValueError::QuantityOutOfRange)
        } else {
            Ok(Self(thousandths))
        }
    }

    /// Reads a quantity of a file: `1`, `0.5`, `0,250`, `1 000`, `-1`, `1-` or `(1)`. Files write returned goods as
    /// negative: the first value of the result says whether the quantity was negative. More than three decimals are
    /// read where the others mean nothing: `1.0000`, `0.30000000000000004`.
    ///
    /// # Errors
    /// [`ValueError::QuantityUnreadable`] or [`ValueError::QuantityOutOfRange`].
    pub fn parse_signed(text: &str) -> Result<(bool, Self), ValueError> {
        let (negative, digits) = without_sign(text);
        let (whole, decimals) = split(digits);
        let is_grouping =
            |character: char| character.is_whitespace() || matches!(character, '\'' | '\u{2019}');
        let whole = number::without_groups(whole, is_grouping);
        Ok((negative, Self::of(&whole.ok_or(ValueError::QuantityUnreadable)?, decimals)?))
    }

    /// Reads a quantity without a sign, without groups of thousands, and with at most three decimals.
    ///
    /// # Errors
    /// As [`Quantity::parse_signed`], and [`ValueError::QuantityOutOfRange`] for a minus sign.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let (negative, digits) = without_sign(text);
        let (whole, decimals) = split(digits);
        if decimals.len() > PLACES {
            return Err(ValueError::QuantityUnreadable);
        }
        let quantity = Self::of(whole, decimals)?;
        if negative { Err(ValueError::QuantityOutOfRange) } else { Ok(quantity) }
    }

    fn of(whole: &str, decimals: &str) -> Result<Self, ValueError> {
        let is_number = whole.len() + decimals.len() > 0
            && whole.len() <= 12
            && whole.bytes().all(|byte| byte.is_ascii_digit());
        let whole = format!("0{whole}").parse::<i64>().ok().filter(|_| is_number);
        let thousandths = whole.zip(number::decimals(decimals, PLACES));
        let (whole, thousandths) = thousandths.ok_or(ValueError::QuantityUnreadable)?;
        Self::from_thousandths(whole * 1000 + thousandths)
    }

    /// The thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// The price of this quantity, with half a cent rounded away from zero.
    #[must_use]
    pub const fn times(self, unit_price: Cents) -> Cents {
        let product = self.0.saturating_mul(unit_price.get());
        let half = if product < 0 { -500 } else { 500 };
        Cents::new(product.saturating_add(half) / 1000)
    }
}

/// Whether a text has a minus sign, and the text without a sign.
fn without_sign(text: &str) -> (bool, &str) {
    let text = text.trim();
    text::sign(text).map_or((false, text), |signed| (signed.is_negative, signed.rest))
}

/// The parts of a number before and after its decimal separator.
fn split(digits: &str) -> (&str, &str) {
    digits.split_once([',', '.']).unwrap_or((digits, ""))
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, thousandths) = (self.0 / 1000, self.0 % 1000);
        if thousandths == 0 {
            write!(f, "{whole}")
        } else {
            let decimals = format!("{thousandths:03}");
            write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("1", false, 1000)]
    #[case("0.5", false, 500)]
    #[case("0,250", false, 250)]
    #[case("-2", true, 2000)]
    #[case("2-", true, 2000)]
    #[case("(2)", true, 2000)]
    #[case("\u{2212}2", true, 2000)]
    #[case(" 12 ", false, 12_000)]
    #[case("1.0000", false, 1000)]
    #[case("2,50000", false, 2500)]
    #[case("1 000", false, 1_000_000)]
    #[case("-1\u{202f}000,5", true, 1_000_500)]
    #[case("0.30000000000000004", false, 300)]
    #[case("2.9999999999999996", false, 3000)]
    fn a_quantity_is_read_as_people_write_it(
        #[case] text: &str,
        #[case] negative: bool,
        #[case] thousandths: i64,
    ) {
        assert_eq!(Quantity::parse_signed(text), Ok((negative, Quantity(thousandths))));
    }

    #[rstest]
    #[case("", ValueError::QuantityUnreadable)]
    #[case("un", ValueError::QuantityUnreadable)]
    #[case("1.2345", ValueError::QuantityUnreadable)]
    #[case("1 00", ValueError::QuantityUnreadable)]
    #[case("1.000.000", ValueError::QuantityUnreadable)]
    #[case("0", ValueError::QuantityOutOfRange)]
    #[case("1000000", ValueError::QuantityOutOfRange)]
    fn an_unreadable_or_impossible_quantity_is_refused(
        #[case] text: &str,
        #[case] reason: ValueError,
    ) {
        assert_eq!(Quantity::parse_signed(text), Err(reason));
    }

    #[test]
    fn the_price_of_a_weighed_article_is_rounded_to_the_nearest_cent() {
        assert_eq!(Quantity(1_235).times(Cents::new(999)), Cents::new(1234));
        assert_eq!(Quantity(500).times(Cents::new(1)), Cents::new(1));
    }
}
