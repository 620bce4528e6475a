//! The API as its callers use it: requests through the router, on a real engine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what tests share is no test of its own to clippy, and must stop like one"
)]

mod campaigns;
mod consents;
mod dry_run;
mod gateway;
mod logs;
mod members;
mod merchants;
mod openapi;
mod programmes;
mod purchases;
mod refusals;
mod registration;
mod round_trips;
mod setup;
mod uploads;
mod webhooks;
