//! The API as its callers use it: requests through the router, on a real engine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what tests share is no test of its own to clippy, and must stop like one"
)]

mod campaigns;
mod consents;
mod coupons;
mod dry_run;
mod gateway;
mod logs;
mod members;
mod merchants;
mod offers;
mod openapi;
mod purchases;
mod refusals;
mod registration;
mod round_trips;
mod setup;
mod uploads;
