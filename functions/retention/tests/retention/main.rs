//! The register's retention table, night by night, on a real engine.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

mod archive;
mod cost;
mod dry_run;
mod fixture;
mod killed;
mod members;
mod night;
mod races;
