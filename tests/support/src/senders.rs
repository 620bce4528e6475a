//! Senders of a merchant.

use domain::Channel;
use domain::member::Email;
use domain::merchant::provider::{AccountCode, ProviderAccount, ProviderName};
use domain::merchant::sender::{EmailSender, SenderId, SenderName, SmsSender, StopNumber};

/// A sender of e-mails by an account of the channel's default provider.
#[must_use]
pub fn email_sender(account: &str) -> EmailSender {
    EmailSender {
        account: account_of(Channel::Email, account),
        address: Email::parse("boutique@example.com").expect("an address"),
        name: SenderName::parse("Boutique").expect("a name"),
        price: None,
    }
}

/// A sender of SMS by an account of the channel's default provider.
#[must_use]
pub fn sms_sender(account: &str) -> SmsSender {
    SmsSender {
        account: account_of(Channel::Sms, account),
        sender_id: SenderId::parse("Boutique").expect("a sender ID"),
        stop_number: StopNumber::parse("36200").expect("a short code"),
        price: None,
    }
}

fn account_of(channel: Channel, code: &str) -> ProviderAccount {
    ProviderAccount {
        provider: ProviderName::of(channel).next().expect("a provider of the channel"),
        code: AccountCode::parse(code).expect("a code"),
    }
}
