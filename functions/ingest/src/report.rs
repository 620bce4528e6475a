//! Writes the report of a file once: when the last range is done, or when the whole file is refused.

use crate::context::{App, IngestError};
use crate::file::{FileRefusal, refused};
use crate::file_plan::FilePlan;
use crate::keys;
use crate::objects::{self, ObjectError, ObjectVersion, ObjectWriter};
use domain::{Language, UploadId};
use store::{FinishedRange, RangeReport, Scope, Upload, UploadStatus};

/// Refuses a whole file: no row of the file was ingested. After an error the message is delivered again.
pub(crate) async fn refuse_file(
    app: &App,
    scope: &Scope,
    mut upload: Upload,
    object_version: &str,
    sent: &ObjectVersion,
    refusal: FileRefusal,
) -> Result<(), IngestError> {
    tracing::warn!(upload = %upload.id, reason = refusal.code(), "file refused");
    upload.status = UploadStatus::Refused;
    upload.reason = Some(refusal.code().to_owned());
    upload.explanation = Some(refusal.sentence(Language::French));
    upload.finished_at = Some((app.clock)());
    app.store.put_upload(scope, &upload, object_version).await?;
    mark_reported(app, sent).await
}

/// Sums the reports of the ranges, joins their refused rows, and finishes the report. Two ranges that end at
/// the same time may both finish the report, and write the same content. After an error the message is
/// delivered again.
pub(crate) async fn finish_file(
    app: &App,
    scope: &Scope,
    id: UploadId,
    file: &FilePlan,
    done: &[FinishedRange],
) -> Result<(), IngestError> {
    let mut upload = app.store.upload(scope, &file.establishment, id).await?;
    if !upload.is_settled() {
        upload.report = RangeReport::default();
        for range in done {
            upload.report += range.report;
        }
        upload.refused_key = join_refused_rows(app, scope, id, file, done).await?;
        upload.status = UploadStatus::Finished;
        upload.reason = file.note.as_ref().map(|note| note.code().to_owned());
        upload.explanation = file.note.as_ref().map(|note| note.sentence(Language::French));
        upload.finished_at = Some((app.clock)());
        app.store.put_upload(scope, &upload, &file.object_version).await?;
        let rows = upload.report.rows;
        tracing::info!(
            upload = %id, read = rows.read, accepted = rows.accepted, known = rows.already_known,
            not_enrolled = rows.not_enrolled, without_customer = rows.without_customer,
            erased = rows.erased, refused = rows.refused, "file finished"
        );
    }
    if file.read != file.sent {
        mark_reported(app, &file.read).await?;
    }
    mark_reported(app, &file.sent).await
}

/// Joins the refused rows of all parts as a stream, with one part in memory: in the order of the file, but scattered
/// receipts and returns that waited come last, and a receipt comes after the rows of no receipt that follow its first
/// row, where these have more than 1 MiB. Returns the key of the object, or `None` where no row is listed.
async fn join_refused_rows(
    app: &App,
    scope: &Scope,
    id: UploadId,
    file: &FilePlan,
    done: &[FinishedRange],
) -> Result<Option<String>, IngestError> {
    if done.iter().all(|range| range.listed_by.is_none()) {
        return Ok(None);
    }
    let key = keys::refused_rows(scope.tenant(), id);
    let mut joined = ObjectWriter::begin(&app.s3, &app.reports_bucket, &key);
    let mut header = Vec::new();
    refused::write_header(&file.plan.dialect, &mut header);
    joined.add(&header).await?;
    for FinishedRange { number, listed_by, .. } in done {
        if let Some(attempt) = listed_by {
            let part = keys::refused_rows_of_range(scope.tenant(), id, *number, attempt);
            let mut rows = objects::open_own(&app.s3, &app.reports_bucket, &part).await?;
            while let Some(chunk) = rows.next().await? {
                joined.add(&chunk).await?;
            }
        }
    }
    joined.finish().await?;
    Ok(Some(key))
}

/// Marks the merchant's file, or its text, as reported. The bucket deletes a reported object after seven days. An
/// object that was deleted needs no mark.
async fn mark_reported(app: &App, sent: &ObjectVersion) -> Result<(), IngestError> {
    match objects::mark_reported(&app.s3, sent).await {
        Ok(()) | Err(ObjectError::Gone) => Ok(()),
        Err(unavailable @ ObjectError::Unavailable(_)) => Err(unavailable.into()),
    }
}
