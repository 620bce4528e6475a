//! A merchant's files: what became of each, range by range. No row and no person is kept here.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::transaction::TransactionOutcome;
use crate::table::write::Write;
use crate::upload::range::RangeReport;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::{EstablishmentId, Instant, UploadId};
use serde::{Deserialize, Serialize};

/// How long a report can be read: 400 days.
const REPORT_KEPT_SECONDS: i64 = 400 * 86_400;

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadStatus {
    /// The door was opened, and nothing came through it yet.
    AwaitingFile,
    /// The file arrived and is being planned.
    Received,
    /// Its ranges are being read.
    Running,
    /// Every row has been dealt with.
    Finished,
    /// The file as a whole could not be read.
    Refused,
}

/// A file and its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its identifier.
    pub id: UploadId,
    /// The establishment it is of.
    pub establishment: EstablishmentId,
    /// Its name.
    pub file_name: String,
    /// When the door was opened for it, or when it arrived.
    pub created_at: Instant,
    /// How far it has come.
    pub status: UploadStatus,
    /// How many ranges it was planned into.
    pub ranges: u32,
    /// What became of it, once finished.
    pub report: RangeReport,
    /// Why it was refused: a code.
    pub reason: Option<String>,
    /// Why it was refused: a sentence for the merchant.
    pub explanation: Option<String>,
    /// Where its refused rows are, in the bucket of reports.
    pub refused_key: Option<String>,
    /// When it was finished or refused.
    pub finished_at: Option<Instant>,
}

impl Upload {
    /// A file of which nothing is known but its name.
    #[must_use]
    pub fn announced(
        id: UploadId,
        establishment: EstablishmentId,
        file_name: &str,
        now: Instant,
    ) -> Self {
        Self {
            id,
            establishment,
            file_name: file_name.to_owned(),
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

    /// Whether nothing more will happen to it.
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
        let Key { pk, sk } = keys::upload(scope.tenant(), upload.id);
        Self {
            pk,
            sk,
            establishment: upload.establishment.to_string(),
            file_name: upload.file_name.clone(),
            created_at: attributes::instant_text(upload.created_at),
            progress: upload.status,
            object_version: object_version.map(str::to_owned),
            ranges: upload.ranges,
            report: upload.report,
            reason: upload.reason.clone(),
            explanation: upload.explanation.clone(),
            refused_key: upload.refused_key.clone(),
            finished_at: upload.finished_at.map(attributes::instant_text),
            ttl: upload.created_at.as_second() + REPORT_KEPT_SECONDS,
        }
    }

    fn read(self) -> Result<Upload, StoreError> {
        Ok(Upload {
            id: UploadId::parse(&self.sk).map_err(StoreError::corrupt("upload"))?,
            establishment: EstablishmentId::parse(&self.establishment)
                .map_err(StoreError::corrupt("upload"))?,
            file_name: self.file_name,
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
    /// Notes that a door was opened for a file: 1 round trip, 1 write unit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn announce_upload(&self, scope: &Scope, upload: &Upload) -> Result<(), StoreError> {
        self.transact_one(Write::put(&UploadRecord::of(scope, upload, None))?.if_absent()).await?;
        Ok(())
    }

    /// Binds an upload to the version of the object that arrived: 1 or 2 round trips. `None` where
    /// another version came first under the same identifier, which then is not this file's.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn claim_upload(
        &self,
        scope: &Scope,
        arrived: &Upload,
        object_version: &str,
    ) -> Result<Option<Upload>, StoreError> {
        let key = keys::upload(scope.tenant(), arrived.id);
        let standing: Option<UploadRecord> = self.get_item(&key, Consistency::Strong).await?;
        match &standing {
            Some(record) if record.object_version.as_deref() == Some(object_version) => {
                return standing.map(UploadRecord::read).transpose();
            }
            Some(record) if record.object_version.is_some() => return Ok(None),
            _ => {}
        }
        let arrived = Upload { status: UploadStatus::Received, ..arrived.clone() };
        let claim = Write::put(&UploadRecord::of(scope, &arrived, Some(object_version)))?
            .condition("attribute_not_exists(object_version) OR object_version = :version")
            .value(":version", attributes::text(object_version));
        match self.transact_one(claim).await? {
            TransactionOutcome::Committed => Ok(Some(arrived)),
            TransactionOutcome::Cancelled(_) => Ok(None),
        }
    }

    /// Writes what became of a file so far, over what stood there; a settled report stays as it is.
    /// 1 round trip, 2 write units.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
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

    /// A file's report: 1 round trip, 1 read unit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn upload(&self, scope: &Scope, id: UploadId) -> Result<Upload, StoreError> {
        self.get_item::<UploadRecord>(&keys::upload(scope.tenant(), id), Consistency::Strong)
            .await?
            .ok_or(StoreError::NotFound(Entity::Upload))?
            .read()
    }

    /// Files, newest first, and where the next page begins: 1 query.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn uploads(
        &self,
        scope: &Scope,
        after: Option<UploadId>,
        limit: usize,
    ) -> Result<(Vec<Upload>, Option<UploadId>), StoreError> {
        let start = after.map(|id| items::key_item(&keys::upload(scope.tenant(), id)));
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk")
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
