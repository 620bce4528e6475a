//! Amounts, as a member reads them.

use domain::Cents;
use domain::coupon::offer::Share;
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

/// A share in percent, with the digits that it needs: `12,5 %`.
pub(crate) fn percent(share: Share) -> String {
    let (whole, hundredths) = (share.hundredths() / 100, share.hundredths() % 100);
    let fraction = format!(",{hundredths:02}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches(',');
    format!("{whole}{fraction}\u{a0}%")
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

    #[rstest]
    #[case(1_000, "10\u{a0}%")]
    #[case(1_250, "12,5\u{a0}%")]
    #[case(5, "0,05\u{a0}%")]
    fn a_share_is_written_in_percent(#[case] hundredths: i64, #[case] written: &str) {
        assert_eq!(percent(Share::new(hundredths).unwrap()), written);
    }
}
