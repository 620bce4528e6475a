//! Why a webhook's setting is not accepted.

use crate::error::class::error_codes;

/// Why a webhook's setting is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum WebhookError {
    /// A URL with another form than an endpoint can have.
    #[error(
        "must be a URL of at most 500 characters that begins with https://, without user name or fragment"
    )]
    Url,
    /// A host name without an address.
    #[error("must lead to a host that exists: its name has no address, so check how it is written")]
    HostUnknown,
    /// A host with an address that is not public.
    #[error(
        "must lead to a public host of the internet: not to a private, local or reserved address"
    )]
    Address,
    /// A text that is not a type of event.
    #[error("is not a type of event: docs/webhooks.md lists the types")]
    EventType,
    /// An endpoint without a type of event.
    #[error("must name at least one type of event")]
    NoEventType,
    /// A range that is empty, or outside of the days for which events are stored.
    #[error("must be a range that begins before it ends, in the last 30 days")]
    ReplayRange,
}

error_codes! {
    WebhookError by Office {
        Url => Invalid, "webhook_url";
        HostUnknown => Invalid, "webhook_host_unknown";
        Address => Invalid, "webhook_address";
        EventType => Invalid, "webhook_event";
        NoEventType => Invalid, "webhook_events";
        ReplayRange => Invalid, "replay_range";
    }
}
