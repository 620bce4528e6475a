//! Reads a range of a file: its rows become purchases, or rows refused with their reason.

use crate::file::columns::Column;
use crate::file::customer::Customer;
use crate::file::dialect::{Dialect, Misshapen};
use crate::file::draft::Draft;
use crate::file::grouping::{Grouper, Step};
use crate::file::raw::{Cells, RawRow};
use crate::file::reason::Reason;
use crate::file::record::{Fault, Row, Splitter};
use crate::file::refused::RefusedRow;
use domain::purchase::MOST_LINES;
use domain::{Day, EstablishmentId, Purchase, Sector, ValueError};
use jiff::tz::TimeZone;

/// The most bytes of a receipt's rows.
const MOST_BYTES: usize = 1024 * 1024;

/// Whose file it is.
#[derive(Debug, Clone)]
pub struct Context {
    /// What the merchant sells.
    pub sector: Sector,
    /// Where the receipts were printed.
    pub establishment: EstablishmentId,
    /// The establishment's zone: a time without an offset is read there.
    pub zone: TimeZone,
    /// The day it is there; a later one is refused.
    pub today: Day,
}

/// What rows become.
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
    /// The physical line of its first row.
    pub line: u64,
    /// How many rows it has.
    pub rows: u32,
    /// What was bought or returned.
    pub purchase: Purchase,
    /// Whom it names; `None` where it names nobody.
    pub customer: Option<Customer>,
    /// Its rows, should the ledger refuse it.
    pub raw: Vec<RawRow>,
}

impl FileReceipt {
    /// Its rows, all refused for one reason.
    pub fn refused(self, reason: Reason) -> impl Iterator<Item = RefusedRow> {
        self.raw.into_iter().map(move |raw| RefusedRow::new(reason, raw))
    }
}

/// The reader of one range. It holds a row of at most 64 KiB, and a receipt of at most 1 MiB.
pub struct RangeReader<'a> {
    splitter: Splitter,
    rows: Rows<'a>,
}

impl<'a> RangeReader<'a> {
    /// A reader of a range that begins on `first_line`; `scattered` is its plan's.
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
            },
        }
    }

    /// Reads a chunk of the range, of any size, and adds what it completes to `out`.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<Item>) {
        let rows = &mut self.rows;
        self.splitter.feed(chunk, &mut |row| rows.take(row, out));
    }

    /// Ends the range.
    pub fn finish(mut self, out: &mut Vec<Item>) {
        let rows = &mut self.rows;
        self.splitter.finish(&mut |row| rows.take(row, out));
        rows.finish(out);
    }
}

struct Rows<'a> {
    context: &'a Context,
    dialect: &'a Dialect,
    scattered: &'a [u64],
    grouper: Option<Grouper>,
    open: Option<Open>,
    /// The last row, where it may belong to the receipt that follows.
    neighbour: Option<u64>,
}

impl Rows<'_> {
    fn take(&mut self, row: &Row<'_>, out: &mut Vec<Item>) {
        let cells = Cells::decode(row, self.dialect);
        let raw = RawRow::keep(row, &cells, self.dialect, self.context.sector);
        let fault = self.fault(row, &cells);
        let step = self.grouper.as_mut().map(|grouper| grouper.step(row, self.dialect));
        match step {
            Some(Step::Unattributed) => {
                let empty = Reason::value(Column::Receipt, ValueError::Empty);
                out.push(Item::Refused(RefusedRow::new(fault.unwrap_or(empty), raw)));
                self.neighbour = Some(row.line);
                if let Some(open) = &mut self.open {
                    open.refuse(Reason::Neighbour { line: row.line });
                }
                return;
            }
            Some(Step::Continues) => {}
            Some(Step::Begins { ended }) => self.close(ended, out),
            None => self.close(None, out),
        }
        let neighbour = self.neighbour.take();
        let open = self.open.get_or_insert_with(Open::default);
        if let Some(line) = neighbour {
            open.refuse(Reason::Neighbour { line });
        }
        open.add(raw, fault, &cells, self.dialect, self.context, out);
    }

    fn finish(&mut self, out: &mut Vec<Item>) {
        let ended = self.grouper.as_ref().and_then(Grouper::finish);
        self.close(ended, out);
    }

    fn close(&mut self, ended: Option<u64>, out: &mut Vec<Item>) {
        let Some(open) = self.open.take() else { return };
        let scattered = ended.is_some_and(|hash| self.scattered.binary_search(&hash).is_ok());
        open.close(scattered, self.context, out);
    }

    fn fault(&self, row: &Row<'_>, cells: &Cells<'_>) -> Option<Reason> {
        match self.dialect.misshapen(row) {
            Some(Misshapen::Fault(Fault::TooLong)) => Some(Reason::RowTooLong),
            Some(Misshapen::Fault(Fault::QuoteNotClosed)) => {
                Some(Reason::QuoteNotClosed { line: row.line })
            }
            Some(Misshapen::Fault(Fault::Nul)) => Some(Reason::NulBytes),
            Some(Misshapen::TooManyFields) => Some(Reason::TooManyFields),
            None => cells.broken.then_some(Reason::NotUtf8),
        }
    }
}

/// The receipt under way.
#[derive(Default)]
struct Open {
    draft: Draft,
    /// Its rows, and what is wrong with each.
    held: Vec<(RawRow, Option<Reason>)>,
    bytes: usize,
    /// Why the rows that are not wrong themselves are refused.
    refused: Option<Reason>,
    /// Over the limits: its rows are let go as they come.
    too_long: bool,
}

impl Open {
    fn refuse(&mut self, reason: Reason) {
        self.refused.get_or_insert(reason);
    }

    fn add(
        &mut self,
        raw: RawRow,
        fault: Option<Reason>,
        cells: &Cells<'_>,
        dialect: &Dialect,
        context: &Context,
        out: &mut Vec<Item>,
    ) {
        self.bytes += raw.size();
        self.too_long |= self.held.len() == MOST_LINES || self.bytes > MOST_BYTES;
        if self.too_long {
            let held = self.held.drain(..).map(|(raw, _)| raw).chain([raw]);
            out.extend(held.map(|raw| Item::Refused(RefusedRow::new(Reason::ReceiptTooLong, raw))));
            return;
        }
        let cell = |column| dialect.columns.position(column).map_or("", |index| cells.get(index));
        let is_line = dialect.columns.have_lines();
        let reason = fault.or_else(|| self.draft.add(&cell, is_line, context).err());
        if reason.is_some() {
            self.refuse(Reason::OtherRow { line: raw.line() });
        }
        self.held.push((raw, reason));
    }

    fn close(self, scattered: bool, context: &Context, out: &mut Vec<Item>) {
        let Some((first, _)) = self.held.first() else {
            return;
        };
        let line = first.line();
        let why = if scattered { Some(Reason::Scattered) } else { self.refused };
        let whole = match why {
            None => self.draft.close(context),
            Some(reason) => Err(reason),
        };
        match whole {
            Ok((purchase, customer)) => out.push(Item::Receipt(Box::new(FileReceipt {
                line,
                rows: u32::try_from(self.held.len()).unwrap_or(u32::MAX),
                purchase,
                customer,
                raw: self.held.into_iter().map(|(raw, _)| raw).collect(),
            }))),
            Err(reason) => out.extend(self.held.into_iter().map(|(raw, own)| {
                let reason = if scattered { reason } else { own.unwrap_or(reason) };
                Item::Refused(RefusedRow::new(reason, raw))
            })),
        }
    }
}
