//! The API as its callers use it: requests through the router, on a real engine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "shared code of tests is no test to clippy, and must stop like one"
)]

mod access_log;
mod campaign;
mod cashier_messages;
mod coupon;
mod credentials;
mod edge;
mod error_codes;
mod inbound;
mod ledger;
mod member;
mod merchant;
mod openapi;
mod programme;
mod programme_model;
mod purchase;
mod retention;
mod reward;
mod round_trips;
mod schemas;
mod setup;
mod till_answers;
mod upload;
mod webhook;
