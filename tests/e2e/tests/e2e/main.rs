//! The deployed stack, through its public doors: the API, the bucket of uploads, the queues.

#![expect(clippy::expect_used, clippy::panic, reason = "what a test did not expect fails it")]

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
