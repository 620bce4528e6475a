//! The reports of a merchant's files.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::upload::range::RangeReport;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::{Credential, EstablishmentId, Instant, UploadId};
use serde::{Deserialize, Serialize};

/// How long a report is stored: 400 days.
const STORED_SECONDS: i64 = 400 * 86_400;

/// The status of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadStatus {
    /// An upload address was issued, and the file has not arrived.
    AwaitingFile,
    /// The file arrived and is being planned.
    Received,
    /// Its ranges are being read.
    Running,
    /// Every row has an outcome.
    Finished,
    /// The file cannot be read at all.
    Refused,
}

/// A file and its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its identifier.
    pub id: UploadId,
    /// Its establishment.
    pub establishment: EstablishmentId,
    /// Its name.
    pub file_name: String,
    /// The credential that asked for the upload address. A file that is put into the bucket without such an
    /// address is its own credential.
    pub opened_by: Credential,
    /// When the upload address was issued, or when the file arrived.
    pub created_at: Instant,
    /// Its status.
    pub status: UploadStatus,
    /// The number of its ranges.
    pub ranges: u32,
    /// The sum of the ranges' results, once finished.
    pub report: RangeReport,
    /// Why it was refused, or what to know about a file that was read: a code.
    pub reason: Option<String>,
    /// As `reason`: a sentence for the merchant.
    pub explanation: Option<String>,
    /// The key of the file of refused rows in the bucket of reports.
    pub refused_key: Option<String>,
    /// When it was finished or refused.
    pub finished_at: Option<Instant>,
}

impl Upload {
    /// The report of a file that has not arrived.
    #[must_use]
    pub fn announced(
        id: UploadId,
        establishment: EstablishmentId,
        file_name: &str,
        opened_by: Credential,
        now: Instant,
    ) -> Self {
        Self {
            id,
            establishment,
            file_name: file_name.to_owned(),
            opened_by,
            created_at: now,
            status: UploadStatus::AwaitingFile,
            ranges: 0,
            report: RangeReport::default(),
            reason: None,
            explanation: None,
            refused_key: None,
            finished_at: None,
        }
    }

    /// Whether its status is final.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(self.status, UploadStatus::Finished | UploadStatus::Refused)
    }
}

#[derive(Serialize, Deserialize)]
struct UploadRecord {
    pk: String,
    sk: String,
    establishment: String,
    file_name: String,
    opened_by: Credential,
    created_at: String,
    progress: UploadStatus,
    /// The version of the object that this report is about, once it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object_version: Option<String>,
    ranges: u32,
    report: RangeReport,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
    ttl: i64,
}

impl UploadRecord {
    fn of(scope: &Scope, upload: &Upload, object_version: Option<&str>) -> Self {
        let Key { pk, sk } = keys::upload(scope.tenant(), &upload.establishment, upload.id);
        Self {
            pk,
            sk,
            establishment: upload.establishment.to_string(),
            file_name: upload.file_name.clone(),
            opened_by: upload.opened_by,
            created_at: attributes::instant_text(upload.created_at),
            progress: upload.status,
            object_version: object_version.map(str::to_owned),
            ranges: upload.ranges,
            report: upload.report,
            reason: upload.reason.clone(),
            explanation: upload.explanation.clone(),
            refused_key: upload.refused_key.clone(),
            finished_at: upload.finished_at.map(attributes::instant_text),
            ttl: upload.created_at.as_second() + STORED_SECONDS,
        }
    }

    fn read(self) -> Result<Upload, StoreError> {
        Ok(Upload {
            id: keys::upload_at(&self.sk).ok_or(StoreError::Corrupt("upload"))?,
            establishment: EstablishmentId::parse(&self.establishment)
                .map_err(StoreError::corrupt("upload"))?,
            file_name: self.file_name,
            opened_by: self.opened_by,
            created_at: attributes::instant_of(&self.created_at)?,
            status: self.progress,
            ranges: self.ranges,
            report: self.report,
            reason: self.reason,
            explanation: self.explanation,
            refused_key: self.refused_key,
            finished_at: self.finished_at.as_deref().map(attributes::instant_of).transpose()?,
        })
    }
}

impl Store {
    /// Stores that an upload address was issued: 1 round trip, 1 write unit.
    pub async fn announce_upload(&self, scope: &Scope, upload: &Upload) -> Result<(), StoreError> {
        self.transact_one(Write::put(&UploadRecord::of(scope, upload, None))?.if_absent()).await?;
        Ok(())
    }

    /// Binds an upload to the version of the object that arrived: 1 or 2 round trips. `None` where
    /// another version with the same identifier arrived first.
    pub async fn claim_upload(
        &self,
        scope: &Scope,
        arrived: &Upload,
        object_version: &str,
    ) -> Result<Option<Upload>, StoreError> {
        let key = keys::upload(scope.tenant(), &arrived.establishment, arrived.id);
        let stored: Option<UploadRecord> = self.get_item(&key, Consistency::Strong).await?;
        match &stored {
            Some(record) if record.object_version.as_deref() == Some(object_version) => {
                return stored.map(UploadRecord::read).transpose();
            }
            Some(record) if record.object_version.is_some() => return Ok(None),
            _ => {}
        }
        let opened_by = stored.map_or(arrived.opened_by, |announced| announced.opened_by);
        let arrived = Upload { status: UploadStatus::Received, opened_by, ..arrived.clone() };
        let claim = Write::put(&UploadRecord::of(scope, &arrived, Some(object_version)))?
            .condition("attribute_not_exists(object_version) OR object_version = :version")
            .value(":version", attributes::text(object_version));
        Ok(self.transact_one(claim).await?.then_some(arrived))
    }

    /// Replaces the report of a file, unless its status is final. 1 round trip, 2 write units.
    pub async fn put_upload(
        &self,
        scope: &Scope,
        upload: &Upload,
        object_version: &str,
    ) -> Result<(), StoreError> {
        let put = Write::put(&UploadRecord::of(scope, upload, Some(object_version)))?
            .condition("object_version = :version AND attribute_not_exists(finished_at)")
            .value(":version", attributes::text(object_version));
        self.transact_one(put).await?;
        Ok(())
    }

    /// The report of a file of an establishment: 1 round trip, 1 read unit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also for a file of another establishment.
    pub async fn upload(
        &self,
        scope: &Scope,
        establishment: &EstablishmentId,
        id: UploadId,
    ) -> Result<Upload, StoreError> {
        let key = keys::upload(scope.tenant(), establishment, id);
        let stored: Option<UploadRecord> = self.get_item(&key, Consistency::Strong).await?;
        stored.ok_or(StoreError::NotFound(Entity::Upload))?.read()
    }

    /// The files of an establishment, the newest first, and the identifier after which the next page begins:
    /// 1 query.
    pub async fn uploads(
        &self,
        scope: &Scope,
        establishment: &EstablishmentId,
        after: Option<UploadId>,
        limit: usize,
    ) -> Result<(Vec<Upload>, Option<UploadId>), StoreError> {
        let start =
            after.map(|id| items::key_item(&keys::upload(scope.tenant(), establishment, id)));
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :establishment)")
            .expression_attribute_values(
                ":establishment",
                attributes::text(keys::upload_prefix(establishment)),
            )
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::upload_partition(scope.tenant())),
            )
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let uploads = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| items::from_item::<UploadRecord>(item, "upload")?.read())
            .collect::<Result<Vec<_>, _>>()?;
        let next = if more { uploads.last().map(|upload| upload.id) } else { None };
        Ok((uploads, next))
    }
}
