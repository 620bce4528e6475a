//! The listed rows of a range that are not written yet.

use crate::file::RefusedRow;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// The bytes of rows that may wait for the rows before them.
const WAITING_BYTES: usize = 1024 * 1024;

/// Listed rows, from which the first of the file is taken first. To add or to take a row costs a number of steps that
/// grows with the logarithm of the rows, however often rows are taken.
#[derive(Default)]
pub(crate) struct Listed {
    rows: BinaryHeap<Reverse<InOrder>>,
    bytes: usize,
}

impl Listed {
    pub(super) fn add(&mut self, row: RefusedRow) {
        self.bytes += size(&row);
        self.rows.push(Reverse(InOrder(row)));
    }

    /// Whether the rows must be written, although rows before them are still to be decided.
    pub(crate) fn are_many(&self) -> bool {
        self.bytes >= WAITING_BYTES
    }

    /// Takes the first row, where it is before a line.
    pub(crate) fn take_before(&mut self, line: u64) -> Option<RefusedRow> {
        self.rows.peek().filter(|Reverse(first)| first.0.line < line)?;
        let Reverse(InOrder(row)) = self.rows.pop()?;
        self.bytes -= size(&row);
        Some(row)
    }
}

/// The bytes of a row in memory.
fn size(row: &RefusedRow) -> usize {
    size_of::<RefusedRow>() + row.raw.size()
}

/// A row that is compared by its line.
struct InOrder(RefusedRow);

impl Ord for InOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.line.cmp(&other.0.line)
    }
}

impl PartialOrd for InOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for InOrder {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for InOrder {}
