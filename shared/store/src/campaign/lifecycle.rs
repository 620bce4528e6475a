//! Campaigns: what was written, for whom, and the state they are in.

use crate::table::items;
use crate::table::keys::{self, Key, Tenant};
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Answered, Consistency, Entity, IdempotencyKey, Scope, Store, StoreError};
use domain::campaign::segment::{Between, Segment};
use domain::campaign::{Campaign, Content, Draft, State, Step};
use domain::{CampaignId, Cents, Channel, DomainError, EstablishmentId, Instant, Points};
use serde::{Deserialize, Serialize};

/// A range as it is stored: both ends as numbers.
#[derive(Serialize, Deserialize, Default, Clone, Copy, PartialEq)]
struct Ends {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<i64>,
}

impl Ends {
    fn of<T: Copy + Ord>(range: &Between<T>, number: impl Fn(T) -> i64) -> Self {
        let (from, to) = range.ends();
        Self { from: from.map(&number), to: to.map(&number) }
    }

    fn read<T: Copy + Ord>(
        self,
        value: impl Fn(i64) -> Option<T>,
    ) -> Result<Between<T>, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("segment");
        let end = |end: Option<i64>| end.map(|end| value(end).ok_or(CORRUPT)).transpose();
        Between::new(end(self.from)?, end(self.to)?).map_err(|_| CORRUPT)
    }
}

#[derive(Serialize, Deserialize, Default)]
struct SegmentRecord {
    #[serde(default)]
    days_since_activity: Ends,
    #[serde(default)]
    days_since_purchase: Ends,
    #[serde(default)]
    spend: Ends,
    #[serde(default)]
    visits: Ends,
    #[serde(default)]
    balance: Ends,
    #[serde(default)]
    establishments: Vec<String>,
}

impl SegmentRecord {
    fn of(segment: &Segment) -> Self {
        Self {
            days_since_activity: Ends::of(&segment.days_since_activity, i64::from),
            days_since_purchase: Ends::of(&segment.days_since_purchase, i64::from),
            spend: Ends::of(&segment.spend, Cents::get),
            visits: Ends::of(&segment.visits, i64::from),
            balance: Ends::of(&segment.balance, Points::get),
            establishments: segment.establishments.iter().map(ToString::to_string).collect(),
        }
    }

    fn read(self) -> Result<Segment, StoreError> {
        let establishments = self.establishments.iter().map(|code| EstablishmentId::parse(code));
        Ok(Segment {
            days_since_activity: self.days_since_activity.read(|days| days.try_into().ok())?,
            days_since_purchase: self.days_since_purchase.read(|days| days.try_into().ok())?,
            spend: self.spend.read(|cents| Some(Cents::new(cents)))?,
            visits: self.visits.read(|visits| visits.try_into().ok())?,
            balance: self.balance.read(|points| Some(Points::new(points)))?,
            establishments: establishments
                .collect::<Result<_, _>>()
                .map_err(|_| StoreError::Corrupt("segment"))?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct CampaignRecord {
    pk: String,
    sk: String,
    v: u64,
    name: String,
    channel: String,
    subject: String,
    body: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    folded: bool,
    segment: SegmentRecord,
    state: String,
    created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begins_at: Option<String>,
    /// Why it was paused, where nobody asked for it: a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held_because: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_bucket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
}

/// A campaign and why it stands still, where nobody asked for that.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCampaign {
    /// The campaign.
    pub campaign: Campaign,
    /// A code: `provider_account` where the provider refuses the account.
    pub held_because: Option<String>,
}

impl CampaignRecord {
    fn of(tenant: Tenant, campaign: &Campaign, due: Option<Instant>) -> Self {
        let Key { pk, sk } = keys::campaign(tenant, campaign.id);
        Self {
            pk,
            sk,
            v: campaign.version,
            name: campaign.name.clone(),
            channel: campaign.channel.as_str().to_owned(),
            subject: campaign.content.subject.clone(),
            body: campaign.content.body.clone(),
            folded: campaign.content.folded,
            segment: SegmentRecord::of(&campaign.segment),
            state: campaign.state.as_str().to_owned(),
            created_at: items::instant_text(campaign.created_at),
            begins_at: campaign.begins_at.map(items::instant_text),
            held_because: None,
            due_bucket: due.map(|_| keys::CAMPAIGNS_DUE.to_owned()),
            due_at: due.map(|at| keys::campaign_due_at(at, campaign.id)),
        }
    }

    fn read(self) -> Result<StoredCampaign, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("campaign");
        let id = self.sk.strip_prefix(keys::CAMPAIGN_PREFIX).map(CampaignId::parse);
        let campaign = Campaign {
            id: id.and_then(Result::ok).ok_or(CORRUPT)?,
            name: self.name,
            channel: Channel::parse(&self.channel).ok_or(CORRUPT)?,
            content: Content { subject: self.subject, body: self.body, folded: self.folded },
            segment: self.segment.read()?,
            state: State::parse(&self.state).ok_or(CORRUPT)?,
            created_at: items::instant_of(&self.created_at)?,
            begins_at: self.begins_at.as_deref().map(items::instant_of).transpose()?,
            version: self.v,
        };
        Ok(StoredCampaign { campaign, held_because: self.held_because })
    }
}

/// When a campaign is to be looked at next: at its moment, at once while it runs.
fn due(campaign: &Campaign, now: Instant) -> Option<Instant> {
    match campaign.state {
        State::Scheduled => campaign.begins_at,
        State::Running => Some(now),
        _ => None,
    }
}

impl Store {
    /// Enters a campaign, once for each key where the request has one: 2 write units for each KB, and what
    /// a key costs. The same request again answers the campaign that was entered then, as it stands now.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where the identifier is taken, or [`StoreError::Refused`] with
    /// [`RequestError::IdempotencyKeyReused`].
    pub async fn create_campaign(
        &self,
        scope: &Scope,
        campaign: &Campaign,
        key: Option<&IdempotencyKey>,
        now: Instant,
    ) -> Result<Answered<StoredCampaign>, StoreError> {
        let put = Write::put(&CampaignRecord::of(scope.tenant(), campaign, None))?.if_absent();
        let entered = self.enter_once(scope, (campaign.id.to_string(), put), key, now).await?;
        let Some(before) = entered else {
            let campaign = campaign.clone();
            return Ok(Answered::New(StoredCampaign { campaign, held_because: None }));
        };
        let id = CampaignId::parse(&before).map_err(|_| StoreError::Corrupt("answer"))?;
        Ok(Answered::Replayed(self.campaign(scope.tenant(), id).await?))
    }

    /// A campaign, read strongly: 1 round trip.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
    ) -> Result<StoredCampaign, StoreError> {
        let key = keys::campaign(tenant, id);
        let record: Option<CampaignRecord> = self.get_item(&key, Consistency::Strong).await?;
        record.ok_or(StoreError::NotFound(Entity::Campaign))?.read()
    }

    /// Campaigns, the latest first, and the identifier after which the next page begins: 1 query.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn campaigns(
        &self,
        scope: &Scope,
        after: Option<CampaignId>,
        limit: usize,
    ) -> Result<(Vec<StoredCampaign>, Option<CampaignId>), StoreError> {
        let tenant = scope.tenant();
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :campaign)")
            .expression_attribute_values(":pk", items::text(tenant.to_string()))
            .expression_attribute_values(":campaign", items::text(keys::CAMPAIGN_PREFIX))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(
                after.map(|after| items::key_item(&keys::campaign(tenant, after))),
            )
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let campaigns = answer.items.unwrap_or_default().into_iter().map(|item| {
            items::from_item::<CampaignRecord>(item, "campaign").and_then(CampaignRecord::read)
        });
        let campaigns = campaigns.collect::<Result<Vec<_>, _>>()?;
        let next = campaigns.last().filter(|_| more).map(|last| last.campaign.id);
        Ok((campaigns, next))
    }

    /// Takes a step of a campaign: 1 strong read and, where it changes something, 1 transaction.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with what [`Campaign::step`] says.
    pub async fn step_campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
        step: Step,
        now: Instant,
    ) -> Result<StoredCampaign, StoreError> {
        self.change_campaign(tenant, id, |stored| {
            let changed = stored.campaign.step(step, now)?;
            let due = due(&stored.campaign, now);
            Ok(changed.then(|| {
                stored.held_because = None;
                due
            }))
        })
        .await
    }

    /// Writes a campaign anew that has not begun: 1 strong read and, where it changes something, 1
    /// transaction of 2 items. What a dry run said of it is forgotten.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with what [`Campaign::rewrite`] says.
    pub async fn rewrite_campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
        draft: &Draft,
        now: Instant,
    ) -> Result<StoredCampaign, StoreError> {
        let forget = Write::delete(&keys::dry_run(tenant, id));
        let change = |stored: &mut StoredCampaign| {
            let changed = stored.campaign.rewrite(draft)?;
            Ok(changed.then(|| due(&stored.campaign, now)))
        };
        self.change_campaign_and(tenant, id, change, Some(forget)).await
    }

    /// Pauses a running campaign for a reason of ours, which a person must mend: the code stays with
    /// it until somebody resumes it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn hold_campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
        code: &str,
    ) -> Result<StoredCampaign, StoreError> {
        self.change_campaign(tenant, id, |stored| {
            let running = stored.campaign.state == State::Running;
            Ok(running.then(|| {
                stored.campaign.state = State::Paused;
                stored.held_because = Some(code.to_owned());
                None
            }))
        })
        .await
    }

    /// Has a running or scheduled campaign looked at again at an instant: `begin` sets a scheduled
    /// one running.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revisit_campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
        at: Instant,
    ) -> Result<StoredCampaign, StoreError> {
        self.change_campaign(tenant, id, |stored| match stored.campaign.state {
            State::Running => Ok(Some(Some(at))),
            State::Scheduled => {
                stored.campaign.state = State::Running;
                Ok(Some(Some(at)))
            }
            _ => Ok(None),
        })
        .await
    }

    /// Ends a running campaign whose recipients are all accounted for.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn finish_campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
    ) -> Result<StoredCampaign, StoreError> {
        self.change_campaign(tenant, id, |stored| {
            let open = matches!(stored.campaign.state, State::Running | State::Paused);
            Ok(open.then(|| {
                stored.campaign.state = State::Finished;
                None
            }))
        })
        .await
    }

    /// Ends a campaign that is planned to its end and whose batches are all done; `false` where it is
    /// not. Whoever ends a batch asks, and whoever ends the plan: the last of them finds both ended.
    /// 1 round trip while the plan is made, 2 afterwards, 5 for the last.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`].
    pub async fn finish_if_sent(&self, tenant: Tenant, id: CampaignId) -> Result<bool, StoreError> {
        let plan = self.plan(tenant, id).await?;
        if !plan.is_done() {
            return Ok(false);
        }
        let figures = self.figures(tenant, id).await?;
        if figures.batches_done != u64::from(plan.batches) {
            return Ok(false);
        }
        // A batch parted in two between these reads would count as done with its rest still to send.
        if self.plan(tenant, id).await?.batches != plan.batches {
            return Ok(false);
        }
        self.finish_campaign(tenant, id).await?;
        Ok(true)
    }

    /// Changes a campaign over the version that was read; `change` answers when it is due next, or
    /// `None` where nothing changes.
    async fn change_campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
        change: impl Fn(&mut StoredCampaign) -> Result<Option<Option<Instant>>, DomainError>,
    ) -> Result<StoredCampaign, StoreError> {
        self.change_campaign_and(tenant, id, change, None).await
    }

    /// As [`Store::change_campaign`], with something else written in the same transaction.
    async fn change_campaign_and(
        &self,
        tenant: Tenant,
        id: CampaignId,
        change: impl Fn(&mut StoredCampaign) -> Result<Option<Option<Instant>>, DomainError>,
        beside: Option<Write>,
    ) -> Result<StoredCampaign, StoreError> {
        let (change, beside) = (&change, &beside);
        retry(|_| async move {
            let mut stored = self.campaign(tenant, id).await?;
            let over = stored.campaign.version;
            let Some(due) = change(&mut stored)? else { return Ok(Attempt::Done(stored)) };
            stored.campaign.version += 1;
            let mut record = CampaignRecord::of(tenant, &stored.campaign, due);
            record.held_because.clone_from(&stored.held_because);
            let mut transaction = self.transaction();
            transaction.add(Write::put(&record)?.if_version(over));
            if let Some(beside) = beside.clone() {
                transaction.add(beside);
            }
            Ok(transaction.commit().await?.done(stored))
        })
        .await
    }

    /// The campaigns of all merchants that are to be looked at: 1 query of the index `due` a MB of
    /// them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn campaigns_due(
        &self,
        now: Instant,
    ) -> Result<Vec<(Tenant, CampaignId)>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name("due")
            .key_condition_expression("due_bucket = :bucket AND due_at < :until")
            .expression_attribute_values(":bucket", items::text(keys::CAMPAIGNS_DUE))
            // `~` follows every character of an identifier: what is due this second is included.
            .expression_attribute_values(
                ":until",
                items::text(format!("{}~", items::instant_text(now))),
            )
            .into_paginator()
            .items()
            .send();
        let mut due = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let key: Key = items::from_item(item, "campaign")?;
            let id = key.sk.strip_prefix(keys::CAMPAIGN_PREFIX).map(CampaignId::parse);
            let (Some(tenant), Some(Ok(id))) = (Tenant::parse(&key.pk), id) else {
                return Err(StoreError::Corrupt("campaign"));
            };
            due.push((tenant, id));
        }
        Ok(due)
    }
}
