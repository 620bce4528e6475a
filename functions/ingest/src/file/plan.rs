//! The plan of a file: its format, and the ranges that can each be read by itself.

use crate::file::bloom::Bloom;
use crate::file::dates::Evidence;
use crate::file::dialect::Dialect;
use crate::file::encoding::{Encoding, EncodingCheck};
use crate::file::grouping::{Grouper, Step};
use crate::file::header;
use crate::file::refusal::FileRefusal;
use crate::file::splitter::{Fault, LIMIT, Row, Splitter};
use serde::{Deserialize, Serialize};

/// The most receipts that the second pass searches for.
const MAX_CANDIDATES: usize = 250_000;
/// The most scattered receipts of a plan.
const MAX_SCATTERED: usize = 50_000;
/// The bytes of the scattered rows that one gathering holds in memory.
const GATHERING_BYTES: usize = 8 * 1024 * 1024;
/// The most gatherings of a plan. Each reads the whole file.
const MAX_GATHERINGS: usize = 16;
/// The most quotes that are not closed. Each such quote costs a search over 64 KiB, and a file with more of them
/// has another format than it seems.
const MAX_OPEN_QUOTES: u32 = 500;

/// The bytes `start..end` of the file, which are whole rows and whole receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The offset of the first byte, which begins a row.
    pub start: u64,
    /// The offset after the last byte.
    pub end: u64,
    /// The physical line of the first row, from 1.
    pub first_line: u64,
}

/// A part of a file that is read by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'p> {
    /// The receipts of a range, except the scattered ones.
    Range(Range),
    /// Some of the scattered receipts, by their hashes. Their rows are gathered from the whole file.
    Gathering(&'p [u64]),
}

/// The plan of a file. It takes 60 bytes for each range, and 20 for each of at most 50 000 scattered receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The format of the file.
    pub dialect: Dialect,
    /// The ranges in their order. Together they contain every row of the file.
    pub ranges: Vec<Range>,
    /// The sorted hashes of scattered receipts: their lines are not consecutive.
    pub scattered: Vec<u64>,
    /// Where each gathering ends in `scattered`.
    pub gatherings: Vec<usize>,
    /// The number of rows, without the header.
    pub rows: u64,
}

impl Plan {
    /// The number of parts: the ranges, then the gatherings.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.ranges.len() + self.gatherings.len()
    }

    /// A part, by its number from 0.
    #[must_use]
    pub fn part(&self, number: usize) -> Option<Part<'_>> {
        if let Some(range) = self.ranges.get(number) {
            return Some(Part::Range(*range));
        }
        let number = number - self.ranges.len();
        let start =
            number.checked_sub(1).map_or(Some(0), |before| self.gatherings.get(before).copied());
        self.scattered.get(start?..*self.gatherings.get(number)?).map(Part::Gathering)
    }

    /// All rows as one range; `None` for a file without rows.
    #[must_use]
    pub fn all_rows(&self) -> Option<Range> {
        let (first, last) = (self.ranges.first()?, self.ranges.last()?);
        Some(Range { end: last.end, ..*first })
    }
}

/// The result of the first pass.
pub enum Outcome {
    /// The plan.
    Done(Box<Plan>),
    /// Some receipts may be scattered. A second pass over the same file decides.
    Confirm(Box<Confirmer>),
}

/// The first pass. It needs less than 5 MiB for any file.
pub struct Planner {
    range_bytes: u64,
    encoding: EncodingCheck,
    stage: Stage,
}

enum Stage {
    /// The first bytes, until they surely contain the header.
    Head(Vec<u8>),
    Body(Box<(Splitter, Body)>),
    Refused(FileRefusal),
}

impl Planner {
    /// A planner that makes ranges of about `range_bytes`.
    #[must_use]
    pub const fn new(range_bytes: u64) -> Self {
        Self { range_bytes, encoding: EncodingCheck::new(), stage: Stage::Head(Vec::new()) }
    }

    /// Reads a chunk of the file, of any size. The file is text whose separators are those of ASCII.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.encoding.feed(chunk);
        let mut rest = chunk;
        if let Stage::Head(head) = &mut self.stage {
            let (taken, others) = rest.split_at(rest.len().min(LIMIT - head.len()));
            head.extend_from_slice(taken);
            rest = others;
            if head.len() == LIMIT {
                self.begin();
            }
        }
        if let Stage::Body(stage) = &mut self.stage {
            let (splitter, body) = stage.as_mut();
            splitter.feed(rest, &mut |row| body.add(row));
            if let Some(refusal) = &body.refusal {
                self.stage = Stage::Refused(*refusal);
            }
        }
    }

    /// Whether the file is refused already. The rest of the file need not be read.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self.stage, Stage::Refused(_))
    }

    /// Ends the first pass.
    pub fn finish(mut self) -> Result<Outcome, FileRefusal> {
        if matches!(self.stage, Stage::Head(_)) {
            self.begin();
        }
        match self.stage {
            Stage::Refused(refusal) => Err(refusal),
            Stage::Head(_) => Err(FileRefusal::Empty),
            Stage::Body(stage) => {
                let (splitter, mut body) = *stage;
                let end = splitter.finish(&mut |row| body.add(row));
                body.finish(end, self.encoding.finish())
            }
        }
    }

    /// Finds the header, and reads the first bytes as the rest of the file.
    fn begin(&mut self) {
        let Stage::Head(head) = &mut self.stage else {
            return;
        };
        let head = std::mem::take(head);
        self.stage = match header::find(&head) {
            Err(refusal) => Stage::Refused(refusal),
            Ok(header) => {
                let start = header.start;
                let offset = u64::try_from(start).unwrap_or_default();
                let mut splitter = Splitter::new(header.delimiter, offset, header.line);
                let mut body = Body::new(header, self.range_bytes);
                splitter.feed(&head[start..], &mut |row| body.add(row));
                Stage::Body(Box::new((splitter, body)))
            }
        };
    }
}

/// The facts that the first pass gathers from the rows.
struct Body {
    dialect: Dialect,
    byte_order_mark: bool,
    header_line: u64,
    range_bytes: u64,
    ranges: Vec<Range>,
    /// The range in progress.
    open: Option<Range>,
    rows: u64,
    open_quotes: u32,
    receipts: Option<Receipts>,
    /// The order of day and month, which the dates show.
    dates: Evidence,
    refusal: Option<FileRefusal>,
}

/// The receipts of a file with one row a line.
struct Receipts {
    grouper: Grouper,
    /// Whether the previous row may belong to the next receipt.
    unattributed: bool,
    seen: Bloom,
    candidates: Vec<u64>,
}

impl Body {
    fn new(header: header::Header, range_bytes: u64) -> Self {
        let receipts = header.columns.have_lines().then(|| Receipts {
            grouper: Grouper::default(),
            unattributed: false,
            seen: Bloom::new(),
            candidates: Vec::new(),
        });
        Self {
            dialect: Dialect {
                delimiter: header.delimiter,
                encoding: Encoding::Utf8,
                columns: header.columns,
                header: header.names,
                month_first: Vec::new(),
                undecided: Vec::new(),
            },
            byte_order_mark: header.byte_order_mark,
            header_line: header.line,
            range_bytes,
            ranges: Vec::new(),
            open: None,
            rows: 0,
            open_quotes: 0,
            receipts,
            dates: Evidence::default(),
            refusal: None,
        }
    }

    fn add(&mut self, row: &Row<'_>) {
        if row.line <= self.header_line || self.refusal.is_some() {
            return;
        }
        self.rows += 1;
        if self.dialect.misshapen(row).is_none() {
            self.dates.add(row, &self.dialect);
        }
        if row.fault == Some(Fault::QuoteNotClosed) {
            self.open_quotes += 1;
            if self.open_quotes > MAX_OPEN_QUOTES {
                self.refusal = Some(FileRefusal::OpenQuotes);
            }
        }
        let may_cut = match &mut self.receipts {
            None => true,
            Some(receipts) => match receipts.may_cut(row, &self.dialect) {
                Ok(may_cut) => may_cut,
                Err(refusal) => {
                    self.refusal = Some(refusal);
                    false
                }
            },
        };
        let open = self.open.get_or_insert(Range {
            start: row.start,
            end: row.start,
            first_line: row.line,
        });
        if may_cut && row.start - open.start >= self.range_bytes.max(1) {
            open.end = row.start;
            self.ranges.push(*open);
            *open = Range { start: row.start, end: row.start, first_line: row.line };
        }
    }

    fn finish(mut self, end: u64, encoding: Encoding) -> Result<Outcome, FileRefusal> {
        let candidates = match self.receipts.take() {
            Some(receipts) if self.refusal.is_none() => receipts.finish()?,
            _ => Vec::new(),
        };
        if let Some(refusal) = self.refusal {
            return Err(refusal);
        }
        if let Some(open) = self.open {
            self.ranges.push(Range { end, ..open });
        }
        if !self.byte_order_mark {
            self.dialect.encoding = encoding;
        }
        self.dates.decide(&mut self.dialect);
        let plan = Plan {
            dialect: self.dialect,
            ranges: self.ranges,
            scattered: Vec::new(),
            gatherings: Vec::new(),
            rows: self.rows,
        };
        Ok(match plan.ranges.first() {
            Some(first) if !candidates.is_empty() => {
                Outcome::Confirm(Box::new(Confirmer::new(*first, plan, candidates)))
            }
            _ => Outcome::Done(Box::new(plan)),
        })
    }
}

impl Receipts {
    /// Whether a range may end before this row.
    fn may_cut(&mut self, row: &Row<'_>, dialect: &Dialect) -> Result<bool, FileRefusal> {
        let after_unattributed = self.unattributed;
        match self.grouper.step(row, dialect) {
            Step::Begins { ended } => {
                self.unattributed = false;
                self.remember(ended)?;
                Ok(!after_unattributed)
            }
            Step::Continues => {
                self.unattributed = false;
                Ok(false)
            }
            Step::Totals => Ok(false),
            Step::Unattributed => {
                self.unattributed = true;
                Ok(false)
            }
        }
    }

    fn remember(&mut self, ended: Option<u64>) -> Result<(), FileRefusal> {
        let Some(hash) = ended else { return Ok(()) };
        if self.seen.insert(hash) {
            self.candidates.push(hash);
            if self.candidates.len() > MAX_CANDIDATES {
                self.candidates.sort_unstable();
                self.candidates.dedup();
                if self.candidates.len() > MAX_CANDIDATES / 2 {
                    return Err(FileRefusal::NotGrouped);
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u64>, FileRefusal> {
        self.remember(self.grouper.finish())?;
        self.candidates.sort_unstable();
        self.candidates.dedup();
        Ok(self.candidates)
    }
}

/// The second pass. It reads the same bytes from the beginning, and finds which receipts really come twice among
/// those that seemed to. The result is exact, unless two receipts have the same hash of 64 bits.
pub struct Confirmer {
    plan: Plan,
    /// The bytes before the first row that are still to be skipped.
    skip: u64,
    splitter: Splitter,
    tally: Tally,
}

/// The count of every candidate.
struct Tally {
    grouper: Grouper,
    /// The bytes of the receipt in progress.
    open_bytes: usize,
    candidates: Vec<u64>,
    /// How often each candidate was seen, and the bytes of its rows.
    seen: Vec<Seen>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    times: u32,
    bytes: usize,
}

impl Tally {
    fn add(&mut self, row: &Row<'_>, dialect: &Dialect) {
        if let Step::Begins { ended } = self.grouper.step(row, dialect) {
            self.count(ended);
        }
        self.open_bytes += row.size();
    }

    fn count(&mut self, ended: Option<u64>) {
        let bytes = std::mem::take(&mut self.open_bytes);
        let found = ended.and_then(|hash| self.candidates.binary_search(&hash).ok());
        if let Some(index) = found {
            let seen = &mut self.seen[index];
            seen.times += 1;
            seen.bytes += bytes;
        }
    }
}

impl Confirmer {
    fn new(first: Range, plan: Plan, candidates: Vec<u64>) -> Self {
        Self {
            skip: first.start,
            splitter: Splitter::new(plan.dialect.delimiter, first.start, first.first_line),
            tally: Tally {
                grouper: Grouper::default(),
                open_bytes: 0,
                seen: vec![Seen::default(); candidates.len()],
                candidates,
            },
            plan,
        }
    }

    /// Reads a chunk of the same file.
    pub fn feed(&mut self, chunk: &[u8]) {
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(chunk.len());
        self.skip -= u64::try_from(skipped).unwrap_or_default();
        let (tally, dialect) = (&mut self.tally, &self.plan.dialect);
        self.splitter.feed(&chunk[skipped..], &mut |row| tally.add(row, dialect));
    }

    /// Ends the second pass.
    pub fn finish(self) -> Result<Plan, FileRefusal> {
        let Self { mut plan, splitter, mut tally, .. } = self;
        splitter.finish(&mut |row| tally.add(row, &plan.dialect));
        tally.count(tally.grouper.finish());
        let mut bytes = 0;
        for (hash, seen) in tally.candidates.iter().zip(&tally.seen) {
            if seen.times < 2 {
                continue;
            }
            if bytes > 0 && bytes + seen.bytes > GATHERING_BYTES {
                plan.gatherings.push(plan.scattered.len());
                bytes = 0;
            }
            plan.scattered.push(*hash);
            bytes += seen.bytes;
        }
        if bytes > 0 {
            plan.gatherings.push(plan.scattered.len());
        }
        if plan.scattered.len() > MAX_SCATTERED || plan.gatherings.len() > MAX_GATHERINGS {
            return Err(FileRefusal::NotGrouped);
        }
        Ok(plan)
    }
}
