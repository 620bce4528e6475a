//! Why a webhook's setting is not accepted.

use crate::error::error_codes;

/// Why a webhook's setting is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum WebhookError {
    /// An address that events cannot be posted to, whoever listens there.
    #[error(
        "must be an address of at most 500 characters that begins with https://, without user name or fragment"
    )]
    Url,
    /// An address inside a network, or one that no name leads to.
    #[error(
        "must lead to a host that the internet knows: not to a private, local or reserved address"
    )]
    Address,
    /// A word for no event.
    #[error("is not a type of event: docs/webhooks.md lists them")]
    EventType,
    /// An endpoint that would be told nothing.
    #[error("must name at least one type of event")]
    NoEventType,
    /// A range that nothing can be replayed of.
    #[error("must be a range that begins before it ends, in the last 30 days")]
    ReplayRange,
}

error_codes! {
    WebhookError {
        Url => Invalid, "webhook_url";
        Address => Invalid, "webhook_address";
        EventType => Invalid, "webhook_event";
        NoEventType => Invalid, "webhook_events";
        ReplayRange => Invalid, "replay_range";
    }
}
