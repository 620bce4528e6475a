//! The state of an instance, and the reasons why a batch is not done yet.

use crate::accounts::Accounts;
use crate::allowed::Allowed;
use crate::hours::SmsHours;
use platform::queue::Failed;
use store::{Store, StoreError};

/// The clients and the settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The accounts at the providers.
    pub accounts: Accounts,
    /// The recipients that may be written to.
    pub allowed: Allowed,
    /// Whether the hours of SMS are applied.
    pub hours: SmsHours,
    /// The address of the HTTP API, without a slash at its end. The links in messages lead there.
    pub public_url: String,
}

/// Why a batch is not done yet. Its message is delivered again.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// A call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The account's secret could not be read.
    #[error("the secret of the provider's account could not be read")]
    Account(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another instance has claimed the batch.
    #[error("another instance has claimed the batch")]
    ClaimedElsewhere,
    /// The batch is not in the table yet.
    #[error("the batch is not in the table yet")]
    Absent,
    /// The provider accepted nothing, and may accept the batch later.
    #[error("the provider accepted nothing: {0}")]
    NotSent(String),
    /// The provider may have accepted the batch.
    #[error("the provider may have accepted the batch")]
    Unknown,
}

impl From<BatchError> for Failed {
    fn from(error: BatchError) -> Self {
        Self::retry(error)
    }
}

/// Why a campaign is held until a person has acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldReason {
    /// The merchant has no sender for the campaign's channel.
    NoSender,
    /// The merchant's sender is a short code that carries no marketing.
    TransactionalSender,
    /// The SMS names the merchant neither in its sender nor in its text.
    MerchantNotNamed,
    /// The campaign's text was saved under other rules and cannot be sent.
    Content,
    /// The provider refuses the account, or the account's secret lacks the provider's credentials.
    ProviderAccount,
}

impl HoldReason {
    /// The code that is stored with the campaign.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NoSender => "no_sender",
            Self::TransactionalSender => "transactional_sender",
            Self::MerchantNotNamed => "merchant_not_named",
            Self::Content => "content",
            Self::ProviderAccount => "provider_account",
        }
    }
}
