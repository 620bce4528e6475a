//! The providers that carry messages, and the operator's accounts at them.
//!
//! A provider is named here and nowhere else in the domain. Its credentials, its client and its callbacks
//! are one folder of the crate `messaging`.

use crate::values::word_enum::word_enum;
use crate::{Channel, MerchantError};
use serde::{Deserialize, Serialize};

word_enum! {
    /// A provider that carries messages (*sous-traitant ultérieur* of the GDPR register). The word is also
    /// in the paths of callbacks. The first provider of a channel is the channel's default.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ProviderName {
        /// Brevo, for e-mail.
        Brevo = "brevo",
        /// Sinch, for SMS.
        Sinch = "sinch",
    }
}

impl ProviderName {
    /// The channel whose messages the provider carries.
    #[must_use]
    pub const fn channel(self) -> Channel {
        match self {
            Self::Brevo => Channel::Email,
            Self::Sinch => Channel::Sms,
        }
    }

    /// The providers that carry a channel's messages, the default one first.
    pub fn of(channel: Channel) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |provider| provider.channel() == channel)
    }
}

/// The code that the operator gave to an account at a provider. Merchants may share an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountCode(String);

impl AccountCode {
    /// Reads a code of 1 to 40 lower-case letters, digits and hyphens. Anything else is
    /// [`MerchantError::AccountCode`].
    pub fn parse(text: &str) -> Result<Self, MerchantError> {
        let is_code = (1..=40).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if is_code { Ok(Self(text.to_owned())) } else { Err(MerchantError::AccountCode) }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for AccountCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

crate::serde_as_text!(AccountCode);

/// An account, and the provider that the account belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderAccount {
    /// The provider.
    pub provider: ProviderName,
    /// The account's code.
    pub code: AccountCode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_read_by_its_own_name() {
        for provider in ProviderName::ALL {
            assert_eq!(ProviderName::parse(provider.as_str()), Some(provider));
        }
        assert_eq!(ProviderName::parse("pigeon"), None);
    }

    #[test]
    fn e_mail_and_sms_have_a_default_provider_and_letters_have_none() {
        let default = |channel| ProviderName::of(channel).next();
        assert_eq!(default(Channel::Email), Some(ProviderName::Brevo));
        assert_eq!(default(Channel::Sms), Some(ProviderName::Sinch));
        assert_eq!(default(Channel::Postal), None);
    }
}
