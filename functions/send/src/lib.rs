//! Sends the batches of campaigns, and notices, to providers.
//!
//! A batch is claimed first. Each recipient's consent is read strongly after the claim and before the call
//! to the provider. No message is ever sent twice.

mod accounts;
mod allowed;
mod attempt;
mod batch;
mod content;
mod context;
mod dispatch;
mod hours;
mod notice;
mod recipients;
mod sending;

pub use accounts::{Accounts, ProviderUrls};
pub use allowed::Allowed;
pub use context::{App, BatchError};
pub use dispatch::handle;
pub use hours::SmsHours;
