//! The dry run of a campaign: how many members it would reach, and its cost. A job counts them and
//! saves its progress in one item.

use crate::campaign::position::WalkPosition;
use crate::table::attributes::{self, member_id};
use crate::table::keys::{self, Key};
use crate::table::lease::token;
use crate::table::tenant::Tenant;
use crate::table::write::Write;
use crate::{Consistency, Store, StoreError};
use domain::values::identifiers::MEMBER_SHARDS;
use domain::{CampaignId, Instant};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How long a dry run can be read.
const STORED_SECONDS: i64 = 30 * 86_400;
/// The time after which a dry run that is not done starts again on the next request.
const UNDER_WAY: SignedDuration = SignedDuration::from_hours(1);

/// What a dry run has counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryCounts {
    /// Members seen.
    pub walked: u64,
    /// In the segment, and reachable.
    pub recipients: u64,
    /// In the segment, but opposed.
    pub opposed: u64,
    /// In the segment and not opposed, but without a consent.
    pub without_consent: u64,
    /// In the segment and consented, but without an address, or with an address that does not exist.
    pub unreachable: u64,
    /// In the segment, but with the e-mail address of a recipient.
    pub same_address: u64,
    /// Parts of the recipients' SMS.
    pub sms_parts: u64,
    /// Recipients whose SMS is in UCS-2.
    pub unicode: u64,
}

/// A dry run, done or in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRun {
    /// When the dry run was requested. The segment is computed for that day.
    pub asked_at: Instant,
    /// When the dry run had read all members.
    pub done_at: Option<Instant>,
    /// The place up to which members were read.
    pub position: WalkPosition,
    /// The counts so far.
    pub counts: DryCounts,
    /// Distinguishes one request from the next.
    run: String,
    version: u64,
}

impl DryRun {
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// Whether both are states of one requested dry run.
    #[must_use]
    pub fn has_request_of(&self, other: &Self) -> bool {
        self.run == other.run
    }
}

#[derive(Serialize, Deserialize)]
struct DryRunRecord {
    pk: String,
    sk: String,
    run: String,
    v: u64,
    asked_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
    shard: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    counts: DryCounts,
    ttl: i64,
}

impl DryRunRecord {
    fn of(tenant: Tenant, campaign: CampaignId, dry_run: &DryRun) -> Self {
        let Key { pk, sk } = keys::dry_run(tenant, campaign);
        Self {
            pk,
            sk,
            run: dry_run.run.clone(),
            v: dry_run.version,
            asked_at: attributes::instant_text(dry_run.asked_at),
            done_at: dry_run.done_at.map(attributes::instant_text),
            shard: dry_run.position.shard,
            after: dry_run.position.after.map(|member| member.to_string()),
            counts: dry_run.counts,
            ttl: dry_run.asked_at.as_second() + STORED_SECONDS,
        }
    }

    fn read(self) -> Result<DryRun, StoreError> {
        Ok(DryRun {
            asked_at: attributes::instant_of(&self.asked_at)?,
            done_at: self.done_at.as_deref().map(attributes::instant_of).transpose()?,
            position: WalkPosition {
                shard: self.shard,
                after: self.after.as_deref().map(member_id).transpose()?,
            },
            counts: self.counts,
            run: self.run,
            version: self.v,
        })
    }
}

impl Store {
    /// Requests a dry run: 1 strong read and 1 write unit. A dry run in progress continues.
    pub async fn request_dry_run(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        now: Instant,
    ) -> Result<DryRun, StoreError> {
        if let Some(known) = self.dry_run(tenant, campaign, now).await?
            && known.done_at.is_none()
            && now.duration_since(known.asked_at) < UNDER_WAY
        {
            return Ok(known);
        }
        let dry_run = DryRun {
            asked_at: now,
            done_at: None,
            position: WalkPosition::default(),
            counts: DryCounts::default(),
            run: token(&self.random)?,
            version: 1,
        };
        let record = DryRunRecord::of(tenant, campaign, &dry_run);
        self.write(Write::put(&record)?).await?;
        // The table keeps whole seconds.
        record.read()
    }

    /// The dry run of a campaign, if one was requested since the campaign was last written and less
    /// than 30 days ago: 1 strong read.
    pub async fn dry_run(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        now: Instant,
    ) -> Result<Option<DryRun>, StoreError> {
        let key = keys::dry_run(tenant, campaign);
        let record: Option<DryRunRecord> = self.get_item(&key, Consistency::Strong).await?;
        record.filter(|record| record.ttl > now.as_second()).map(DryRunRecord::read).transpose()
    }

    /// Saves the position and the counts of a dry run: 2 write units. Returns `false` where another
    /// job saved first, or where the dry run was replaced or removed.
    pub async fn save_dry_run(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        dry_run: &mut DryRun,
        counts: DryCounts,
        position: WalkPosition,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let next = DryRun {
            done_at: (position.shard >= MEMBER_SHARDS).then_some(now),
            position,
            counts,
            version: dry_run.version + 1,
            ..dry_run.clone()
        };
        let save = Write::put(&DryRunRecord::of(tenant, campaign, &next))?
            .condition("run = :run AND v = :v")
            .value(":run", attributes::text(dry_run.run.clone()))
            .value(":v", attributes::number(dry_run.version));
        let saved = self.transact_one(save).await?;
        if saved {
            *dry_run = next;
        }
        Ok(saved)
    }
}
