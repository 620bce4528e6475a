//! A merchant's files: what became of each, range by range. No row and no person is kept here.

use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::transaction::TransactionOutcome;
use crate::table::write::Write;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use domain::{EstablishmentId, Instant, UploadId};
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// How long a report can be read: 400 days.
const REPORT_KEPT_SECONDS: i64 = 400 * 86_400;
/// How long the counts of a range stay, which the report has summed: 30 days.
const RANGE_KEPT_SECONDS: i64 = 30 * 86_400;

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

/// What became of the rows of a file. Every row read is in exactly one of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Rows that hold something.
    pub read: u64,
    /// Rows of purchases entered by this file.
    pub accepted: u64,
    /// Rows of purchases that were known before it.
    pub already_known: u64,
    /// Rows of persons of whom nothing says that they asked for the card.
    pub not_enrolled: u64,
    /// Rows that name no customer.
    pub without_customer: u64,
    /// Rows of erased persons.
    pub erased: u64,
    /// Rows with a mistake, told one by one in the file of refused rows.
    pub refused: u64,
}

impl AddAssign for Rows {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.accepted += other.accepted;
        self.already_known += other.already_known;
        self.not_enrolled += other.not_enrolled;
        self.without_customer += other.without_customer;
        self.erased += other.erased;
        self.refused += other.refused;
    }
}

/// What became of one range of a file: its marker and its counts are one item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeReport {
    /// Its rows.
    pub rows: Rows,
    /// Points that its purchases gave, returns taken off.
    pub points: i64,
    /// Persons who became members.
    pub members_created: u64,
}

impl AddAssign for RangeReport {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.points += other.points;
        self.members_created += other.members_created;
    }
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
            created_at: items::instant_text(upload.created_at),
            progress: upload.status,
            object_version: object_version.map(str::to_owned),
            ranges: upload.ranges,
            report: upload.report,
            reason: upload.reason.clone(),
            explanation: upload.explanation.clone(),
            refused_key: upload.refused_key.clone(),
            finished_at: upload.finished_at.map(items::instant_text),
            ttl: upload.created_at.as_second() + REPORT_KEPT_SECONDS,
        }
    }

    fn read(self) -> Result<Upload, StoreError> {
        Ok(Upload {
            id: UploadId::parse(&self.sk).map_err(StoreError::corrupt("upload"))?,
            establishment: EstablishmentId::parse(&self.establishment)
                .map_err(StoreError::corrupt("upload"))?,
            file_name: self.file_name,
            created_at: items::instant_of(&self.created_at)?,
            status: self.progress,
            ranges: self.ranges,
            report: self.report,
            reason: self.reason,
            explanation: self.explanation,
            refused_key: self.refused_key,
            finished_at: self.finished_at.as_deref().map(items::instant_of).transpose()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct RangeRecord {
    pk: String,
    sk: String,
    report: RangeReport,
    ttl: i64,
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
            .value(":version", items::text(object_version));
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
            .value(":version", items::text(object_version));
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
            .expression_attribute_values(":pk", items::text(keys::upload_partition(scope.tenant())))
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

    /// Marks a range as done, with its counts; a range done before keeps those it had. 1 round trip,
    /// 2 write units.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn finish_range(
        &self,
        scope: &Scope,
        upload: UploadId,
        number: u32,
        report: &RangeReport,
        now: Instant,
    ) -> Result<(), StoreError> {
        let Key { pk, sk } = keys::range(scope.tenant(), upload, number);
        let ttl = now.as_second() + RANGE_KEPT_SECONDS;
        let record = RangeRecord { pk, sk, report: *report, ttl };
        self.transact_one(Write::put(&record)?.if_absent()).await?;
        Ok(())
    }

    /// Whether a range is done: 1 round trip, 1 read unit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn is_range_done(
        &self,
        scope: &Scope,
        upload: UploadId,
        number: u32,
    ) -> Result<bool, StoreError> {
        let key = keys::range(scope.tenant(), upload, number);
        let found: Option<RangeRecord> = self.get_item(&key, Consistency::Strong).await?;
        Ok(found.is_some())
    }

    /// The ranges that are done, with their counts, in order: a strong query, 1 read unit for each
    /// 4 KB (about 20 ranges).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ranges_done(
        &self,
        scope: &Scope,
        upload: UploadId,
    ) -> Result<Vec<(u32, RangeReport)>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(
                ":pk",
                items::text(keys::range_partition(scope.tenant(), upload)),
            )
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut done = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let record: RangeRecord = items::from_item(item, "range")?;
            let number = record.sk.strip_prefix("RANGE#").and_then(|number| number.parse().ok());
            done.push((number.ok_or(StoreError::Corrupt("range"))?, record.report));
        }
        Ok(done)
    }

    /// How many ranges are done and their counts, summed: as [`Store::ranges_done`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn range_reports(
        &self,
        scope: &Scope,
        upload: UploadId,
    ) -> Result<(u32, RangeReport), StoreError> {
        let (mut done, mut sum) = (0, RangeReport::default());
        for (_, report) in self.ranges_done(scope, upload).await? {
            done += 1;
            sum += report;
        }
        Ok((done, sum))
    }
}
