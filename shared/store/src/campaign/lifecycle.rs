//! The life cycle of a campaign: created, rewritten, launched, paused and finished.

use crate::campaign::item::{CampaignRecord, StoredCampaign};
use crate::merchant::first_campaign::note_launch;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys;
use crate::table::retry::{Attempt, retry};
use crate::table::tenant::Tenant;
use crate::table::write::Write;
use crate::{Answered, Consistency, Entity, IdempotencyKey, Scope, Store, StoreError};
use domain::campaign::{Campaign, Draft, State, Step};
use domain::{CampaignId, Credential, DomainError, Instant};

/// When a campaign has something to do next: at its scheduled instant, or at once while it runs.
fn due(campaign: &Campaign, now: Instant) -> Option<Instant> {
    match campaign.state {
        State::Scheduled => campaign.begins_at,
        State::Running => Some(now),
        _ => None,
    }
}

impl Store {
    /// Creates a campaign: 2 write units for each KB, and the cost of an idempotency key where the
    /// request has one. A repeated request with the same key returns the stored campaign in its
    /// current state.
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
        let put =
            Write::put(&CampaignRecord::of(scope.tenant(), campaign, scope.credential, None))?
                .if_absent();
        let entered = self.enter_once(scope, &campaign.id.to_string(), &put, key, now).await?;
        let Some(before) = entered else {
            let campaign = campaign.clone();
            let changed_by = scope.credential;
            return Ok(Answered::New(StoredCampaign { campaign, held_because: None, changed_by }));
        };
        let id = CampaignId::parse(&before).map_err(|_| StoreError::Corrupt("answer"))?;
        Ok(Answered::Replayed(self.campaign(scope.tenant(), id).await?))
    }

    /// A campaign, read strongly: 1 round trip.
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
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", attributes::text(keys::campaigns_partition(tenant)))
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

    /// Takes a step of a campaign: 1 strong read and, where the step changes something, 1
    /// transaction. A step that ends the campaign reads the plan too, which then forgets its place
    /// among the members. A step that launches or schedules writes 1 item more: the merchant has
    /// launched a campaign.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with the error of [`Campaign::step`].
    pub async fn step_campaign(
        &self,
        scope: &Scope,
        id: CampaignId,
        step: Step,
        now: Instant,
    ) -> Result<StoredCampaign, StoreError> {
        let tenant = scope.tenant();
        let change = |stored: &mut StoredCampaign| {
            let changed = stored.campaign.step(step, now)?;
            let due = due(&stored.campaign, now);
            Ok(changed.then(|| {
                stored.held_because = None;
                stored.changed_by = scope.credential;
                due
            }))
        };
        let launches = matches!(step, Step::Launch | Step::Schedule(_));
        let noted = launches.then(|| note_launch(tenant.merchant)).transpose()?;
        self.change_campaign_and(tenant, id, change, noted).await
    }

    /// Rewrites a campaign that has not begun: 1 strong read and, where something changes, 1
    /// transaction of 2 items. The campaign's dry run is deleted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] with the error of
    /// [`Campaign::rewrite`].
    pub async fn rewrite_campaign(
        &self,
        scope: &Scope,
        id: CampaignId,
        draft: &Draft,
        now: Instant,
    ) -> Result<StoredCampaign, StoreError> {
        let tenant = scope.tenant();
        let forget = Write::delete(&keys::dry_run(tenant, id));
        let change = |stored: &mut StoredCampaign| {
            let changed = stored.campaign.rewrite(draft)?;
            Ok(changed.then(|| {
                stored.changed_by = scope.credential;
                due(&stored.campaign, now)
            }))
        };
        self.change_campaign_and(tenant, id, change, Some(forget)).await
    }

    /// Pauses a running campaign because of a problem that an operator must solve. The code of the
    /// reason stays with the campaign until a user resumes it.
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
                stored.changed_by = Credential::Service;
                None
            }))
        })
        .await
    }

    /// Sets the instant at which a running or scheduled campaign is due next. A scheduled campaign
    /// becomes a running one.
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
                stored.changed_by = Credential::Service;
                Ok(Some(Some(at)))
            }
            _ => Ok(None),
        })
        .await
    }

    /// Ends a running or paused campaign. The caller has checked that every recipient has an
    /// outcome. The plan forgets its place among the members.
    pub async fn finish_campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
    ) -> Result<StoredCampaign, StoreError> {
        self.change_campaign(tenant, id, |stored| {
            let open = matches!(stored.campaign.state, State::Running | State::Paused);
            Ok(open.then(|| {
                stored.campaign.state = State::Finished;
                stored.changed_by = Credential::Service;
                None
            }))
        })
        .await
    }

    /// Ends a campaign whose plan is complete and whose batches are all done; `false` for any other
    /// campaign. The sender calls this after each batch, and the planner calls this after the plan,
    /// so that the last of these calls ends the campaign. Round trips: 1 while the plan is not
    /// complete, 2 while a batch is not done, 6 for the call that ends the campaign.
    pub async fn finish_if_sent(&self, tenant: Tenant, id: CampaignId) -> Result<bool, StoreError> {
        let plan = self.plan(tenant, id).await?;
        if !plan.is_done() {
            return Ok(false);
        }
        let figures = self.figures(tenant, id).await?;
        if figures.batches_done != u64::from(plan.batches) {
            return Ok(false);
        }
        // A batch may have been split between these two reads. Its postponed recipients are then in
        // a new batch, which is not done.
        if self.plan(tenant, id).await?.batches != plan.batches {
            return Ok(false);
        }
        self.finish_campaign(tenant, id).await?;
        Ok(true)
    }

    /// Changes a campaign, on condition that the stored version is still the version that was read.
    /// `change` returns the next due instant, or `None` where nothing changes.
    async fn change_campaign(
        &self,
        tenant: Tenant,
        id: CampaignId,
        change: impl Fn(&mut StoredCampaign) -> Result<Option<Option<Instant>>, DomainError>,
    ) -> Result<StoredCampaign, StoreError> {
        self.change_campaign_and(tenant, id, change, None).await
    }

    /// As [`Store::change_campaign`], with another write in the same transaction.
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
            let mut record = CampaignRecord::of(tenant, &stored.campaign, stored.changed_by, due);
            record.held_because.clone_from(&stored.held_because);
            let mut transaction = self.transaction();
            transaction.add(Write::put(&record)?.if_version(over));
            if matches!(stored.campaign.state, State::Cancelled | State::Finished) {
                transaction.add(self.plan(tenant, id).await?.forget_place(tenant, id)?);
            }
            if let Some(beside) = beside.clone() {
                transaction.add(beside);
            }
            Ok(transaction.commit().await?.done(stored))
        })
        .await
    }
}
