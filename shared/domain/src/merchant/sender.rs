//! The senders of a merchant's messages. Each sender has an account at a provider, a name and a price.

use crate::member::Email;
use crate::merchant::provider::ProviderAccount;
use crate::values::text;
use crate::{Cents, Channel, MerchantError, ValueError};

/// The price that the provider asks for one e-mail, or for one part of an SMS. The unit is a millionth
/// of a euro, since these prices go below a cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitPrice(u32);

impl UnitPrice {
    /// The highest price: one euro.
    pub const LARGEST: Self = Self(1_000_000);

    /// Accepts a price of 0 to [`UnitPrice::LARGEST`], or returns [`MerchantError::UnitPrice`].
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

    /// The price of `count` units, rounded up to a whole cent.
    #[must_use]
    pub fn of(self, count: u64) -> Cents {
        let cents = (u128::from(self.0) * u128::from(count)).div_ceil(10_000);
        Cents::new(i64::try_from(cents).unwrap_or(i64::MAX))
    }
}

/// The name beside the sender's e-mail address: 1 to 70 characters, the most that Brevo accepts.
#[derive(Clone, PartialEq, Eq)]
pub struct SenderName(String);

impl SenderName {
    /// The most characters of a name.
    pub const MAX_LENGTH: usize = 70;

    /// Reads a name by the rule of [`text::bounded`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        text::bounded(text, Self::MAX_LENGTH).map(|name| Self(name.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The sender ID of an SMS: the name or the short code that the telephone shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderId(String);

impl SenderId {
    /// Reads a sender ID: 3 to 11 letters, digits and spaces, a letter first (AF2M), or a short code, 36xxx or
    /// 38xxx. Mobile numbers are forbidden (Arcep 2022-1583). Anything else is [`MerchantError::SmsSender`].
    pub fn parse(text: &str) -> Result<Self, MerchantError> {
        let is_name = (3..=11).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
        if is_name || is_short_code(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MerchantError::SmsSender)
        }
    }

    /// Whether the sender ID names a merchant. A short code does not, and neither does a word that any merchant
    /// could use.
    #[must_use]
    pub fn names_a_merchant(&self) -> bool {
        !is_short_code(&self.0) && !GENERIC_NAMES.contains(&self.0.to_ascii_uppercase().as_str())
    }

    /// The sender ID, where it may carry marketing: a name, or a short code for marketing. A short code for
    /// transactional messages, 38xxx, is [`MerchantError::SmsSenderTransactional`] (AF2M).
    pub fn for_marketing(self) -> Result<Self, MerchantError> {
        if self.is_transactional() { Err(MerchantError::SmsSenderTransactional) } else { Ok(self) }
    }

    /// Whether the sender ID is a short code for transactional messages, 38xxx.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        is_short_code(&self.0) && self.0.starts_with(TRANSACTIONAL)
    }

    /// The sender ID as text, in the form that providers accept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The short code that receives the word STOP: `36200`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopNumber(String);

impl StopNumber {
    /// Reads a short code for marketing, 36xxx (AF2M). Anything else is [`MerchantError::StopNumber`].
    pub fn parse(text: &str) -> Result<Self, MerchantError> {
        if is_short_code(text) && text.starts_with(MARKETING) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MerchantError::StopNumber)
        }
    }

    /// A number to measure an SMS with, for a merchant that has none yet. All numbers have the same length.
    #[must_use]
    pub fn any() -> Self {
        Self("36000".to_owned())
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first digits of the short codes for marketing.
const MARKETING: &str = "36";
/// The first digits of the short codes for transactional messages.
const TRANSACTIONAL: &str = "38";
/// Names that identify no merchant.
const GENERIC_NAMES: [&str; 11] = [
    "INFO", "INFOS", "SMS", "PROMO", "PROMOS", "OFFRE", "OFFRES", "ALERTE", "CLIENT", "SERVICE",
    "FIDELITE",
];

fn is_short_code(text: &str) -> bool {
    text.len() == 5
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.starts_with(MARKETING) || text.starts_with(TRANSACTIONAL))
}

/// The sender of a merchant's e-mails.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailSender {
    /// The account that sends, at a provider of e-mail.
    pub account: ProviderAccount,
    /// The address, of a domain that the provider knows.
    pub address: Email,
    /// The name beside the address.
    pub name: SenderName,
    /// The price of one e-mail, where it is known.
    pub price: Option<UnitPrice>,
}

/// The sender of a merchant's SMS.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsSender {
    /// The account that sends, at a provider of SMS.
    pub account: ProviderAccount,
    /// The name or the short code that the telephone shows.
    pub sender_id: SenderId,
    /// The short code that receives the word STOP.
    pub stop_number: StopNumber,
    /// The price of one part of an SMS, where it is known.
    pub price: Option<UnitPrice>,
}

/// A merchant's senders. A channel without a sender sends nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Senders {
    /// The sender of e-mails.
    pub email: Option<EmailSender>,
    /// The sender of SMS.
    pub sms: Option<SmsSender>,
}

impl Senders {
    /// The account that sends the messages of a channel.
    #[must_use]
    pub fn account(&self, channel: Channel) -> Option<&ProviderAccount> {
        match channel {
            Channel::Email => self.email.as_ref().map(|sender| &sender.account),
            Channel::Sms => self.sms.as_ref().map(|sender| &sender.account),
            Channel::Postal => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("LaBoutique", true)]
    #[case("Chez Zoe", true)]
    #[case("36200", true)]
    #[case("38200", true)]
    #[case("12345", false)]
    #[case("LaBoutique12", false)]
    #[case("Zo", false)]
    #[case("1Boutique", false)]
    #[case("Chez Zoé", false)]
    #[case("0639980012", false)]
    fn a_sender_id_is_a_name_of_3_to_11_letters_or_a_short_code(
        #[case] text: &str,
        #[case] fits: bool,
    ) {
        assert_eq!(SenderId::parse(text).is_ok(), fits);
    }

    #[rstest]
    #[case("LaBoutique", true, true)]
    #[case("Promo", true, false)]
    #[case("36200", true, false)]
    #[case("38200", false, false)]
    fn a_transactional_short_code_carries_no_marketing_and_a_number_names_no_merchant(
        #[case] text: &str,
        #[case] carries_marketing: bool,
        #[case] names_a_merchant: bool,
    ) {
        let sender = SenderId::parse(text).unwrap();
        assert_eq!(sender.names_a_merchant(), names_a_merchant);
        let expected = if carries_marketing {
            Ok(sender.clone())
        } else {
            Err(MerchantError::SmsSenderTransactional)
        };
        assert_eq!(sender.for_marketing(), expected);
    }

    #[rstest]
    #[case("36200", true)]
    #[case("38200", false)]
    #[case("12345", false)]
    #[case("362000", false)]
    #[case("0639980012", false)]
    fn stop_is_received_by_a_short_code_for_marketing(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(StopNumber::parse(text).is_ok(), fits);
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
