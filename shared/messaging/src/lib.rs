//! A message to a person: what it says, how long it is, when it may be sent, who carries it and what
//! they tell of it afterwards.
//!
//! Texts and hours are pure. Providers stand behind one trait, [`Provider`], and say for each
//! recipient what became of the message, or that nobody can tell: a message is never sent twice.

pub mod brevo;
pub mod callback;
pub mod content;
pub mod fold;
mod gsm7;
mod halving;
pub mod header;
pub mod holidays;
mod idempotency;
pub mod provider;
pub mod quiet_hours;
pub mod secret;
pub mod sinch;
mod slots;
pub mod sms;
pub mod stop_word;
pub mod template;
pub mod territory;
pub mod transport;
pub mod values;

#[cfg(test)]
mod scripted_server;

pub use brevo::Brevo;
pub use provider::{
    Batch, EmailMessage, Found, Message, Provider, Recipient, SendError, SmsMessage, Verdict,
};
pub use quiet_hours::{Opening, Window};
pub use secret::Secret;
pub use sinch::Sinch;
pub use sms::{SmsSender, StopNumber};
pub use template::{Template, TemplateError};
pub use territory::territory;
pub use transport::{BaseUrl, Transport};
pub use values::{Field, Values};
