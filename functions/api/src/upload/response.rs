//! A file of purchases and its report, as a till reads them.

use crate::schema::{CredentialText, DateTime, EstablishmentCode, Identifier};
use crate::second::Second;
use domain::{Credential, EstablishmentId, UploadId};
use serde::Serialize;
use store::{RangeReport, Upload};
use utoipa::ToSchema;

/// The progress of a file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadStatus {
    /// The form was made, and no file arrived yet.
    AwaitingFile,
    /// The file arrived and is being cut into ranges.
    Received,
    /// The ranges of the file are being read.
    Running,
    /// Every row was processed.
    Finished,
    /// The file as a whole could not be read: see `reason`.
    Refused,
}

/// The ranges of a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct Progress {
    /// The number of ranges that were read.
    ranges_done: u32,
    /// The number of ranges of the file; 0 until the file is cut into ranges.
    ranges_total: u32,
}

/// The numbers of rows by result. Every row read counts in exactly one of the other numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rows {
    /// The rows that were read.
    read: u64,
    /// The rows of purchases that the file recorded.
    accepted: u64,
    /// The rows of purchases that were known before.
    already_known: u64,
    /// The rows of persons who are not known to have asked for the card.
    not_enrolled: u64,
    /// The rows that name no customer.
    without_customer: u64,
    /// The rows of erased persons.
    erased: u64,
    /// The rows with a mistake.
    refused: u64,
}

/// A file and its report so far.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadAnswer {
    #[schema(value_type = Identifier)]
    upload_id: UploadId,
    /// The code of the establishment.
    #[schema(value_type = EstablishmentCode)]
    establishment: EstablishmentId,
    file_name: String,
    /// The credential that opened the upload. A file that was put into the bucket in another way is its own
    /// credential.
    #[schema(value_type = CredentialText)]
    opened_by: Credential,
    status: UploadStatus,
    #[schema(value_type = DateTime)]
    created_at: Second,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    finished_at: Option<Second>,
    progress: Progress,
    rows: Rows,
    /// The points that the purchases of the file gave, less those that its returns took.
    points_earned: i64,
    /// The number of persons who became members.
    members_created: u64,
    /// A stable code of the reason why the file was refused, or of what to know about a file that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// A sentence with the reason why the file was refused, or with what to know about a file that was read: for
    /// example that it has no rows, or which sheet of a workbook or which file of an archive was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    /// The address of the file of refused rows. It lists the rows of `refused`, `not_enrolled` and `erased` with their
    /// line and reason, and the corrected file can be sent again. Valid for 15 minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refused_rows_url: Option<String>,
}

/// A page of files. Files that are still being read have no counts here.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadPage {
    pub(super) uploads: Vec<UploadAnswer>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

impl UploadAnswer {
    pub(super) fn of(upload: &Upload, done: u32, report: &RangeReport) -> Self {
        let rows = report.rows;
        Self {
            upload_id: upload.id,
            establishment: upload.establishment.clone(),
            file_name: upload.file_name.clone(),
            opened_by: upload.opened_by,
            status: match upload.status {
                store::UploadStatus::AwaitingFile => UploadStatus::AwaitingFile,
                store::UploadStatus::Received => UploadStatus::Received,
                store::UploadStatus::Running => UploadStatus::Running,
                store::UploadStatus::Finished => UploadStatus::Finished,
                store::UploadStatus::Refused => UploadStatus::Refused,
            },
            created_at: upload.created_at.into(),
            finished_at: upload.finished_at.map(Second::from),
            // The returns that a range left waiting for the sales of other ranges are one more part.
            progress: Progress {
                ranges_done: done.min(upload.ranges),
                ranges_total: upload.ranges,
            },
            rows: Rows {
                read: rows.read,
                accepted: rows.accepted,
                already_known: rows.already_known,
                not_enrolled: rows.not_enrolled,
                without_customer: rows.without_customer,
                erased: rows.erased,
                refused: rows.refused,
            },
            points_earned: report.points,
            members_created: report.members_created,
            reason: upload.reason.clone(),
            explanation: upload.explanation.clone(),
            refused_rows_url: None,
        }
    }

    /// A file with the counts of its own report, which are complete once the file is settled.
    pub(super) fn settled(upload: &Upload) -> Self {
        let done = if upload.is_settled() { upload.ranges } else { 0 };
        Self::of(upload, done, &upload.report)
    }
}
