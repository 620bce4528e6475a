//! The whole way of a file: from the event of S3 to its report, on a real engine.

#![expect(clippy::unwrap_used, reason = "what a test did not expect fails it")]

mod changed_plan;
mod contract_end;
mod forms;
mod kept_long_enough;
mod report;
mod retail;
mod setup;
mod two_attempts;
mod waiting;
