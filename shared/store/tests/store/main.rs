//! The store on a real engine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

mod activation;
mod addressees;
mod campaigns;
mod cards;
mod conflicts;
mod coupon_batches;
mod coupons;
mod deadlines;
mod erasing;
mod fixture;
mod ledger;
mod members;
mod redemptions;
mod sequences;
mod setup;
mod uploads;
mod webhooks;
