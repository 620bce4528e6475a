//! A merchant's purchase file, without I/O: bytes come in chunks of any size and become purchases and refused
//! rows. The memory does not grow with the file.
//!
//! A file is read twice. [`plan::Planner`] reads the whole file once, and finds its format and the positions
//! where it can be cut into ranges. [`range::RangeReader`] then reads each range by itself, and
//! [`gathering::GatheringReader`] the receipts whose rows are scattered. Both split rows and
//! group receipts with the same code ([`splitter`], [`grouping`]), so they always agree on a boundary.

mod bloom;
mod cell;
pub mod columns;
mod context;
mod customer;
mod dates;
pub mod dialect;
mod document_type;
mod draft;
pub mod encoding;
pub mod gathering;
mod grouping;
mod header;
mod line;
pub mod plan;
pub mod range;
pub mod raw;
pub mod refusal;
pub mod refused;
mod splitter;
#[cfg(test)]
mod tests;
mod totals;

pub use columns::{Column, Columns};
pub use context::Context;
pub use customer::{Customer, CustomerKey};
pub use dialect::Dialect;
pub(crate) use encoding::BYTE_ORDER_MARK;
pub use encoding::Encoding;
pub use gathering::GatheringReader;
pub(crate) use header::{MAX_COLUMNS, columns_of};
pub use plan::{Confirmer, Outcome, Part, Plan, Planner, Range};
pub use range::{FileReceipt, Item, RangeReader};
pub use raw::RawRow;
pub use refusal::{FileRefusal, RowRefusal};
pub use refused::RefusedRow;
pub(crate) use splitter::LIMIT as MAX_ROW_BYTES;
