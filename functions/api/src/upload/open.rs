//! A presigned form for one file of purchases.

use crate::codes;
use crate::context::App;
use crate::schema::{DateTime, Identifier};
use crate::second::Second;
use crate::upload::presigner::PostForm;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::UploadId;
use http_edge::{Fields, JsonBody, Problem, Till};
use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Mode, Upload};
use utoipa::ToSchema;

const NAME_LENGTH: usize = 100;

/// A file to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUpload {
    /// The name of the file: 1 to 100 letters with or without accents, digits, spaces and `. _ - ' ’ ( ) & + ,`,
    /// ending in `.csv`, `.txt`, `.gz`, `.zip`, `.xlsx`, `.xlsm` or `.ods`.
    #[schema(
        max_length = 100,
        pattern = "^[0-9A-Za-zÀ-ÖØ-öø-ɏ\u{300}-\u{36f}Ḁ-ỿ. _'’()&+,-]*\\.([Cc][Ss][Vv]|[Tt][Xx][Tt]|[Gg][Zz]|[Zz][Ii][Pp]|[Xx][Ll][Ss][XxMm]|[Oo][Dd][Ss])$",
        examples("ventes.csv")
    )]
    file_name: String,
}

/// A form for one file. Post it (`multipart/form-data`) to `url`, with all `fields` and then `file`.
#[derive(Serialize, ToSchema)]
pub(crate) struct PresignedUpload {
    #[schema(value_type = Identifier)]
    upload_id: UploadId,
    /// The address to post the form to.
    url: String,
    /// The fields of the form, to be sent unchanged.
    #[schema(value_type = BTreeMap<String, String>)]
    fields: BTreeMap<&'static str, String>,
    /// The instant from which the form is refused.
    #[schema(value_type = DateTime)]
    expires_at: Second,
    /// The most bytes that the file may have.
    max_bytes: u64,
}

impl NewUpload {
    /// The name in its composed form (NFC): a Mac writes an accent as a character of its own.
    fn read(&self) -> Result<String, Problem> {
        const ENDINGS: [&str; 7] = [".csv", ".txt", ".gz", ".zip", ".xlsx", ".xlsm", ".ods"];
        let name = ComposingNormalizerBorrowed::new_nfc().normalize(self.file_name.trim());
        let mut fields = Fields::default();
        let lower = name.to_ascii_lowercase();
        if !(1..=NAME_LENGTH).contains(&name.chars().count()) || !name.chars().all(is_accepted) {
            let detail = "must be 1 to 100 letters, digits, spaces, and . _ - ' ’ ( ) & + ,";
            fields.note("/file_name", codes::FILE_NAME, detail);
        } else if !ENDINGS.iter().any(|end| lower.ends_with(end)) {
            let detail = "must end in .csv, .txt, .gz, .zip, .xlsx, .xlsm or .ods";
            fields.note("/file_name", codes::FILE_TYPE, detail);
        }
        if fields.all_accepted() { Ok(name.into_owned()) } else { Err(fields.refuse()) }
    }
}

/// Whether a name may have a character: the letters of the Latin script, with or without accents.
const fn is_accepted(character: char) -> bool {
    matches!(
        character,
        '0'..='9' | 'A'..='Z' | 'a'..='z' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' | 'Ḁ'..='ỿ'
            | '\u{300}'..='\u{36f}'
            | '.' | '_' | '-' | ' ' | '\'' | '’' | '(' | ')' | '&' | '+' | ','
    )
}

/// Open an upload: make a form by which one file can be sent.
#[utoipa::path(
    operation_id = "open_upload",
    post, path = "/v1/uploads", tag = "uploads",
    request_body = NewUpload,
    responses(
        (status = 201, description = "The form, which is valid for 15 minutes.", body = PresignedUpload),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    JsonBody(new): JsonBody<NewUpload>,
) -> Result<(StatusCode, Json<PresignedUpload>), Problem> {
    let now = app.now();
    let file_name = new.read()?;
    let upload_id = UploadId::mint(now, app.random()?);
    let establishment = till.establishment.id.clone();
    let by = till.scope.credential;
    let upload = Upload::announced(upload_id, establishment, &file_name, by, now);
    app.store().announce_upload(&till.scope, &upload).await?;
    let PostForm { url, fields, expires_at } =
        app.uploads.post(&object_key(&till, upload_id, &file_name), now).await?;
    let max_bytes = app.uploads.max_bytes;
    let opened =
        PresignedUpload { upload_id, url, fields, expires_at: expires_at.into(), max_bytes };
    Ok((StatusCode::CREATED, Json(opened)))
}

/// The key of the file in the bucket: its merchant, its establishment and its own identifier.
fn object_key(till: &Till, id: UploadId, file_name: &str) -> String {
    let merchant = till.scope.settings.merchant.id;
    let establishment = &till.establishment.id;
    match till.scope.mode {
        Mode::Live => format!("{merchant}/{establishment}/{id}/{file_name}"),
        Mode::Test => format!("{merchant}/{establishment}/test/{id}/{file_name}"),
    }
}
