//! The sandbox through its doors: what it accepts, refuses, keeps, calls back with and loses.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what tests share is no test of its own to clippy, and must stop like one"
)]

mod brevo;
mod callbacks;
mod faults;
mod outbox;
mod pages;
mod setup;
mod sinch;
