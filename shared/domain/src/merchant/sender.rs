//! The senders of a merchant's messages: the provider account and the sender that recipients see.

use crate::member::Email;
use crate::values::text;
use crate::{Cents, MerchantError, ValueError};

/// A provider that delivers messages (*sous-traitant ultérieur* of the register).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderName {
    /// E-mail.
    Brevo,
    /// SMS.
    Sinch,
}

impl ProviderName {
    /// The word for it in the API, in keys and in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Brevo => "brevo",
            Self::Sinch => "sinch",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Brevo, Self::Sinch].into_iter().find(|provider| provider.as_str() == text)
    }
}

/// An account at a provider, by the code that the operator chose. Merchants may share an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountCode(String);

impl AccountCode {
    /// Reads a code of 1 to 40 lower-case letters, digits and hyphens.
    ///
    /// # Errors
    /// [`MerchantError::AccountCode`].
    pub fn parse(text: &str) -> Result<Self, MerchantError> {
        let fits = (1..=40).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(MerchantError::AccountCode) }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The price of one e-mail, or of one part of an SMS, in millionths of a euro: prices are below a cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitPrice(u32);

impl UnitPrice {
    /// The largest price: one euro.
    pub const LARGEST: Self = Self(1_000_000);

    /// A price of 0 to [`UnitPrice::LARGEST`].
    ///
    /// # Errors
    /// [`MerchantError::UnitPrice`].
    pub const fn new(microeuros: u32) -> Result<Self, MerchantError> {
        if microeuros > Self::LARGEST.0 {
            Err(MerchantError::UnitPrice)
        } else {
            Ok(Self(microeuros))
        }
    }

    /// The price in millionths of a euro.
    #[must_use]
    pub const fn microeuros(self) -> u32 {
        self.0
    }

    /// The price of a number of messages or parts, rounded up to a whole cent.
    #[must_use]
    pub fn of(self, count: u64) -> Cents {
        let cents = (u128::from(self.0) * u128::from(count)).div_ceil(10_000);
        Cents::new(i64::try_from(cents).unwrap_or(i64::MAX))
    }
}

/// The sender of e-mails.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailSender {
    /// The account at the provider.
    pub account: AccountCode,
    /// The address. The provider must know its domain.
    pub address: Email,
    /// The name beside the address.
    pub name: String,
    /// The price of one e-mail, where it is known.
    pub price: Option<UnitPrice>,
}

impl EmailSender {
    /// The most characters of the name: the provider's limit.
    pub const NAME_LENGTH: usize = 70;

    /// Reads the name.
    ///
    /// # Errors
    /// As [`text::bounded`].
    pub fn name(text: &str) -> Result<&str, ValueError> {
        text::bounded(text, Self::NAME_LENGTH)
    }
}

/// The sender of SMS.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsSender {
    /// The account at the provider.
    pub account: AccountCode,
    /// The sender that the telephone shows: 3 to 11 letters, digits and spaces, or a short code.
    pub shown: String,
    /// The short code that receives the word STOP: `36200`.
    pub stop_number: String,
    /// The price of one part of an SMS, where it is known.
    pub price: Option<UnitPrice>,
}

impl SmsSender {
    /// Reads the sender that the telephone shows: 3 to 11 letters, digits and spaces, with a letter first
    /// (AF2M), or a short code of 5 digits. Mobile numbers are forbidden (Arcep 2022-1583).
    ///
    /// # Errors
    /// [`MerchantError::SmsSender`].
    pub fn shown(text: &str) -> Result<&str, MerchantError> {
        let is_name = (3..=11).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
        if is_name || is_short_code(text) { Ok(text) } else { Err(MerchantError::SmsSender) }
    }

    /// Reads the short code that receives STOP: 5 digits, 36xxx or 38xxx (AF2M).
    ///
    /// # Errors
    /// [`MerchantError::StopNumber`].
    pub fn stop_number(text: &str) -> Result<&str, MerchantError> {
        let fits = is_short_code(text) && (text.starts_with("36") || text.starts_with("38"));
        if fits { Ok(text) } else { Err(MerchantError::StopNumber) }
    }
}

fn is_short_code(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The senders of a merchant. A channel without a sender sends no messages.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Senders {
    /// E-mail, by Brevo.
    pub email: Option<EmailSender>,
    /// SMS, by Sinch.
    pub sms: Option<SmsSender>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("LaBoutique", true)]
    #[case("Chez Zoe", true)]
    #[case("36200", true)]
    #[case("LaBoutique12", false)]
    #[case("Zo", false)]
    #[case("1Boutique", false)]
    #[case("Chez Zoé", false)]
    #[case("0639980012", false)]
    fn the_sender_of_an_sms_is_a_name_of_3_to_11_characters_or_a_short_code(
        #[case] text: &str,
        #[case] fits: bool,
    ) {
        assert_eq!(SmsSender::shown(text).is_ok(), fits);
    }

    #[rstest]
    #[case(45_000, 1, 5)]
    #[case(45_000, 2, 9)]
    #[case(1, 1, 1)]
    #[case(1, 0, 0)]
    #[case(0, 1_000_000, 0)]
    #[case(1_000_000, u64::MAX, i64::MAX)]
    fn the_price_of_messages_is_rounded_up_to_a_whole_cent(
        #[case] microeuros: u32,
        #[case] count: u64,
        #[case] cents: i64,
    ) {
        assert_eq!(UnitPrice::new(microeuros).unwrap().of(count), Cents::new(cents));
    }

    #[test]
    fn a_price_of_more_than_a_euro_is_refused() {
        assert_eq!(UnitPrice::new(1_000_001), Err(MerchantError::UnitPrice));
    }
}
