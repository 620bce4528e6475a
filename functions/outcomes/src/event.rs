//! An event of a provider, with its address and its reference parsed.

use domain::member::Email;
use domain::{Channel, Instant, Mobile};
use platform::messages::{EventKind, ProviderEvent, Reference};
use store::MessageAddress;

/// An event of a provider.
pub(crate) struct OutcomeEvent {
    /// The address that the event is about.
    pub(crate) address: MessageAddress,
    /// The batch that the event is about; `None` where the provider gives no reference of ours.
    pub(crate) reference: Option<Reference>,
    /// The short code that received a STOP.
    pub(crate) to: Option<String>,
    pub(crate) kind: EventKind,
    pub(crate) at: Instant,
}

impl OutcomeEvent {
    /// Reads an event; `None` where its address is not an address of its channel.
    pub(crate) fn read(event: &ProviderEvent) -> Option<Self> {
        let address = match event.channel {
            Channel::Email => MessageAddress::Email(Email::parse(&event.address).ok()?),
            Channel::Sms => MessageAddress::Mobile(Mobile::parse(&event.address).ok()?),
            Channel::Postal => return None,
        };
        let reference = event.reference.as_deref().and_then(Reference::parse);
        Some(Self { address, reference, to: event.to.clone(), kind: event.what, at: event.at })
    }
}
