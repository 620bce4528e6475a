//! Messages to people: their text, their length, the hours at which they may be sent, and the providers
//! that carry them.
//!
//! [`text`], [`sms`], [`content`] and [`hours`] are pure. [`providers`] calls a provider and reads its
//! callbacks. The outcome of a call for each recipient is one of four: accepted, refused, not sent, or
//! uncertain. No message is ever sent twice.

pub mod content;
pub mod hours;
pub mod providers;
pub mod sms;
pub mod text;

pub use providers::base_url::BaseUrl;
pub use providers::client::{
    Batch, EmailMessage, Found, Message, ProviderClient, Recipient, SendError, SmsMessage, Verdict,
};
pub use providers::secret::Secret;
pub use text::template::{Template, TemplateError};
pub use text::values::{Field, Values};
