//! The sandbox over HTTP: the calls it accepts and refuses, its outbox, its callbacks and its faults.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "shared code of tests fails the test, and clippy does not see that it belongs to tests"
)]

mod brevo;
mod callbacks;
mod faults;
mod outbox;
mod pages;
mod setup;
mod sinch;
