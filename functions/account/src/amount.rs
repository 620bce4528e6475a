//! Amounts, as a member reads them.

use domain::Cents;
use domain::programme::Unit;

/// An amount of points, or of cents in a programme of cents (*cagnotte*).
pub(crate) struct Amount {
    pub(crate) count: i64,
    /// The amount in euros, for a programme of cents.
    pub(crate) euros: Option<String>,
}

impl Amount {
    pub(crate) fn new(unit: Unit, count: i64) -> Self {
        Self { count, euros: (unit == Unit::Cents).then(|| euros(Cents::new(count))) }
    }
}

/// An amount in euros: `12,50 €`.
pub(crate) fn euros(cents: Cents) -> String {
    let cents = cents.get();
    let (sign, size) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    format!("{sign}{},{:02}\u{a0}€", size / 100, size % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(1_250, "12,50\u{a0}€")]
    #[case(-5, "-0,05\u{a0}€")]
    fn cents_are_written_in_euros(#[case] cents: i64, #[case] written: &str) {
        assert_eq!(euros(Cents::new(cents)), written);
        assert_eq!(Amount::new(Unit::Cents, cents).euros.as_deref(), Some(written));
        assert_eq!(Amount::new(Unit::Points, cents).euros, None);
    }
}
