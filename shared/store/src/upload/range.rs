//! The ranges of a file: each is marked as done together with its counts.

use crate::table::codec;
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::{Instant, UploadId};
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// How long the counts of a range are stored after the report has summed them: 30 days.
const STORED_SECONDS: i64 = 30 * 86_400;

/// The outcomes of the rows of a file. Each row of `read` is also counted in exactly one other
/// field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Rows that are not empty.
    pub read: u64,
    /// Rows of purchases recorded by this file.
    pub accepted: u64,
    /// Rows of purchases that were recorded before.
    pub already_known: u64,
    /// Rows of persons without proof that they asked for the card.
    pub not_enrolled: u64,
    /// Rows without a customer.
    pub without_customer: u64,
    /// Rows of erased persons.
    pub erased: u64,
    /// Rows with a mistake.
    pub refused: u64,
}

impl Rows {
    /// The rows that the file of refused rows lists, each with its reason: rows with a mistake, and rows of persons
    /// who are no members or were erased.
    #[must_use]
    pub const fn listed(&self) -> u64 {
        self.refused + self.not_enrolled + self.erased
    }
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

/// The result of one range of a file: its marker and its counts are one item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeReport {
    /// Its rows.
    pub rows: Rows,
    /// Points that its purchases gave, less those of returns.
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

/// A range that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedRange {
    /// The number of the range, from 0.
    pub number: u32,
    /// The counts.
    pub report: RangeReport,
    /// The first lines of returns that wait for the sales of other ranges, and are not counted yet.
    pub waiting: Vec<u64>,
    /// The attempt that wrote the listed rows; `None` where no row is listed. Two attempts at one range may list
    /// different rows, and these counts are those of one of them.
    pub listed_by: Option<String>,
}

impl FinishedRange {
    /// A range without returns that wait.
    #[must_use]
    pub const fn new(number: u32, report: RangeReport) -> Self {
        Self { number, report, waiting: vec![], listed_by: None }
    }
}

/// The ranges of a file that are done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RangesSummary {
    /// The number of these ranges.
    pub done: u32,
    /// The sum of their counts.
    pub report: RangeReport,
}

#[derive(Serialize, Deserialize)]
struct RangeRecord {
    pk: String,
    sk: String,
    report: RangeReport,
    /// The lines of [`FinishedRange::waiting`] in CBOR, each as its distance from the line before.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed_by: Option<String>,
    ttl: i64,
}

impl RangeRecord {
    fn read(self) -> Result<FinishedRange, StoreError> {
        let number =
            self.sk.strip_prefix(keys::RANGE_PREFIX).and_then(|number| number.parse().ok());
        let number = number.ok_or(StoreError::Corrupt("range"))?;
        let waiting = decode_lines(&self.waiting)?;
        Ok(FinishedRange { number, report: self.report, waiting, listed_by: self.listed_by })
    }
}

fn encode_lines(lines: &[u64]) -> Vec<u8> {
    let before = std::iter::once(&0).chain(lines);
    let distances: Vec<u64> =
        lines.iter().zip(before).map(|(line, before)| line.saturating_sub(*before)).collect();
    if distances.is_empty() { vec![] } else { codec::to_bytes(&distances) }
}

fn decode_lines(bytes: &[u8]) -> Result<Vec<u64>, StoreError> {
    if bytes.is_empty() {
        return Ok(vec![]);
    }
    let distances: Vec<u64> = codec::from_bytes(bytes, "range")?;
    let mut line = 0_u64;
    Ok(distances
        .into_iter()
        .map(|distance| {
            line = line.saturating_add(distance);
            line
        })
        .collect())
}

impl Store {
    /// Marks a range as done, with its counts, and with the returns that wait, in the order of their lines. A range that
    /// was done before keeps its first counts. 1 round trip, 2 write units; 1 KB more for about 500 returns that wait.
    pub async fn finish_range(
        &self,
        scope: &Scope,
        upload: UploadId,
        finished: &FinishedRange,
        now: Instant,
    ) -> Result<(), StoreError> {
        let FinishedRange { number, report, waiting, listed_by } = finished;
        let Key { pk, sk } = keys::range(scope.tenant(), upload, *number);
        let ttl = now.as_second() + STORED_SECONDS;
        let waiting = encode_lines(waiting);
        let listed_by = listed_by.clone();
        let record = RangeRecord { pk, sk, report: *report, waiting, listed_by, ttl };
        self.transact_one(Write::put(&record)?.if_absent()).await?;
        Ok(())
    }

    /// A range with its counts, where it is done: 1 round trip, 1 read unit; 1 more for each 4 KB of returns that wait.
    pub async fn finished_range(
        &self,
        scope: &Scope,
        upload: UploadId,
        number: u32,
    ) -> Result<Option<FinishedRange>, StoreError> {
        let key = keys::range(scope.tenant(), upload, number);
        let found: Option<RangeRecord> = self.get_item(&key, Consistency::Strong).await?;
        found.map(RangeRecord::read).transpose()
    }

    /// The ranges that are done, with their counts, in order: a strong query, 1 read unit for each
    /// 4 KB (about 20 ranges).
    pub async fn ranges_done(
        &self,
        scope: &Scope,
        upload: UploadId,
    ) -> Result<Vec<FinishedRange>, StoreError> {
        let partition = keys::range_partition(scope.tenant(), upload);
        let stored: Vec<RangeRecord> =
            self.query_all(partition, keys::RANGE_PREFIX, Consistency::Strong, "range").await?;
        stored.into_iter().map(RangeRecord::read).collect()
    }

    /// The number of ranges that are done, and the sum of their counts: as [`Store::ranges_done`].
    pub async fn range_reports(
        &self,
        scope: &Scope,
        upload: UploadId,
    ) -> Result<RangesSummary, StoreError> {
        let mut summary = RangesSummary::default();
        for range in self.ranges_done(scope, upload).await? {
            summary.done += 1;
            summary.report += range.report;
        }
        Ok(summary)
    }
}
