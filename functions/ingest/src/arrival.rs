//! A file arrives: whose it is, how it is written, and into which ranges it is cut.

use crate::address::Address;
use crate::app::{App, IngestError};
use crate::expand::{self, Expanded};
use crate::file::{FileRefusal, Outcome, Plan, Planner};
use crate::finish;
use crate::message::{Arrival, RangeMessage};
use crate::objects::{self, ObjectError, Source};
use crate::plan_file::{self, FilePlan};
use domain::{Instant, UploadId};
use futures::future;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::{Scope, Settings, StoreError, Tenant, Upload, UploadStatus};

/// Messages under way to the queue at once.
const SENT_AT_ONCE: usize = 10;

/// Plans a file and queues its ranges. Run again, it plans the same and queues the same; a report
/// that is settled stays.
///
/// # Errors
/// [`IngestError`]; what is wrong with the file is told in its report, not here.
pub(crate) async fn handle(app: &App, arrival: &Arrival, now: Instant) -> Result<(), IngestError> {
    let Some(address) = Address::parse(&arrival.key) else {
        return anonymous_purchases(app, arrival, "no merchant's folder").await;
    };
    let settings = match settings(app, &address, now).await {
        Ok(settings) => settings,
        Err(StoreError::NotFound(_)) => {
            return anonymous_purchases(app, arrival, "an unknown merchant").await;
        }
        Err(other) => return Err(other.into()),
    };
    if settings.contract_has_ended(now) {
        return anonymous_purchases(app, arrival, "a merchant whose contract has ended").await;
    }
    let scope = Scope { settings, mode: address.mode };
    let tenant = scope.tenant();
    let sent = Source {
        bucket: arrival.bucket.clone(),
        key: arrival.key.clone(),
        version: arrival.version.clone(),
        etag: arrival.etag.clone(),
    };
    let object_version = object_version(arrival);
    let Some(mut upload) = claim(app, &scope, &address, arrival, &object_version).await? else {
        return Ok(());
    };
    if upload.is_settled() {
        return Ok(());
    }
    let planned = if scope.settings.establishments.contains_key(&address.establishment) {
        match plan(app, tenant, upload.id, &sent).await {
            Err(IngestError::Object(ObjectError::Gone)) => Ok(Err(FileRefusal::Gone)),
            other => other,
        }?
    } else {
        Err(FileRefusal::UnknownEstablishment)
    };
    match planned {
        Err(refusal) => {
            finish::refuse(app, &scope, upload, &object_version, &sent, refusal, now).await
        }
        Ok((read, plan)) => {
            upload.status = UploadStatus::Running;
            upload.ranges = u32::try_from(plan.ranges.len()).unwrap_or(u32::MAX);
            let (id, ranges) = (upload.id, upload.ranges);
            let establishment = address.establishment.to_string();
            let file_plan =
                FilePlan { establishment, sent, read, object_version, planned_at: now, plan };
            file_plan.write(app, tenant, id).await?;
            app.store.put_upload(&scope, &upload, &file_plan.object_version).await?;
            tracing::info!(merchant = %tenant.merchant, upload = %id, ranges, rows = file_plan.plan.rows, "planned");
            if ranges == 0 {
                return finish::finish(app, &scope, id, &file_plan, &[], now).await;
            }
            queue(app, tenant, id, ranges).await
        }
    }
}

/// The merchant's settings; read anew where those kept do not have the establishment, which may have
/// been opened since.
async fn settings(app: &App, address: &Address, now: Instant) -> Result<Arc<Settings>, StoreError> {
    let kept = app.store.settings(address.merchant, now).await?;
    if kept.establishments.contains_key(&address.establishment) {
        Ok(kept)
    } else {
        app.store.settings_fresh(address.merchant, now).await
    }
}

/// A file that is no merchant's has no report to stand in: the reason is written beside the refused
/// rows.
async fn anonymous_purchases(
    app: &App,
    arrival: &Arrival,
    why: &'static str,
) -> Result<(), IngestError> {
    let id = derived(arrival);
    tracing::error!(object = %id, why, "a file of nobody");
    let key = format!("refused/nobody/{id}.txt");
    let body = format!(
        "Ce fichier n'a pas été lu : son dossier n'est celui d'aucun commerçant ({why}).\n\
         Déposez-le sous {{commerçant}}/{{établissement}}/nom.csv.\n"
    );
    objects::write(&app.s3, &app.reports_bucket, &key, body.into_bytes()).await?;
    Ok(())
}

/// Binds the arrival to its report: the one announced by the API, or one of its own.
async fn claim(
    app: &App,
    scope: &Scope,
    address: &Address,
    arrival: &Arrival,
    object_version: &str,
) -> Result<Option<Upload>, IngestError> {
    for id in address.announced.into_iter().chain([derived(arrival)]) {
        let arrived =
            Upload::announced(id, address.establishment.clone(), &address.file_name, arrival.at);
        if let Some(upload) = app.store.claim_upload(scope, &arrived, object_version).await? {
            return Ok(Some(upload));
        }
    }
    Ok(None)
}

/// The identifier of a file that nobody announced: the same for the same content of the same key.
fn derived(arrival: &Arrival) -> UploadId {
    let digest = Sha256::new()
        .chain_update(arrival.bucket.as_bytes())
        .chain_update([0])
        .chain_update(arrival.key.as_bytes())
        .chain_update([0])
        .chain_update(object_version(arrival).as_bytes())
        .finalize();
    let mut random = [0; 16];
    random.copy_from_slice(&digest[..16]);
    let second = Instant::from_second(arrival.at.as_second()).unwrap_or(arrival.at);
    UploadId::mint(second, u128::from_be_bytes(random))
}

fn object_version(arrival: &Arrival) -> String {
    arrival.version.clone().or_else(|| arrival.etag.clone()).unwrap_or_default()
}

type Planned = Result<(Source, Plan), FileRefusal>;

async fn plan(
    app: &App,
    tenant: Tenant,
    upload: UploadId,
    sent: &Source,
) -> Result<Planned, IngestError> {
    let mut reading = objects::read(&app.s3, sent, None).await?;
    let mut read = sent.clone();
    if reading.begins_with(&expand::MAGIC).await? {
        let key = format!("work/{}/expanded", plan_file::folder(tenant, upload));
        let most = app.most_expanded_bytes;
        read = match expand::expand(&app.s3, reading, &app.reports_bucket, &key, most).await? {
            Expanded::Into(source) => source,
            Expanded::TooLarge => return Ok(Err(FileRefusal::ExpandsTooLarge)),
            Expanded::Unreadable => return Ok(Err(FileRefusal::GzipUnreadable)),
        };
        reading = objects::read(&app.s3, &read, None).await?;
    }
    let mut planner = Planner::new(app.range_bytes);
    while let Some(chunk) = reading.next().await? {
        planner.feed(&chunk);
        if planner.is_refused() {
            break;
        }
    }
    let plan = match planner.finish() {
        Err(refusal) => return Ok(Err(refusal)),
        Ok(Outcome::Done(plan)) => plan,
        Ok(Outcome::Confirm(mut confirmer)) => {
            let mut reading = objects::read(&app.s3, &read, None).await?;
            while let Some(chunk) = reading.next().await? {
                confirmer.feed(&chunk);
            }
            match confirmer.finish() {
                Err(refusal) => return Ok(Err(refusal)),
                Ok(plan) => plan,
            }
        }
    };
    Ok(Ok((read, plan)))
}

/// Sends a message for each range, some at once. (A call for each: MiniStack, which stands in for
/// AWS on a developer's machine, knows no right to send ten with one.)
async fn queue(
    app: &App,
    tenant: Tenant,
    upload: UploadId,
    ranges: u32,
) -> Result<(), IngestError> {
    stream::iter(0..ranges)
        .map(|number| async move {
            let message = RangeMessage::new(tenant.merchant, tenant.mode, upload, number);
            let body = serde_json::to_string(&message).map_err(|_| IngestError::Plan)?;
            let send = app.sqs.send_message().queue_url(&app.ranges_queue).message_body(body);
            send.send().await.map_err(|error| IngestError::Queue(Box::new(error)))
        })
        .buffer_unordered(SENT_AT_ONCE)
        .try_for_each(|_| future::ready(Ok(())))
        .await
}
