//! Campaigns and dry runs, on a real engine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

mod dry_run;
mod planning;
mod setup;
