//! The register's retention rules, day by day, on a real engine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

mod archive;
mod cost;
mod crashes;
mod daily_run;
mod dry_run;
mod fixture;
mod members;
mod oppositions;
mod races;
mod rewrap;
