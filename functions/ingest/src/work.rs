//! A range is worked through: its rows are read as a stream, and entered window by window.

use crate::app::{App, IngestError};
use crate::file::{Context, Item, RangeReader, RefusedRow, refused};
use crate::objects;
use crate::plan_file::{self, FilePlan};
use crate::{finish, window};
use domain::{Day, EstablishmentId, Instant, MerchantId, UploadId};
use store::{Entity, Mode, RangeReport, Scope, StoreError};

/// Receipts that are looked up and entered together. Larger windows find more purchases of one
/// member to write at once, and hold more in memory.
const WINDOW: usize = 1000;

/// Works through a range of a file, unless it was done before, and finishes the file with the last
/// one. A range cut short is worked again from its beginning: what it entered is found known.
///
/// # Errors
/// [`IngestError`]; the message comes again.
pub(crate) async fn handle(
    app: &App,
    merchant: MerchantId,
    mode: Mode,
    upload: UploadId,
    number: u32,
    now: Instant,
) -> Result<(), IngestError> {
    let settings = match app.store.settings(merchant, now).await {
        Ok(settings) if !settings.contract_has_ended(now) => settings,
        // What a merchant leaves is archived as it was at the end of its contract.
        Ok(_) | Err(StoreError::NotFound(_)) => {
            tracing::warn!(%merchant, %upload, range = number, "a range of a merchant whose contract has ended");
            return Ok(());
        }
        Err(other) => return Err(other.into()),
    };
    let scope = Scope { settings, mode };
    let file = FilePlan::read(app, scope.tenant(), upload).await?;
    if !app.store.is_range_done(&scope, upload, number).await? {
        let report = work(app, &scope, upload, &file, number, now).await?;
        app.store.finish_range(&scope, upload, number, &report, now).await?;
        tracing::info!(%merchant, %upload, range = number, rows = report.rows.read, "range done");
    }
    let done = app.store.ranges_done(&scope, upload).await?;
    if done.len() == file.plan.ranges.len() {
        finish::finish(app, &scope, upload, &file, &done, now).await?;
    }
    Ok(())
}

async fn work(
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
    let mut reader = Some(RangeReader::new(
        &context,
        &file.plan.dialect,
        range.first_line,
        &file.plan.scattered,
    ));
    let mut reading = objects::read(&app.s3, &file.read, Some((range.start, range.end))).await?;
    let mut tally = window::Tally::default();
    let mut part = Vec::new();
    let (mut items, mut receipts) = (Vec::new(), Vec::with_capacity(WINDOW));
    while let Some(mut open) = reader.take() {
        match reading.next().await? {
            Some(chunk) => {
                open.feed(&chunk, &mut items);
                reader = Some(open);
            }
            None => open.finish(&mut items),
        }
        let ended = reader.is_none();
        for item in items.drain(..) {
            match item {
                Item::Refused(row) => tally.refuse(row),
                Item::Receipt(receipt) => receipts.push(*receipt),
            }
        }
        while receipts.len() >= WINDOW || (ended && !receipts.is_empty()) {
            let rest = receipts.split_off(receipts.len().min(WINDOW));
            let window = std::mem::replace(&mut receipts, rest);
            window::enter(app, scope, upload, window, &mut tally, now).await?;
        }
        write_refused(file, &mut tally.refused, &mut part);
    }
    if !part.is_empty() {
        let key = refused_part(scope, upload, number);
        objects::write(&app.s3, &app.reports_bucket, &key, part).await?;
    }
    Ok(tally.report)
}

/// Where the refused rows of a range wait for the others'.
pub(crate) fn refused_part(scope: &Scope, upload: UploadId, number: u32) -> String {
    format!("work/{}/refused/{number:05}.csv", plan_file::folder(scope.tenant(), upload))
}

fn write_refused(file: &FilePlan, rows: &mut Vec<RefusedRow>, part: &mut Vec<u8>) {
    for row in rows.drain(..) {
        refused::write_row(&file.plan.dialect, &row, part);
    }
}

fn context(scope: &Scope, file: &FilePlan) -> Result<Context, IngestError> {
    let establishment =
        EstablishmentId::parse(&file.establishment).map_err(|_| IngestError::Plan)?;
    let zone = scope
        .settings
        .establishments
        .get(&establishment)
        .ok_or(StoreError::NotFound(Entity::Establishment))?
        .time_zone
        .clone();
    Ok(Context {
        sector: scope.settings.merchant.sector,
        today: Day::at(file.planned_at, &zone),
        establishment,
        zone,
    })
}
