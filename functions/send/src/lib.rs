//! Batches of a campaign are handed to a provider: claimed first, each recipient's consent read
//! strongly after the claim and before the call, and never a message twice.

mod accounts;
mod allowed;
mod app;
mod batch;
mod content;
mod hours;
mod recipients;

pub use accounts::{Accounts, ProviderUrls};
pub use allowed::Allowed;
pub use app::{App, SendFailure, handle};
pub use hours::Hours;
