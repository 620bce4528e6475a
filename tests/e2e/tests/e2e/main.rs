//! The deployed stack, through its public interfaces: the API, the bucket of uploads, the queues.

#![expect(clippy::expect_used, clippy::panic, reason = "an unexpected answer fails the test")]

mod account;
mod api;
mod campaigns;
mod coupons;
mod files;
mod followups;
mod logs;
mod points;
mod queues;
mod refusals;
mod retention;
mod stack;
mod webhooks;
