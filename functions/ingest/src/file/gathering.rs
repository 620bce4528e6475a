//! The reader of scattered receipts: it reads the whole file, keeps the rows of its receipts in memory, and reads each
//! receipt at the end. The plan bounds the rows of one gathering.

use crate::file::context::Context;
use crate::file::dialect::Dialect;
use crate::file::grouping::{Grouper, Step};
use crate::file::range::{Item, MAX_BYTES, OpenReceipt};
use crate::file::raw::{Cells, RawRow};
use crate::file::refusal::RowRefusal;
use crate::file::refused::RefusedRow;
use crate::file::splitter::{Fault, Row, Splitter};
use crate::file::totals::{MOST_AT_FOOT, Totals};
use domain::purchase::MOST_LINES;
use std::collections::BTreeMap;

/// The reader of one gathering.
pub struct GatheringReader<'a> {
    splitter: Splitter,
    rows: Rows<'a>,
}

impl<'a> GatheringReader<'a> {
    /// The reader of the receipts with some hashes, in a file whose rows begin on `first_line`.
    #[must_use]
    pub fn new(
        context: &'a Context,
        dialect: &'a Dialect,
        first_line: u64,
        hashes: &'a [u64],
    ) -> Self {
        Self {
            splitter: Splitter::new(dialect.delimiter, 0, first_line),
            rows: Rows {
                context,
                dialect,
                hashes,
                grouper: Grouper::default(),
                open: Fragment::default(),
                neighbour: None,
                foot: Vec::new(),
                found: BTreeMap::new(),
            },
        }
    }

    /// Reads a chunk of the file, of any size. Only receipts over the limit of a receipt come out before the end.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<Item>) {
        let rows = &mut self.rows;
        self.splitter.feed(chunk, &mut |row| rows.add(row, out));
    }

    /// Ends the file, and adds the receipts to `out`, in the order of their first rows.
    pub fn finish(mut self, out: &mut Vec<Item>) {
        let rows = &mut self.rows;
        self.splitter.finish(&mut |row| rows.add(row, out));
        self.rows.finish(out);
    }
}

struct Rows<'a> {
    context: &'a Context,
    dialect: &'a Dialect,
    hashes: &'a [u64],
    grouper: Grouper,
    /// The receipt in progress, which may be one of the gathering.
    open: Fragment,
    /// The line of the previous row, where that row may belong to the next receipt.
    neighbour: Option<u64>,
    /// The lines of the previous rows, where they have amounts alone.
    foot: Vec<u64>,
    found: BTreeMap<u64, Fragment>,
}

/// Consecutive rows of one receipt; or all its rows that were found so far.
#[derive(Default)]
struct Fragment {
    rows: Vec<CopiedRow>,
    bytes: usize,
    /// The line of a row beside these rows that may belong to the receipt.
    neighbour: Option<u64>,
    /// Whether the rows are over the limit of a receipt. They are then not kept.
    too_long: bool,
}

struct CopiedRow {
    line: u64,
    start: u64,
    fault: Option<Fault>,
    bytes: Box<[u8]>,
    ends: Box<[usize]>,
}

impl CopiedRow {
    fn of(row: &Row<'_>) -> Self {
        let Row { line, start, fault, bytes, ends } = *row;
        Self { line, start, fault, bytes: bytes.into(), ends: ends.into() }
    }

    fn row(&self) -> Row<'_> {
        let Self { line, start, fault, bytes, ends } = self;
        Row { line: *line, start: *start, fault: *fault, bytes, ends }
    }
}

impl Rows<'_> {
    fn add(&mut self, row: &Row<'_>, out: &mut Vec<Item>) {
        match self.grouper.step(row, self.dialect) {
            // The reader of its range refuses this row.
            Step::Totals => return,
            Step::Unattributed => {
                if self.foot.len() < MOST_AT_FOOT && Totals::of(row, self.dialect).is_some() {
                    self.foot.push(row.line);
                } else {
                    self.settle_foot();
                    self.note_unattributed(row.line);
                }
                return;
            }
            Step::Begins { ended } => {
                self.settle_foot();
                self.close(ended, out);
            }
            Step::Continues => self.settle_foot(),
        }
        let open = &mut self.open;
        open.neighbour = open.neighbour.or(self.neighbour.take());
        open.bytes += row.size();
        open.too_long |= open.rows.len() == MOST_LINES || open.bytes > MAX_BYTES;
        if open.too_long {
            // The reader of the range refuses such rows as they come.
            open.rows.clear();
        } else {
            open.rows.push(CopiedRow::of(row));
        }
    }

    /// Another row follows rows of amounts alone, so these may be lines of a receipt.
    fn settle_foot(&mut self) {
        for line in std::mem::take(&mut self.foot) {
            self.note_unattributed(line);
        }
    }

    fn note_unattributed(&mut self, line: u64) {
        self.neighbour = Some(line);
        self.open.neighbour.get_or_insert(line);
    }

    /// Adds the receipt in progress to the rows of its receipt.
    fn close(&mut self, ended: Option<u64>, out: &mut Vec<Item>) {
        let fragment = std::mem::take(&mut self.open);
        let Some(hash) = ended.filter(|hash| self.hashes.binary_search(hash).is_ok()) else {
            return;
        };
        let whole = self.found.entry(hash).or_default();
        whole.bytes += fragment.bytes;
        whole.neighbour = whole.neighbour.or(fragment.neighbour);
        whole.rows.extend(fragment.rows);
        whole.too_long |=
            fragment.too_long || whole.rows.len() > MOST_LINES || whole.bytes > MAX_BYTES;
        if whole.too_long {
            for copied in whole.rows.drain(..) {
                let raw = raw(&copied.row(), self.dialect, self.context).0;
                out.push(Item::Refused(RefusedRow::new(RowRefusal::ReceiptTooLong, raw)));
            }
        }
    }

    fn finish(mut self, out: &mut Vec<Item>) {
        self.close(self.grouper.finish(), out);
        let mut receipts: Vec<_> = self.found.into_values().collect();
        receipts.sort_by_key(|receipt| receipt.rows.first().map(|row| row.line));
        for Fragment { rows, neighbour, .. } in receipts {
            let mut open = OpenReceipt::default();
            if let Some(line) = neighbour {
                open.refuse(RowRefusal::Neighbour { line });
            }
            for copied in rows {
                let row = copied.row();
                let (raw, cells) = raw(&row, self.dialect, self.context);
                open.add(&row, raw, &cells, self.dialect, self.context, out);
            }
            open.close(self.context, out);
        }
    }
}

fn raw<'r>(row: &Row<'r>, dialect: &Dialect, context: &Context) -> (RawRow, Cells<'r>) {
    let cells = Cells::decode(row, dialect);
    (RawRow::new(row, &cells, dialect, context.sector), cells)
}
