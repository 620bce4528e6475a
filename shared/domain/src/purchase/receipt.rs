//! A receipt (*ticket de caisse*): the natural key of a purchase. The same receipt sent again is the same
//! purchase, whoever the customer is.

use crate::{Day, EstablishmentId, ValueError};

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $limit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads letters, digits, and `. _ - /`, trimmed and bounded.
            ///
            /// # Errors
            /// [`ValueError::Empty`], [`ValueError::TooLong`] or [`ValueError::Characters`].
            pub fn parse(text: &str) -> Result<Self, ValueError> {
                let text = text.trim();
                if text.is_empty() {
                    Err(ValueError::Empty)
                } else if text.len() > $limit {
                    Err(ValueError::TooLong { limit: $limit })
                } else if text.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/')
                }) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(ValueError::Characters)
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

code!(
    /// The register (*caisse*) that printed a receipt.
    Register,
    16
);
code!(
    /// The number printed on a receipt (*numéro de ticket*). Tills count from 1 each day, some each year.
    ReceiptNumber,
    40
);
code!(
    /// The till's operator, by a short code of the merchant's own list, never a name.
    Operator,
    16
);
code!(
    /// A merchant's own reference of something in its papers: a code, never a text.
    Reference,
    40
);

impl Default for Register {
    /// The register of merchants whose files name no register.
    fn default() -> Self {
        Self("1".to_owned())
    }
}

/// The parts that identify a purchase within its merchant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt {
    /// The establishment that sold.
    pub establishment: EstablishmentId,
    /// The register that printed the receipt.
    pub register: Register,
    /// The printed day, in the establishment's zone.
    pub day: Day,
    /// The printed number.
    pub number: ReceiptNumber,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026/000123", Ok(()))]
    #[case("A-1_2.3", Ok(()))]
    #[case("", Err(ValueError::Empty))]
    #[case("12#34", Err(ValueError::Characters))]
    #[case("n° 12", Err(ValueError::Characters))]
    #[case("12345678901234567890123456789012345678901", Err(ValueError::TooLong { limit: 40 }))]
    fn a_receipt_number_is_short_and_plain(
        #[case] text: &str,
        #[case] read: Result<(), ValueError>,
    ) {
        assert_eq!(ReceiptNumber::parse(text).map(|_| ()), read);
    }
}
