//! The first step of a file: finds its merchant, plans the file into ranges, and queues the ranges.

use crate::context::{App, IngestError};
use crate::convert::{self, Form, SNIFFED_BYTES};
use crate::file::{FileRefusal, Outcome, Plan, Planner};
use crate::file_note::FileNote;
use crate::file_plan::FilePlan;
use crate::message::{ObjectCreated, RangeMessage};
use crate::object_key::ObjectKey;
use crate::objects::{self, ObjectError, ObjectVersion};
use crate::{keys, report, stored_plan};
use domain::{Credential, Instant, Language, UploadId};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::{Scope, Settings, StoreError, Tenant, Upload, UploadStatus};

/// Plans a file and queues its ranges. A second run plans the same ranges and queues them again; a finished
/// report does not change. A mistake in the file is written into its report, and is no error of this
/// function.
pub(crate) async fn plan_upload(
    app: &App,
    created: &ObjectCreated,
    now: Instant,
) -> Result<(), IngestError> {
    let Some(key) = ObjectKey::parse(&created.key) else {
        return refuse_unowned(app, created, Unowned::Path).await;
    };
    let settings = match settings(app, &key, now).await {
        Ok(settings) => settings,
        Err(StoreError::NotFound(_)) => {
            return refuse_unowned(app, created, Unowned::Merchant).await;
        }
        Err(other) => return Err(other.into()),
    };
    if settings.contract_has_ended(now) {
        return refuse_unowned(app, created, Unowned::ContractEnded).await;
    }
    let credential = Credential::Upload(key.announced.unwrap_or_else(|| derived_id(created)));
    let scope = Scope { settings, mode: key.mode, credential };
    let Some(upload) = claim(app, &scope, &key, created).await? else { return Ok(()) };
    if upload.is_settled() {
        return Ok(());
    }
    let sent = ObjectVersion {
        bucket: created.bucket.clone(),
        key: created.key.clone(),
        version: created.version.clone(),
        etag: created.etag.clone(),
    };
    let planned = if scope.settings.establishments.contains_key(&key.establishment) {
        match plan(app, scope.tenant(), upload.id, &sent).await {
            Err(IngestError::Object(ObjectError::Gone)) => Ok(Err(FileRefusal::Gone)),
            other => other,
        }?
    } else {
        // The key of no establishment reads this report, so the operator hears of the file. The metric filter
        // of the template counts the field `unread_files`.
        let merchant = scope.tenant().merchant;
        tracing::error!(%merchant, upload = %upload.id, unread_files = 1, "a file's folder names no establishment");
        Err(FileRefusal::UnknownEstablishment)
    };
    let object_version = created.content_version().to_owned();
    match planned {
        Err(refusal) => {
            report::refuse_file(app, &scope, upload, &object_version, &sent, refusal).await
        }
        Ok(Planned { read, note, plan }) => {
            let establishment = key.establishment;
            let file_plan =
                FilePlan { establishment, sent, read, note, object_version, planned_at: now, plan };
            start(app, &scope, upload, &file_plan).await
        }
    }
}

/// Stores the plan, and queues the ranges. A file without ranges is finished at once.
async fn start(
    app: &App,
    scope: &Scope,
    mut upload: Upload,
    file: &FilePlan,
) -> Result<(), IngestError> {
    let (tenant, id) = (scope.tenant(), upload.id);
    let ranges = u32::try_from(file.plan.parts()).unwrap_or(u32::MAX);
    upload.status = UploadStatus::Running;
    upload.ranges = ranges;
    let etag = stored_plan::write(app, tenant, id, file).await?;
    app.store.put_upload(scope, &upload, &file.object_version).await?;
    let rows = file.plan.rows;
    tracing::info!(merchant = %tenant.merchant, upload = %id, ranges, rows, "planned");
    if ranges == 0 {
        return report::finish_file(app, scope, id, file, &[]).await;
    }
    let Tenant { merchant, mode } = tenant;
    let message = |range| RangeMessage { merchant, mode, upload: id, range, plan: etag.clone() };
    let messages: Vec<_> = (0..ranges).map(message).collect();
    app.ranges.send_all(&messages).await?;
    Ok(())
}

/// The merchant's settings. They are read again where the cached ones do not have the establishment, which
/// may be new.
async fn settings(app: &App, key: &ObjectKey, now: Instant) -> Result<Arc<Settings>, StoreError> {
    let cached = app.store.settings(key.merchant, now).await?;
    if cached.establishments.contains_key(&key.establishment) {
        Ok(cached)
    } else {
        app.store.settings_fresh(key.merchant, now).await
    }
}

/// Why a file belongs to no merchant.
#[derive(Debug, Clone, Copy)]
enum Unowned {
    /// The object's key names no merchant and establishment.
    Path,
    /// The merchant does not exist.
    Merchant,
    /// The contract of the merchant has ended.
    ContractEnded,
}

impl Unowned {
    const fn code(self) -> &'static str {
        match self {
            Self::Path => "unowned_path",
            Self::Merchant => "unowned_merchant",
            Self::ContractEnded => "unowned_contract_ended",
        }
    }
}

/// A file that belongs to no merchant has no report. The reason is written as an object beside the refused
/// rows.
async fn refuse_unowned(
    app: &App,
    created: &ObjectCreated,
    why: Unowned,
) -> Result<(), IngestError> {
    let (id, why) = (derived_id(created), why.code());
    tracing::error!(object = %id, unread_files = 1, why, "a file belongs to no merchant");
    let body = Language::French.sentence(why).to_owned() + "\n";
    let key = keys::unowned_file(id);
    objects::write(&app.s3, &app.reports_bucket, &key, body.into_bytes()).await?;
    Ok(())
}

/// Binds the object to its upload: the upload that the API announced, or an upload of its own. `None` where
/// both uploads are bound to other content.
async fn claim(
    app: &App,
    scope: &Scope,
    key: &ObjectKey,
    created: &ObjectCreated,
) -> Result<Option<Upload>, IngestError> {
    for id in key.announced.into_iter().chain([derived_id(created)]) {
        let (establishment, by) = (key.establishment.clone(), Credential::Upload(id));
        let upload = Upload::announced(id, establishment, &key.file_name, by, created.at);
        let claimed = app.store.claim_upload(scope, &upload, created.content_version()).await?;
        if claimed.is_some() {
            return Ok(claimed);
        }
    }
    Ok(None)
}

/// The identifier of a file that was not announced. The same content of the same key always has the same
/// identifier.
fn derived_id(created: &ObjectCreated) -> UploadId {
    let digest = Sha256::new()
        .chain_update(created.bucket.as_bytes())
        .chain_update([0])
        .chain_update(created.key.as_bytes())
        .chain_update([0])
        .chain_update(created.content_version().as_bytes())
        .finalize();
    let mut random = [0; 16];
    random.copy_from_slice(&digest[..16]);
    let second = Instant::from_second(created.at.as_second()).unwrap_or(created.at);
    UploadId::mint(second, u128::from_be_bytes(random))
}

/// A file that can be ingested.
struct Planned {
    /// The object that the ranges read.
    read: ObjectVersion,
    note: Option<FileNote>,
    plan: Plan,
}

async fn plan(
    app: &App,
    tenant: Tenant,
    upload: UploadId,
    sent: &ObjectVersion,
) -> Result<Result<Planned, FileRefusal>, IngestError> {
    let mut reader = objects::open(&app.s3, sent, None).await?;
    if reader.length() > app.max_upload_bytes {
        return Ok(Err(FileRefusal::FileTooLarge));
    }
    let form = match Form::of(&reader.peek(SNIFFED_BYTES).await?) {
        Ok(form) => form,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (mut read, mut note) = (sent.clone(), None);
    if form != Form::Text {
        let key = keys::text(tenant, upload);
        match convert::convert(app, reader, form, &key).await? {
            Ok(converted) => (read, note) = (converted.text, converted.note),
            Err(refusal) => return Ok(Err(refusal)),
        }
        reader = objects::open(&app.s3, &read, None).await?;
    }
    let mut planner = Planner::new(app.range_bytes);
    while let Some(chunk) = reader.next().await? {
        planner.feed(&chunk);
        if planner.is_refused() {
            break;
        }
    }
    let plan = match planner.finish() {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(Outcome::Done(plan)) => *plan,
        Ok(Outcome::Confirm(mut confirmer)) => {
            let mut reader = objects::open(&app.s3, &read, None).await?;
            while let Some(chunk) = reader.next().await? {
                confirmer.feed(&chunk);
            }
            match confirmer.finish() {
                Err(refusal) => return Ok(Err(refusal)),
                Ok(plan) => plan,
            }
        }
    };
    let note = if plan.rows == 0 { Some(FileNote::NoRows) } else { note };
    Ok(Ok(Planned { read, note, plan }))
}
