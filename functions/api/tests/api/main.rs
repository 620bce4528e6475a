//! The API as its callers use it: requests through the router, on a real engine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what tests share is no test of its own to clippy, and must stop like one"
)]

mod adjustments;
mod campaigns;
mod cards;
mod consents;
mod cors;
mod coupons;
mod coupons_redeemed;
mod dry_run;
mod error_codes;
mod finding;
mod gateway;
mod idempotency;
mod logs;
mod members;
mod merchants;
mod merging;
mod misses;
mod moving;
mod offers;
mod openapi;
mod programmes;
mod purchases;
mod redemptions;
mod refusals;
mod registration;
mod rewards;
mod round_trips;
mod schemas;
mod setup;
mod software;
mod uploads;
mod visits;
mod webhooks;
