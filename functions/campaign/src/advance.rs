//! A campaign is taken further: begun at its moment, walked, its batches queued, and ended.

use crate::app::{App, CampaignError};
use crate::pages;
use domain::campaign::State;
use domain::values::calendar::PARIS;
use domain::{Campaign, CampaignId, Channel, Day, Instant, MemberId};
use futures::try_join;
use jiff::ToSpan as _;
use platform::messages::{BatchMessage, CampaignMessage};
use store::{BATCH_MEMBERS, BatchId, Plan, Scope, StoreError, Tenant, Walked};

/// When a running campaign is looked at again, in case a message was lost.
const LOOK_AGAIN_MINUTES: i64 = 10;

/// Takes a campaign further. Until the walk has ended it walks, and queues itself anew where the time
/// at hand ends first; afterwards it queues what is not done, or ends the campaign. A merchant's whose
/// contract has ended stays as it is.
///
/// # Errors
/// [`CampaignError`]; the message comes again, and the walk goes on where it was.
pub async fn advance(
    app: &App,
    tenant: Tenant,
    id: CampaignId,
    now: Instant,
    until: Instant,
) -> Result<(), CampaignError> {
    let campaign = app.store.campaign(tenant, id).await?.campaign;
    let begins =
        campaign.state == State::Scheduled && campaign.begins_at.is_some_and(|at| at <= now);
    if campaign.state != State::Running && !begins {
        return Ok(());
    }
    let settings = app.store.settings(tenant.merchant, now).await?;
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let again = now + LOOK_AGAIN_MINUTES.minutes();
    // Running from here on, it can be written anew no more: what is read now is what is sent.
    let campaign = app.store.revisit_campaign(tenant, id, again).await?.campaign;
    if campaign.state != State::Running {
        return Ok(());
    }
    let mut plan = app.store.plan(tenant, id).await?;
    if plan.is_done() {
        return settle(app, tenant, id, &plan).await;
    }
    let scope = Scope { settings, mode: tenant.mode };
    // The batch was cut; whether its message left is not known.
    if let Some(batch) = plan.last_batch {
        queue(app, tenant, id, batch).await?;
    }
    let mut walk = Walk {
        app,
        scope: &scope,
        tenant,
        campaign: &campaign,
        plan: &mut plan,
        pending: vec![],
        now,
    };
    if walk.go(until).await? {
        tracing::info!(merchant = %tenant.merchant, campaign = %id, batches = plan.batches, recipients = plan.recipients, "planned");
        // Nobody was chosen, or the batches were done before the plan was.
        if app.store.finish_if_sent(tenant, id).await? {
            tracing::info!(merchant = %tenant.merchant, campaign = %id, batches = plan.batches, "finished");
        }
    } else {
        app.queue_campaign(&CampaignMessage::of(tenant, id)).await?;
    }
    Ok(())
}

/// Queues the batches that are not done: their messages were lost, or they wait since the campaign
/// was held. Without any the campaign is finished.
async fn settle(
    app: &App,
    tenant: Tenant,
    id: CampaignId,
    plan: &Plan,
) -> Result<(), CampaignError> {
    let open = app.store.open_batches(tenant, id).await?;
    if open.is_empty() {
        app.store.finish_campaign(tenant, id).await?;
        tracing::info!(merchant = %tenant.merchant, campaign = %id, batches = plan.batches, "finished");
    }
    for batch in open {
        queue(app, tenant, id, batch).await?;
    }
    Ok(())
}

async fn queue(
    app: &App,
    tenant: Tenant,
    campaign: CampaignId,
    batch: BatchId,
) -> Result<(), CampaignError> {
    app.queue_batch(&BatchMessage::of(tenant, campaign, batch)).await
}

struct Walk<'a> {
    app: &'a App,
    scope: &'a Scope,
    tenant: Tenant,
    campaign: &'a Campaign,
    plan: &'a mut Plan,
    /// Chosen and not yet in a batch.
    pending: Vec<MemberId>,
    now: Instant,
}

impl Walk<'_> {
    /// Walks to the end, told by `true`, or until the time at hand has passed.
    async fn go(&mut self, until: Instant) -> Result<bool, CampaignError> {
        let channel = self.campaign.channel;
        let mut shard = self.plan.shard;
        let mut page = self.app.store.walk(self.scope, shard, self.plan.after, channel).await?;
        loop {
            if Instant::now() >= until {
                return Ok(false);
            }
            let next = pages::next(shard, &page);
            // The next page is read while this one's batches are written.
            let (app, scope) = (self.app, self.scope);
            let ahead = read(app, scope, next, channel);
            let (ahead, ()) = try_join!(ahead, self.take(shard, page))?;
            let Some(read) = ahead else { return Ok(true) };
            page = read;
            shard = next.map_or(shard, |(shard, _)| shard);
        }
    }

    async fn take(&mut self, shard: u8, page: Walked) -> Result<(), CampaignError> {
        let today = Day::at(self.now, &PARIS);
        let programmes = &self.scope.settings.programmes;
        for glance in page.members {
            if glance.reachable && self.campaign.segment.holds(&glance.account, today, programmes) {
                self.pending.push(glance.member);
                if self.pending.len() == BATCH_MEMBERS {
                    self.cut(shard, (shard, Some(glance.member))).await?;
                }
            }
        }
        if page.next.is_none() {
            self.cut(shard, (shard + 1, None)).await?;
        }
        Ok(())
    }

    async fn cut(&mut self, shard: u8, walked_to: pages::At) -> Result<(), CampaignError> {
        let (tenant, id) = (self.tenant, self.campaign.id);
        let batch = self.pending.last().map(|last| BatchId { shard, cursor: *last });
        let members = std::mem::take(&mut self.pending);
        let cut = batch.map(|batch| (batch, members.as_slice()));
        let store = &self.app.store;
        if !store.cut_batch(tenant, id, self.plan, cut, walked_to).await? {
            // Another planner is at the same campaign; it will go on, and this one begins anew.
            return Err(StoreError::Busy.into());
        }
        if let Some(batch) = batch {
            queue(self.app, tenant, id, batch).await?;
        }
        Ok(())
    }
}

async fn read(
    app: &App,
    scope: &Scope,
    from: Option<pages::At>,
    channel: Channel,
) -> Result<Option<Walked>, CampaignError> {
    match from {
        Some((shard, after)) => Ok(Some(app.store.walk(scope, shard, after, channel).await?)),
        None => Ok(None),
    }
}
