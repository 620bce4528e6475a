//! Why a merchant's setting is not accepted.

use crate::error::class::error_codes;

/// Why a merchant's setting is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MerchantError {
    /// A text that is not a web origin.
    #[error(
        "is not an origin: write it as https://caisse.example.com, without a path (http for localhost only)"
    )]
    Origin,
    /// The code of a provider account with other characters than its alphabet, or too long.
    #[error("must be 1 to 40 lower-case letters, digits or hyphens")]
    AccountCode,
    /// A text that cannot be the sender of an SMS.
    #[error(
        "must be 3 to 11 letters, digits or spaces beginning with a letter, or a short code 36xxx"
    )]
    SmsSender,
    /// A short code for transactional messages, as the sender of marketing.
    #[error(
        "must not be a short code 38xxx: it carries no marketing. Use a name, or a short code 36xxx"
    )]
    SmsSenderTransactional,
    /// A number that cannot receive the word STOP.
    #[error("must be a short code for marketing: 36xxx")]
    StopNumber,
    /// A price of one message that is out of range.
    #[error("must be 0 to 1000000 millionths of a euro")]
    UnitPrice,
    /// A last day of a contract that has passed, or is more than 5 years away.
    #[error("must be today or later, and within 5 years")]
    ContractEnd,
}

error_codes! {
    MerchantError by Office {
        Origin => Invalid, "origin";
        AccountCode => Invalid, "account_code";
        SmsSender => Invalid, "sms_sender";
        SmsSenderTransactional => Invalid, "sms_sender_transactional";
        StopNumber => Invalid, "stop_number";
        UnitPrice => Invalid, "unit_price";
        ContractEnd => Invalid, "contract_end";
    }
}
