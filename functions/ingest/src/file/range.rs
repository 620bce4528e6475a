//! The reader of a range: rows become purchases, or are refused with a reason.
//!
//! A receipt whose rows are scattered in the file is left to [`gathering`](super::gathering).

use crate::file::cell;
use crate::file::columns::Column;
use crate::file::context::Context;
use crate::file::customer::Customer;
use crate::file::dialect::{Dialect, Misshapen};
use crate::file::draft::Draft;
use crate::file::grouping::{Grouper, Step};
use crate::file::raw::{Cells, RawRow};
use crate::file::refusal::RowRefusal;
use crate::file::refused::RefusedRow;
use crate::file::splitter::{Fault, Row, Splitter};
use crate::file::totals::{MOST_AT_FOOT, Totals};
use domain::purchase::MOST_LINES;
use domain::{DomainError, Purchase, ValueError};

/// The most bytes of a receipt's rows: 5,000 lines of 800 bytes. The rows of a receipt over this limit, or of more
/// than [`MOST_LINES`] lines, are refused one by one, so that the memory stays bounded. The bytes are those of
/// [`Row::size`], wherever they are counted: a receipt is over the limit for every reader or for none.
pub(super) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The result of one receipt, or of one refused row.
#[derive(Clone, PartialEq, Eq)]
pub enum Item {
    /// A receipt that can be recorded.
    Receipt(Box<FileReceipt>),
    /// A row that was refused.
    Refused(RefusedRow),
}

/// A receipt of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct FileReceipt {
    /// The physical line of the first row.
    pub line: u64,
    /// The number of rows.
    pub rows: u32,
    /// The purchase.
    pub purchase: Purchase,
    /// The customer; `None` where the receipt names no customer.
    pub customer: Option<Customer>,
    /// The rows, in case the ledger refuses the purchase.
    pub raw: Vec<RawRow>,
}

impl FileReceipt {
    /// The bytes of the rows in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        self.raw.iter().map(RawRow::size).sum()
    }

    /// All rows, refused for one reason.
    pub fn refused(self, reason: RowRefusal) -> impl Iterator<Item = RefusedRow> {
        let receipt = self.purchase.receipt().clone();
        self.raw.into_iter().map(move |raw| RefusedRow {
            receipt: Some(receipt.clone()),
            ..RefusedRow::new(reason, raw)
        })
    }
}

/// The reader of one range. It holds a row of at most 64 KiB and a receipt of at most 4 MiB in
/// memory.
pub struct RangeReader<'a> {
    splitter: Splitter,
    rows: Rows<'a>,
}

impl<'a> RangeReader<'a> {
    /// The reader of a range that begins on `first_line`; `scattered` is from the plan.
    #[must_use]
    pub fn new(
        context: &'a Context,
        dialect: &'a Dialect,
        first_line: u64,
        scattered: &'a [u64],
    ) -> Self {
        Self {
            splitter: Splitter::new(dialect.delimiter, 0, first_line),
            rows: Rows {
                context,
                dialect,
                scattered,
                grouper: dialect.columns.have_lines().then(Grouper::default),
                open: None,
                neighbour: None,
                foot: Vec::new(),
            },
        }
    }

    /// Reads a chunk of the range, of any size, and adds the items that are complete to `out`.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<Item>) {
        let rows = &mut self.rows;
        self.splitter.feed(chunk, &mut |row| rows.add(row, out));
    }

    /// The line of the first row that is neither read into a receipt of `out` nor refused.
    #[must_use]
    pub fn pending_line(&self) -> Option<u64> {
        let open = self.rows.open.as_ref().and_then(|open| open.rows.first());
        open.map(|(row, _)| row).or(self.rows.foot.first()).map(RawRow::line)
    }

    /// Ends the range.
    pub fn finish(mut self, out: &mut Vec<Item>) {
        let rows = &mut self.rows;
        self.splitter.finish(&mut |row| rows.add(row, out));
        rows.finish(out);
    }
}

/// The rows of a range, grouped into receipts.
struct Rows<'a> {
    context: &'a Context,
    dialect: &'a Dialect,
    scattered: &'a [u64],
    grouper: Option<Grouper>,
    open: Option<OpenReceipt>,
    /// The line of the previous row, where that row may belong to the next receipt.
    neighbour: Option<u64>,
    /// The previous rows, where they have amounts alone.
    foot: Vec<RawRow>,
}

/// The reason of a row that belongs to no receipt.
const NO_RECEIPT: RowRefusal =
    RowRefusal::Value { column: Column::Receipt, invalid: DomainError::Value(ValueError::Empty) };

impl Rows<'_> {
    fn add(&mut self, row: &Row<'_>, out: &mut Vec<Item>) {
        let cells = Cells::decode(row, self.dialect);
        let raw = RawRow::new(row, &cells, self.dialect, self.context.sector);
        let step = self.grouper.as_mut().map(|grouper| grouper.step(row, self.dialect));
        match step {
            Some(Step::Totals) => {
                out.push(Item::Refused(RefusedRow::new(RowRefusal::OnlyTotals, raw)));
                return;
            }
            Some(Step::Unattributed) => {
                if self.foot.len() < MOST_AT_FOOT && Totals::of(row, self.dialect).is_some() {
                    self.foot.push(raw);
                    return;
                }
                self.settle_foot(out);
                let reason = fault_of(row, &cells, self.dialect).unwrap_or(NO_RECEIPT);
                self.refuse_unattributed(reason, raw, out);
                return;
            }
            Some(Step::Continues) => self.settle_foot(out),
            Some(Step::Begins { ended }) => {
                self.settle_foot(out);
                self.close(ended, out);
            }
            None => {
                self.close(None, out);
                if Totals::of(row, self.dialect).is_some() {
                    out.push(Item::Refused(RefusedRow::new(RowRefusal::OnlyTotals, raw)));
                    return;
                }
            }
        }
        let neighbour = self.neighbour.take();
        let open = self.open.get_or_insert_with(OpenReceipt::default);
        if let Some(line) = neighbour {
            open.refuse(RowRefusal::Neighbour { line });
        }
        open.add(row, raw, &cells, self.dialect, self.context, out);
    }

    /// Refuses a row that may be a line of the receipt before it or after it, and these receipts.
    fn refuse_unattributed(&mut self, reason: RowRefusal, raw: RawRow, out: &mut Vec<Item>) {
        let line = raw.line();
        out.push(Item::Refused(RefusedRow::new(reason, raw)));
        self.neighbour = Some(line);
        if let Some(open) = &mut self.open {
            open.refuse(RowRefusal::Neighbour { line });
        }
    }

    /// Another row follows rows of amounts alone, so these may be lines of a receipt.
    fn settle_foot(&mut self, out: &mut Vec<Item>) {
        for raw in std::mem::take(&mut self.foot) {
            self.refuse_unattributed(NO_RECEIPT, raw, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<Item>) {
        // No range but the last one of the file ends with such a row.
        let foot = std::mem::take(&mut self.foot).into_iter();
        out.extend(foot.map(|raw| Item::Refused(RefusedRow::new(RowRefusal::OnlyTotals, raw))));
        let ended = self.grouper.as_ref().and_then(Grouper::finish);
        self.close(ended, out);
    }

    fn close(&mut self, ended: Option<u64>, out: &mut Vec<Item>) {
        let Some(open) = self.open.take() else { return };
        let is_scattered = ended.is_some_and(|hash| self.scattered.binary_search(&hash).is_ok());
        // The other rows of a scattered receipt are elsewhere in the file: a gathering reads them together.
        if !is_scattered {
            open.close(self.context, out);
        }
    }
}

fn fault_of(row: &Row<'_>, cells: &Cells<'_>, dialect: &Dialect) -> Option<RowRefusal> {
    match dialect.misshapen(row) {
        Some(Misshapen::Fault(Fault::TooLong)) => Some(RowRefusal::RowTooLong),
        Some(Misshapen::Fault(Fault::QuoteNotClosed)) => {
            Some(RowRefusal::QuoteNotClosed { line: row.line })
        }
        Some(Misshapen::Fault(Fault::Nul)) => Some(RowRefusal::NulBytes),
        Some(Misshapen::TooManyFields) => Some(RowRefusal::TooManyFields),
        None => cells.broken.then_some(RowRefusal::NotUtf8),
    }
}

/// The receipt in progress.
#[derive(Default)]
pub(super) struct OpenReceipt {
    draft: Draft,
    /// The rows, each with its own reason to be refused.
    rows: Vec<(RawRow, Option<RowRefusal>)>,
    bytes: usize,
    /// The reason to refuse the rows that have no reason of their own.
    refused: Option<RowRefusal>,
    /// Whether the receipt is over a limit: its rows are then refused as they come.
    too_long: bool,
}

impl OpenReceipt {
    pub(super) fn refuse(&mut self, reason: RowRefusal) {
        self.refused.get_or_insert(reason);
    }

    pub(super) fn add(
        &mut self,
        row: &Row<'_>,
        raw: RawRow,
        cells: &Cells<'_>,
        dialect: &Dialect,
        context: &Context,
        out: &mut Vec<Item>,
    ) {
        self.bytes += row.size();
        self.too_long |= self.rows.len() == MOST_LINES || self.bytes > MAX_BYTES;
        if self.too_long {
            let rows = self.rows.drain(..).map(|(raw, _)| raw).chain([raw]);
            out.extend(
                rows.map(|raw| Item::Refused(RefusedRow::new(RowRefusal::ReceiptTooLong, raw))),
            );
            return;
        }
        let cell = |column| {
            let position = dialect.columns.position(column);
            position.map_or("", |index| cell::value(cells.get(index), column))
        };
        let is_line = dialect.columns.have_lines();
        let ambiguous =
            || Some(RowRefusal::DateAmbiguous { column: dialect.ambiguous_date(&cell)? });
        let reason = fault_of(row, cells, dialect)
            .or_else(ambiguous)
            .or_else(|| self.draft.add(&cell, is_line, context).err());
        if reason.is_some() {
            self.refuse(RowRefusal::OtherRow { line: raw.line() });
        }
        self.rows.push((raw, reason));
    }

    pub(super) fn close(self, context: &Context, out: &mut Vec<Item>) {
        let Some((first, _)) = self.rows.first() else {
            return;
        };
        let line = first.line();
        let whole = match self.refused {
            None => self.draft.finish(context),
            Some(reason) => Err(reason),
        };
        match whole {
            Ok((purchase, customer)) => out.push(Item::Receipt(Box::new(FileReceipt {
                line,
                rows: u32::try_from(self.rows.len()).unwrap_or(u32::MAX),
                purchase,
                customer,
                raw: self.rows.into_iter().map(|(raw, _)| raw).collect(),
            }))),
            Err(reason) => out.extend(
                self.rows
                    .into_iter()
                    .map(|(raw, own)| Item::Refused(RefusedRow::new(own.unwrap_or(reason), raw))),
            ),
        }
    }
}
