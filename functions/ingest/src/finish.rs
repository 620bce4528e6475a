//! A file's report: written once, when its last range is done or the file as a whole is refused.

use crate::app::{App, IngestError};
use crate::file::{FileRefusal, refused};
use crate::objects::{self, ObjectError, Source, Writing};
use crate::plan_file::{self, FilePlan};
use crate::work;
use domain::{Instant, Language, UploadId};
use store::{RangeReport, Scope, Upload, UploadStatus};

/// Refuses a whole file: nothing of it was entered.
///
/// # Errors
/// [`IngestError`]; the message comes again.
pub(crate) async fn refuse(
    app: &App,
    scope: &Scope,
    mut upload: Upload,
    object_version: &str,
    sent: &Source,
    refusal: FileRefusal,
    now: Instant,
) -> Result<(), IngestError> {
    tracing::warn!(upload = %upload.id, reason = refusal.code(), "file refused");
    upload.status = UploadStatus::Refused;
    upload.reason = Some(refusal.code().to_owned());
    upload.explanation = Some(refusal.sentence(Language::French));
    upload.finished_at = Some(now);
    app.store.put_upload(scope, &upload, object_version).await?;
    mark_reported(app, sent).await
}

/// Sums the ranges, puts their refused rows together, and settles the report. Two last ranges that
/// end at once both come here and write the same.
///
/// # Errors
/// [`IngestError`]; the message comes again.
pub(crate) async fn finish(
    app: &App,
    scope: &Scope,
    id: UploadId,
    file: &FilePlan,
    done: &[(u32, RangeReport)],
    now: Instant,
) -> Result<(), IngestError> {
    let mut upload = app.store.upload(scope, id).await?;
    if !upload.is_settled() {
        upload.report = RangeReport::default();
        for (_, report) in done {
            upload.report += *report;
        }
        upload.refused_key = put_together(app, scope, id, file, done).await?;
        upload.status = UploadStatus::Finished;
        upload.finished_at = Some(now);
        app.store.put_upload(scope, &upload, &file.object_version).await?;
        let rows = upload.report.rows;
        tracing::info!(
            upload = %id, read = rows.read, accepted = rows.accepted, known = rows.already_known,
            not_enrolled = rows.not_enrolled, without_customer = rows.without_customer,
            erased = rows.erased, refused = rows.refused, "file finished"
        );
    }
    mark_reported(app, &file.sent).await
}

/// One file of all refused rows, in the order of the ranges; one part in memory.
async fn put_together(
    app: &App,
    scope: &Scope,
    id: UploadId,
    file: &FilePlan,
    done: &[(u32, RangeReport)],
) -> Result<Option<String>, IngestError> {
    if done.iter().all(|(_, report)| report.rows.refused == 0) {
        return Ok(None);
    }
    let key = format!("refused/{}.csv", plan_file::folder(scope.tenant(), id));
    let mut writing = Writing::begin(&app.s3, &app.reports_bucket, &key);
    let mut header = Vec::new();
    refused::write_header(&file.plan.dialect, &mut header);
    writing.add(&header).await?;
    for (number, report) in done {
        if report.rows.refused > 0 {
            let part = work::refused_part(scope, id, *number);
            let rows = objects::read_whole(&app.s3, &app.reports_bucket, &part).await?;
            writing.add(&rows.ok_or(ObjectError::Gone)?).await?;
        }
    }
    writing.finish().await?;
    Ok(Some(key))
}

/// From now on the raw file has seven days left. One that its merchant removed has none to lose.
async fn mark_reported(app: &App, sent: &Source) -> Result<(), IngestError> {
    match objects::mark_reported(&app.s3, sent).await {
        Ok(()) | Err(ObjectError::Gone) => Ok(()),
        Err(unavailable @ ObjectError::Unavailable(_)) => Err(unavailable.into()),
    }
}
