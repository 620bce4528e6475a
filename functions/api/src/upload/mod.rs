//! Files of purchases: a door for one file, and what became of it.

pub(crate) mod presigner;

use crate::openapi::{BodyRefusals, TillRefusals};
use crate::upload::presigner::PostForm;
use crate::{App, codes, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Instant, UploadId};
use http_edge::problem::Kind;
use http_edge::{Fields, JsonBody, Page, Problem, Segments, Till, cursor, page};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Mode, RangeReport, Upload};
use utoipa::ToSchema;

const NAME_LENGTH: usize = 100;

/// A file to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUpload {
    /// 1 to 100 letters, digits, spaces, and `. _ -`, ending in `.csv`, `.txt` or `.gz`.
    #[schema(max_length = 100, examples("ventes.csv"))]
    file_name: String,
}

/// A door for one file: post a form (`multipart/form-data`) of all `fields` and then `file` to `url`.
#[derive(Serialize, ToSchema)]
pub(crate) struct PresignedUpload {
    upload_id: String,
    url: String,
    /// The fields of the form, as they are.
    #[schema(value_type = BTreeMap<String, String>)]
    fields: BTreeMap<&'static str, String>,
    /// After which the door is closed.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Instant,
    /// The most bytes of the file.
    max_bytes: u64,
}

/// How far a file has come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadStatus {
    /// The door was opened, and nothing came through it yet.
    AwaitingFile,
    /// The file arrived and is being planned.
    Received,
    /// Its ranges are being read.
    Running,
    /// Every row has been dealt with.
    Finished,
    /// The file as a whole could not be read: see `reason`.
    Refused,
}

/// How many ranges of the file are done.
#[derive(Serialize, ToSchema)]
pub(crate) struct Progress {
    ranges_done: u32,
    /// 0 until the file is planned.
    ranges_total: u32,
}

/// What became of the rows. Every row read is in exactly one of the others.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rows {
    read: u64,
    /// Of purchases entered by this file.
    accepted: u64,
    /// Of purchases that were known before it.
    already_known: u64,
    /// Of persons of whom nothing says that they asked for the card.
    not_enrolled: u64,
    /// That name no customer.
    without_customer: u64,
    /// Of erased persons.
    erased: u64,
    /// With a mistake, told one by one in the file of refused rows.
    refused: u64,
}

/// A file and what became of it so far.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadAnswer {
    upload_id: String,
    /// The code of its establishment.
    establishment: String,
    file_name: String,
    status: UploadStatus,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Instant>,
    progress: Progress,
    rows: Rows,
    /// Points that its purchases gave, returns taken off.
    points_earned: i64,
    /// Persons who became members.
    members_created: u64,
    /// Why it was refused: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Why it was refused: a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    /// Where the refused rows can be read for 15 minutes, each with its line and its reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_rows_url: Option<String>,
}

/// A page of files. Those still running are listed without their counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadPage {
    uploads: Vec<UploadAnswer>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl UploadAnswer {
    fn of(upload: &Upload, done: u32, report: &RangeReport) -> Self {
        let rows = report.rows;
        Self {
            upload_id: upload.id.to_string(),
            establishment: upload.establishment.to_string(),
            file_name: upload.file_name.clone(),
            status: match upload.status {
                store::UploadStatus::AwaitingFile => UploadStatus::AwaitingFile,
                store::UploadStatus::Received => UploadStatus::Received,
                store::UploadStatus::Running => UploadStatus::Running,
                store::UploadStatus::Finished => UploadStatus::Finished,
                store::UploadStatus::Refused => UploadStatus::Refused,
            },
            created_at: upload.created_at,
            finished_at: upload.finished_at,
            progress: Progress { ranges_done: done, ranges_total: upload.ranges },
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

    /// A file by its own report, which has the counts once it is settled.
    fn settled(upload: &Upload) -> Self {
        let done = if upload.is_settled() { upload.ranges } else { 0 };
        Self::of(upload, done, &upload.report)
    }
}

impl NewUpload {
    fn read(&self) -> Result<&str, Problem> {
        let name = self.file_name.trim();
        let mut fields = Fields::default();
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b' '));
        let lower = name.to_ascii_lowercase();
        if !plain || !(1..=NAME_LENGTH).contains(&name.len()) {
            let detail = "must be 1 to 100 letters, digits, spaces, and . _ -";
            fields.note("/file_name", codes::FILE_NAME, detail);
        } else if ![".csv", ".txt", ".gz"].iter().any(|end| lower.ends_with(end)) {
            fields.note("/file_name", codes::FILE_TYPE, "must end in .csv, .txt or .gz");
        }
        if fields.all_accepted() { Ok(name) } else { Err(fields.refuse()) }
    }
}

/// Open the door for one file.
#[utoipa::path(
    operation_id = "open_upload",
    post, path = "/v1/uploads", tag = "uploads", security(("till_key" = [])),
    request_body = NewUpload,
    responses(
        (status = 201, description = "Open for 15 minutes.", body = PresignedUpload),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    JsonBody(new): JsonBody<NewUpload>,
) -> Result<(StatusCode, Json<PresignedUpload>), Problem> {
    let now = app.now();
    let file_name = new.read()?;
    let id = UploadId::mint(now, identifiers::random()?);
    let establishment = till.establishment.id.clone();
    let upload = Upload::announced(id, establishment, file_name, now);
    app.store().announce_upload(&till.scope, &upload).await?;
    let PostForm { url, fields, expires_at } =
        app.uploads.post(&object_key(&till, id, file_name), now).await?;
    let opened = PresignedUpload {
        upload_id: id.to_string(),
        url,
        fields,
        expires_at,
        max_bytes: app.uploads.max_bytes,
    };
    Ok((StatusCode::CREATED, Json(opened)))
}

/// Where the file goes: under its own merchant, establishment and identifier.
fn object_key(till: &Till, id: UploadId, file_name: &str) -> String {
    let merchant = till.scope.settings.merchant.id;
    let establishment = &till.establishment.id;
    match till.scope.mode {
        Mode::Live => format!("{merchant}/{establishment}/{id}/{file_name}"),
        Mode::Test => format!("{merchant}/{establishment}/test/{id}/{file_name}"),
    }
}

/// The merchant's files, newest first.
#[utoipa::path(
    operation_id = "list_uploads",
    get, path = "/v1/uploads", tag = "uploads", security(("till_key" = [])),
    params(
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = UploadPage),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Page { limit, after }: Page<String>,
) -> Result<Json<UploadPage>, Problem> {
    let after = after
        .map(|after| UploadId::parse(&after))
        .transpose()
        .map_err(|_| Problem::fields(Kind::Malformed, vec![page::refused_cursor()]))?;
    let (uploads, next) = app.store().uploads(&till.scope, after, limit).await?;
    let next_cursor = next.map(|id| cursor::encode(&id.to_string())).transpose();
    Ok(Json(UploadPage {
        uploads: uploads.iter().map(UploadAnswer::settled).collect(),
        next_cursor: next_cursor.map_err(|error| Problem::defect(error.to_string()))?,
    }))
}

/// A file and what became of it so far.
#[utoipa::path(
    operation_id = "show_upload",
    get, path = "/v1/uploads/{upload_id}", tag = "uploads", security(("till_key" = [])),
    params(("upload_id" = String, Path)),
    responses((status = 200, description = "The file.", body = UploadAnswer), TillRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<UploadAnswer>, Problem> {
    let id = identifiers::upload(&id)?;
    let upload = app.store().upload(&till.scope, id).await?;
    let mut answer = if upload.is_settled() {
        UploadAnswer::settled(&upload)
    } else {
        let (done, report) = app.store().range_reports(&till.scope, id).await?;
        UploadAnswer::of(&upload, done, &report)
    };
    if let Some(key) = &upload.refused_key {
        answer.refused_rows_url = Some(app.uploads.get(key, app.now()).await?);
    }
    Ok(Json(answer))
}
