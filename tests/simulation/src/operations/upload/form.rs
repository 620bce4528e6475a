//! A back office opens the form of a file, and reads the reports of its files.

use super::super::ctx::{Ctx, Till, text};
use super::super::focus::Thing;
use super::super::member::read::pages;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use crate::known::records::Upload;
use domain::KeyScope;
use serde_json::json;

pub(in super::super) const OPEN: Operation =
    Operation::of("open_upload", Topic::Upload, 2, |ctx| Box::pin(open(ctx)));
pub(in super::super) const SHOW: Operation =
    Operation::of("show_upload", Topic::Upload, 3, |ctx| Box::pin(show(ctx)));
pub(in super::super) const LIST: Operation =
    Operation::of("list_uploads", Topic::Upload, 1, |ctx| Box::pin(list(ctx)));

/// A form that is never used.
async fn open(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let name = ctx.choose(&["ventes.csv", "ventes été.csv", "ventes.pdf"]);
    opened(&mut ctx, &till, name).await;
}

/// Opens a form for a file.
pub(super) async fn opened(ctx: &mut Ctx, till: &Till, name: &str) -> Option<Upload> {
    let request = ApiRequest::post("open_upload", "/v1/uploads".to_owned()).by(&till.key);
    let request = request.json(json!({"file_name": name}));
    let response = ctx.send_until_answered(&request).await?;
    if !response.status.is_success() {
        return None;
    }
    let upload = Upload {
        id: text(&response.body, "upload_id")?,
        object: text(&response.body["fields"], "key")?,
        establishment: till.key.establishment.clone(),
    };
    let tenant = till.tenant.clone();
    ctx.note_outside(Fact::UploadOpened { tenant, upload: upload.clone() });
    Some(upload)
}

async fn show(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Export) else { return };
    let Some(uploads) = ctx.data(&till.tenant, |data| data.uploads.clone()) else { return };
    let Some(upload) = ctx.pick(Thing::Upload, uploads.into_iter()) else { return };
    let path = format!("/v1/uploads/{}", upload.id);
    ctx.send_until_answered(&ApiRequest::get("show_upload", path).by(&till.key)).await;
}

async fn list(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Export) else { return };
    pages(&mut ctx, "list_uploads", "/v1/uploads", &till).await;
}
