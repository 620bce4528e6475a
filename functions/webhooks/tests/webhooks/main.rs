//! Changes of a real table become events, and events are posted to a receiver on this machine.

#![expect(clippy::unwrap_used, reason = "what a test did not expect fails it")]

mod changes;
mod delivery;
mod pause;
mod receiver;
mod replay;
mod setup;
mod template;
