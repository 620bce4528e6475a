//! Reads the rows of one range of a file as a stream, and records the receipts window by window.

use crate::context::{App, IngestError};
use crate::file::{Context, FileReceipt, Item, RangeReader, RawRow, refused};
use crate::file_plan::FilePlan;
use crate::message::RangeMessage;
use crate::objects::{ObjectError, ObjectWriter};
use crate::window::{self, Tally};
use crate::{keys, objects, report, stored_plan};
use domain::{Credential, Day, Instant, UploadId};
use store::{Entity, RangeReport, Scope, StoreError};

/// Receipts that are looked up and recorded together. A larger window finds more purchases of one member to
/// write at once, and needs more memory.
const WINDOW_RECEIPTS: usize = 1000;
/// The most bytes of the rows of these receipts.
const WINDOW_BYTES: usize = 8 * 1024 * 1024;

/// Ingests a range, unless the range is done, and finishes the file after its last range. After an error the
/// message is delivered again, and the range begins again: purchases that the earlier attempt recorded are
/// not recorded twice.
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
    if !app.store.is_range_done(&scope, upload, range).await? {
        let ingested = ingest(app, &scope, upload, &file, range, now).await;
        if matches!(ingested, Err(IngestError::Object(ObjectError::Gone))) {
            // The file was expanded again, or deleted. The next attempt reads the plan of the present objects.
            app.plan_cache.clear();
        }
        let report = ingested?;
        app.store.finish_range(&scope, upload, range, &report, now).await?;
        tracing::info!(%merchant, %upload, range, rows = report.rows.read, "range done");
    }
    let done = app.store.ranges_done(&scope, upload).await?;
    if done.len() == file.plan.ranges.len() {
        report::finish_file(app, &scope, upload, &file, &done, now).await?;
    }
    Ok(())
}

async fn ingest(
    app: &App,
    scope: &Scope,
    upload: UploadId,
    file: &FilePlan,
    number: u32,
    now: Instant,
) -> Result<RangeReport, IngestError> {
    let range = usize::try_from(number)
        .ok()
        .and_then(|number| file.plan.ranges.get(number))
        .ok_or(IngestError::Plan)?;
    let context = context(scope, file)?;
    let dialect = &file.plan.dialect;
    let mut open_reader =
        Some(RangeReader::new(&context, dialect, range.first_line, &file.plan.scattered));
    let mut object = objects::open(&app.s3, &file.read, Some((range.start, range.end))).await?;
    let mut tally = Tally::default();
    let key = keys::refused_rows_of_range(scope.tenant(), upload, number);
    let mut refused_rows = ObjectWriter::begin(&app.s3, &app.reports_bucket, &key);
    let (mut items, mut text) = (Vec::new(), Vec::new());
    let mut window = Window::default();
    while let Some(mut reader) = open_reader.take() {
        match object.next().await? {
            Some(chunk) => {
                reader.feed(&chunk, &mut items);
                open_reader = Some(reader);
            }
            None => reader.finish(&mut items),
        }
        let is_end = open_reader.is_none();
        for item in items.drain(..) {
            match item {
                Item::Refused(row) => tally.refuse(row),
                Item::Receipt(receipt) => {
                    if let Some(full) = window.add(*receipt) {
                        window::record(app, scope, upload, full, &mut tally, now).await?;
                    }
                }
            }
        }
        if is_end && !window.receipts.is_empty() {
            let last = std::mem::take(&mut window.receipts);
            window::record(app, scope, upload, last, &mut tally, now).await?;
        }
        for row in tally.refused.drain(..) {
            refused::write_row(dialect, &row, &mut text);
            refused_rows.add(&text).await?;
            text.clear();
        }
    }
    if tally.report.rows.refused > 0 {
        refused_rows.finish().await?;
    }
    Ok(tally.report)
}

/// The receipts that will be recorded together.
#[derive(Default)]
struct Window {
    receipts: Vec<FileReceipt>,
    bytes: usize,
}

impl Window {
    /// Adds a receipt. Returns the receipts before it where the window is full.
    fn add(&mut self, receipt: FileReceipt) -> Option<Vec<FileReceipt>> {
        let bytes: usize = receipt.raw.iter().map(RawRow::size).sum();
        let is_full = self.receipts.len() == WINDOW_RECEIPTS
            || (self.bytes + bytes > WINDOW_BYTES && !self.receipts.is_empty());
        let full = is_full.then(|| {
            self.bytes = 0;
            std::mem::take(&mut self.receipts)
        });
        self.bytes += bytes;
        self.receipts.push(receipt);
        full
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
        let mut lengths: Vec<usize> = receipts(remarks)
            .into_iter()
            .filter_map(|receipt| window.add(receipt).map(|full| full.len()))
            .collect();
        lengths.push(window.receipts.len());
        lengths
    }

    #[test]
    fn a_window_holds_a_thousand_receipts_or_8_mib_of_rows() {
        assert_eq!(windows(&vec![10; 2500]), [1000, 1000, 500]);
        assert_eq!(windows(&vec![60_000; 300]), [139, 139, 22]);
    }
}
