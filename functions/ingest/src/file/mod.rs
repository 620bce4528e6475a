//! Reading a merchant's purchase file. Pure: bytes go in by chunks of any size, purchases and
//! refused rows come out, and memory does not grow with the file.
//!
//! A file is read twice. [`plan::Planner`] passes over all of it once and decides how it is written
//! and where it may be cut; [`range::RangeReader`] then reads each range on its own. Both split
//! rows and tell receipts apart with the same code, so that they never disagree on a boundary.

mod bloom;
pub mod columns;
mod customer;
mod dates;
pub mod dialect;
mod draft;
pub mod encoding;
mod grouping;
mod header;
pub mod plan;
pub mod range;
pub mod raw;
pub mod reason;
mod record;
pub mod refused;
#[cfg(test)]
mod tests;

pub use columns::{Column, Columns};
pub use customer::{Customer, CustomerKey};
pub use dialect::Dialect;
pub use encoding::Encoding;
pub use plan::{Confirmer, Outcome, Plan, Planner, Range};
pub use range::{Context, FileReceipt, Item, RangeReader};
pub use raw::RawRow;
pub use reason::{FileRefusal, Reason};
pub use refused::RefusedRow;
