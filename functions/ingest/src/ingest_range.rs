//! Reads the rows of one range of a file as a stream, and records the receipts window by window.

use crate::context::{App, IngestError};
use crate::file::{Context, FileReceipt, GatheringReader, Item, Part, RangeReader, refused};
use crate::file_plan::FilePlan;
use crate::message::RangeMessage;
use crate::objects::{ObjectError, ObjectWriter};
use crate::progress::{Progress, Work};
use crate::window::{self, Returns, Tally};
use crate::{keys, objects, report, stored_plan};
use domain::{Credential, Day, Instant, UploadId};
use std::collections::BTreeSet;
use store::{Entity, FinishedRange, Scope, StoreError};

/// Receipts that are looked up and recorded together. A larger window finds more purchases of one member to
/// write at once, and needs more memory.
const WINDOW_RECEIPTS: usize = 1000;
/// The bytes of rows after which a window is full: long receipts make smaller windows.
const WINDOW_BYTES: usize = 4 * 1024 * 1024;

/// Ingests a range, unless the range is done, and finishes the file after its last range. After an error the
/// message is delivered again, and the range begins again: purchases that the earlier attempt recorded are
/// not recorded twice.
///
/// The last range queues the returns that ranges left waiting for the sales of other ranges: a message for each such
/// range, so that a message has at most the receipts of one range. Two ranges that end at the same time may both queue
/// them.
pub(crate) async fn ingest_range(
    app: &App,
    message: RangeMessage,
    now: Instant,
) -> Result<(), IngestError> {
    let RangeMessage { merchant, mode, upload, range, plan } = message;
    let settings = match app.store.settings(merchant, now).await {
        Ok(settings) if !settings.contract_has_ended(now) => settings,
        // No purchase is recorded after the end of a contract: the archive holds the data of that day.
        Ok(_) | Err(StoreError::NotFound(_)) => {
            tracing::warn!(%merchant, %upload, range, "a range of a merchant whose contract has ended");
            return Ok(());
        }
        Err(other) => return Err(other.into()),
    };
    let scope = Scope { settings, mode, credential: Credential::Upload(upload) };
    let file = stored_plan::read(app, scope.tenant(), upload, &plan).await?;
    let parts = u32::try_from(file.plan.parts()).map_err(|_| IngestError::Plan)?;
    if app.store.finished_range(&scope, upload, range).await?.is_none() {
        let work = Work::numbered(range, parts);
        let ingested = ingest(app, &scope, upload, &file, work, range, now).await;
        if matches!(ingested, Err(IngestError::Object(ObjectError::Gone))) {
            // The file was expanded again, or deleted. The next attempt reads the plan of the present objects.
            app.plan_cache.clear();
        }
        let finished = ingested?;
        app.store.finish_range(&scope, upload, &finished, now).await?;
        let (rows, waiting) = (finished.report.rows.read, finished.waiting.len());
        tracing::info!(%merchant, %upload, range, rows, waiting, "range done");
    }
    let done = app.store.ranges_done(&scope, upload).await?;
    match Progress::of(parts, &done) {
        Progress::Complete => report::finish_file(app, &scope, upload, &file, &done).await?,
        Progress::Waiting(remaining) if range < parts => {
            let message =
                |range| RangeMessage { merchant, mode, upload, range, plan: plan.clone() };
            let messages: Vec<_> = remaining.into_iter().map(message).collect();
            app.ranges.send_all(&messages).await?;
        }
        Progress::Waiting(_) | Progress::Parts => {}
    }
    Ok(())
}

/// Ingests a part of the plan, or the returns that a part left waiting. `number` is that of the result.
async fn ingest(
    app: &App,
    scope: &Scope,
    upload: UploadId,
    file: &FilePlan,
    work: Work,
    number: u32,
    now: Instant,
) -> Result<FinishedRange, IngestError> {
    let (part, only) = match work {
        Work::Part(part) => (part, None),
        Work::Waiting { of } => {
            let left = app.store.finished_range(scope, upload, of).await?;
            (of, Some(left.ok_or(IngestError::Plan)?.waiting.into_iter().collect()))
        }
    };
    // The parts of a file are ingested at the same time, so a return may come before its sale.
    let may_wait = only.is_none() && file.plan.parts() > 1;
    let returns = if may_wait { Returns::MayWait } else { Returns::AreFinal };
    let attempt = format!("{:032x}", app.store.random().identifier()?);
    let key = keys::refused_rows_of_range(scope.tenant(), upload, number, &attempt);
    let listed = ObjectWriter::begin(&app.s3, &app.reports_bucket, &key);
    let tally = Tally::new(returns);
    let mut run = PartRun { app, scope, file, upload, now, tally, listed, attempt };
    run.ingest(part, only.as_ref()).await?;
    run.finish(number).await
}

/// One run over a part of a file.
struct PartRun<'a> {
    app: &'a App,
    scope: &'a Scope,
    file: &'a FilePlan,
    upload: UploadId,
    now: Instant,
    tally: Tally,
    /// The object of the listed rows, which is written as the rows are found.
    listed: ObjectWriter<'a>,
    /// The name of this run in the key of the object.
    attempt: String,
}

impl PartRun<'_> {
    /// Ingests the receipts of a part: all of them and its refused rows, or only the receipts that begin on some lines.
    async fn ingest(
        &mut self,
        number: u32,
        only: Option<&BTreeSet<u64>>,
    ) -> Result<(), IngestError> {
        let Self { app, scope, upload, file, now, ref mut tally, ref mut listed, .. } = *self;
        let part = usize::try_from(number).ok().and_then(|number| file.plan.part(number));
        let context = context(scope, file)?;
        let dialect = &file.plan.dialect;
        let (range, reader) = match part.ok_or(IngestError::Plan)? {
            Part::Range(range) => {
                let scattered = &file.plan.scattered;
                let reader = RangeReader::new(&context, dialect, range.first_line, scattered);
                (range, PartReader::Range(Box::new(reader)))
            }
            Part::Gathering(hashes) => {
                let rows = file.plan.all_rows().ok_or(IngestError::Plan)?;
                let reader = GatheringReader::new(&context, dialect, rows.first_line, hashes);
                (rows, PartReader::Gathering(Box::new(reader)))
            }
        };
        let mut open_reader = Some(reader);
        let mut object = objects::open(&app.s3, &file.read, Some((range.start, range.end))).await?;
        let (mut items, mut text, mut window) = (Vec::new(), Vec::new(), Window::default());
        while let Some(mut reader) = open_reader.take() {
            let mut pending_line = None;
            if let Some(chunk) = object.next().await? {
                reader.feed(&chunk, &mut items);
                pending_line = reader.pending_line();
                open_reader = Some(reader);
            } else {
                reader.finish(&mut items);
            }
            for item in items.drain(..) {
                match (item, only) {
                    (Item::Refused(row), None) => tally.refuse(row),
                    (Item::Receipt(receipt), None) => window.add(*receipt),
                    (Item::Receipt(receipt), Some(lines)) if lines.contains(&receipt.line) => {
                        window.add(*receipt);
                    }
                    (_, Some(_)) => {}
                }
                if window.is_full() {
                    window::record(app, scope, upload, window.take(), tally, now).await?;
                }
            }
            let is_last = open_reader.is_none() || tally.listed.are_many();
            if is_last && !window.receipts.is_empty() {
                window::record(app, scope, upload, window.take(), tally, now).await?;
            }
            // Rows that are still to be decided may precede a refused row in the file. The refused rows wait for them
            // while they are few.
            let undecided = window.first_line().or(pending_line);
            let undecided = undecided.filter(|_| !tally.listed.are_many()).unwrap_or(u64::MAX);
            while let Some(row) = tally.listed.take_before(undecided) {
                refused::write_row(dialect, &row, &mut text);
                listed.add(&text).await?;
                text.clear();
            }
        }
        Ok(())
    }

    /// Writes the listed rows as those of a part, and returns the part with its counts.
    async fn finish(self, number: u32) -> Result<FinishedRange, IngestError> {
        let Tally { report, mut waiting, .. } = self.tally;
        let mut listed_by = None;
        if report.rows.listed() > 0 {
            self.listed.finish().await?;
            listed_by = Some(self.attempt);
        }
        waiting.sort_unstable();
        Ok(FinishedRange { number, report, waiting, listed_by })
    }
}

/// The reader of a part of a file.
enum PartReader<'a> {
    Range(Box<RangeReader<'a>>),
    Gathering(Box<GatheringReader<'a>>),
}

impl PartReader<'_> {
    fn feed(&mut self, chunk: &[u8], out: &mut Vec<Item>) {
        match self {
            Self::Range(reader) => reader.feed(chunk, out),
            Self::Gathering(reader) => reader.feed(chunk, out),
        }
    }

    /// The line of the first row that is still to be decided, where the order of the rows is that of the file.
    fn pending_line(&self) -> Option<u64> {
        match self {
            Self::Range(reader) => reader.pending_line(),
            Self::Gathering(_) => None,
        }
    }

    fn finish(self, out: &mut Vec<Item>) {
        match self {
            Self::Range(reader) => reader.finish(out),
            Self::Gathering(reader) => reader.finish(out),
        }
    }
}

/// Receipts that are recorded together.
#[derive(Default)]
struct Window {
    receipts: Vec<FileReceipt>,
    bytes: usize,
}

impl Window {
    fn add(&mut self, receipt: FileReceipt) {
        self.bytes += receipt.size();
        self.receipts.push(receipt);
    }

    fn is_full(&self) -> bool {
        self.receipts.len() >= WINDOW_RECEIPTS || self.bytes >= WINDOW_BYTES
    }

    /// The line of the first receipt.
    fn first_line(&self) -> Option<u64> {
        self.receipts.first().map(|receipt| receipt.line)
    }

    fn take(&mut self) -> Vec<FileReceipt> {
        std::mem::take(self).receipts
    }
}

fn context(scope: &Scope, file: &FilePlan) -> Result<Context, StoreError> {
    let establishment = file.establishment.clone();
    let settings = &scope.settings;
    let stored = settings.establishments.get(&establishment);
    let zone = stored.ok_or(StoreError::NotFound(Entity::Establishment))?.time_zone.clone();
    let today = Day::at(file.planned_at, &zone);
    Ok(Context { sector: settings.merchant.sector, establishment, zone, today })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{Dialect, Encoding};
    use jiff::tz::TimeZone;

    /// A receipt of one row, whose remark has this many bytes.
    fn receipts(remarks: &[usize]) -> Vec<FileReceipt> {
        let header = ["ticket", "date", "total", "remarque"];
        let dialect = Dialect {
            delimiter: b';',
            encoding: Encoding::Utf8,
            columns: crate::file::Columns::find(header.into_iter()).unwrap(),
            header: header.map(str::to_owned).to_vec(),
            month_first: Vec::new(),
            undecided: Vec::new(),
        };
        let context = Context {
            sector: domain::Sector::Retail,
            establishment: domain::EstablishmentId::parse("paris").unwrap(),
            zone: TimeZone::UTC,
            today: Day::parse("2026-11-30").unwrap(),
        };
        let mut reader = RangeReader::new(&context, &dialect, 2, &[]);
        let mut items = Vec::new();
        for (number, length) in remarks.iter().enumerate() {
            let row = format!("{number};24/11/2026;10,00;{}\n", "x".repeat(*length));
            reader.feed(row.as_bytes(), &mut items);
        }
        reader.finish(&mut items);
        let receipts = items.into_iter().filter_map(|item| match item {
            Item::Receipt(receipt) => Some(*receipt),
            Item::Refused(_) => None,
        });
        receipts.collect()
    }

    fn windows(remarks: &[usize]) -> Vec<usize> {
        let mut window = Window::default();
        let mut lengths = vec![];
        for receipt in receipts(remarks) {
            window.add(receipt);
            if window.is_full() {
                lengths.push(window.take().len());
            }
        }
        lengths.push(window.take().len());
        lengths
    }

    #[test]
    fn a_window_holds_a_thousand_receipts_or_4_mib_of_rows() {
        assert_eq!(windows(&vec![10; 2500]), [1000, 1000, 500]);
        assert_eq!(windows(&vec![60_000; 150]), [70, 70, 10]);
    }
}
