//! Takes the next step of a campaign: begins the campaign at its scheduled instant, reads its members,
//! queues its batches, or finishes the campaign.

use crate::context::{App, CampaignError};
use crate::pages;
use domain::campaign::State;
use domain::values::calendar::PARIS;
use domain::{Campaign, CampaignId, Channel, Credential, Day, Instant, MemberId};
use futures::try_join;
use jiff::ToSpan as _;
use platform::Deadline;
use platform::messages::{BatchMessage, CampaignMessage};
use store::{
    BATCH_MEMBERS, BatchId, CutBatch, Plan, Scope, StoreError, Tenant, WalkPage, WalkPosition,
};

/// After so many minutes a running campaign is due again, in case a message was lost.
const LOOK_AGAIN_MINUTES: i64 = 10;

/// Takes the next step of a campaign. Until all members are read, the step is planning: this function reads
/// members, groups the members into batches and queues the batches. Where the time ends first, this function
/// queues the campaign again. Once all members are read, the step queues the batches that are not done, or
/// finishes the campaign. After an error the message is delivered again, and planning continues at its last
/// batch. A campaign of a merchant whose contract has ended stays as it is.
pub async fn advance(
    app: &App,
    tenant: Tenant,
    id: CampaignId,
    now: Instant,
    deadline: Deadline,
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
    // A running campaign can no longer be changed: the content that is read now is the content that is sent.
    let campaign = app.store.revisit_campaign(tenant, id, again).await?.campaign;
    if campaign.state != State::Running {
        return Ok(());
    }
    let mut plan = app.store.plan(tenant, id).await?;
    if plan.is_done() {
        return queue_open_batches(app, tenant, id, &plan).await;
    }
    let scope = Scope { settings, mode: tenant.mode, credential: Credential::Service };
    // The last batch was written, but its message may not have been sent.
    if let Some(batch) = plan.last_batch {
        app.sends.send(&BatchMessage::of(tenant, id, batch)).await?;
    }
    let mut planning = Planning {
        app,
        scope: &scope,
        tenant,
        campaign: &campaign,
        plan: &mut plan,
        pending: vec![],
        now,
    };
    if planning.run(deadline).await? {
        tracing::info!(merchant = %tenant.merchant, campaign = %id, batches = plan.batches, recipients = plan.recipients, "planned");
        // There were no recipients, or all batches were done before the plan was.
        if app.store.finish_if_sent(tenant, id).await? {
            tracing::info!(merchant = %tenant.merchant, campaign = %id, batches = plan.batches, "finished");
        }
    } else {
        app.campaigns.send(&CampaignMessage::of(tenant, id)).await?;
    }
    Ok(())
}

/// Queues the batches that are not done: their messages were lost, or the campaign was paused. Where every
/// batch is done, the campaign is finished.
async fn queue_open_batches(
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
        app.sends.send(&BatchMessage::of(tenant, id, batch)).await?;
    }
    Ok(())
}

/// A campaign whose members are being read and cut into batches.
struct Planning<'a> {
    app: &'a App,
    scope: &'a Scope,
    tenant: Tenant,
    campaign: &'a Campaign,
    plan: &'a mut Plan,
    /// Members in the segment that are not yet in a batch.
    pending: Vec<MemberId>,
    now: Instant,
}

impl Planning<'_> {
    /// Reads members to the end, or until the deadline. `true` means that all members are read.
    async fn run(&mut self, deadline: Deadline) -> Result<bool, CampaignError> {
        let channel = self.campaign.channel;
        let mut position = self.plan.position;
        let today = Day::at(self.now, &PARIS);
        let mut page = self.app.store.walk(self.scope, position, channel, today).await?;
        loop {
            if deadline.has_passed() {
                return Ok(false);
            }
            let next = pages::next(position.shard, &page);
            // The next page is read while the batches of this page are written.
            let (app, scope) = (self.app, self.scope);
            let ahead = read(app, scope, next, channel, today);
            let (ahead, ()) = try_join!(ahead, self.add(position.shard, page))?;
            let Some(read) = ahead else { return Ok(true) };
            page = read;
            position = next.unwrap_or(position);
        }
    }

    async fn add(&mut self, shard: u8, page: WalkPage) -> Result<(), CampaignError> {
        let today = Day::at(self.now, &PARIS);
        let programmes = &self.scope.settings.programmes;
        for member in page.members {
            if member.reachable && self.campaign.segment.holds(&member.account, today, programmes) {
                self.pending.push(member.member);
                if self.pending.len() == BATCH_MEMBERS {
                    let read_to = WalkPosition { shard, after: Some(member.member) };
                    self.cut_batch(shard, read_to).await?;
                }
            }
        }
        if page.next.is_none() {
            self.cut_batch(shard, WalkPosition::start_of(shard + 1)).await?;
        }
        Ok(())
    }

    async fn cut_batch(&mut self, shard: u8, read_to: WalkPosition) -> Result<(), CampaignError> {
        let (tenant, id) = (self.tenant, self.campaign.id);
        let batch = self.pending.last().map(|last| BatchId { shard, cursor: *last });
        let members = std::mem::take(&mut self.pending);
        let cut = batch.map(|id| CutBatch { id, members: &members, at: self.now });
        let store = &self.app.store;
        if !store.cut_batch(tenant, id, self.plan, cut, read_to).await? {
            // Another instance plans the same campaign. The message of this instance is delivered again.
            return Err(StoreError::Busy.into());
        }
        if let Some(batch) = batch {
            self.app.sends.send(&BatchMessage::of(tenant, id, batch)).await?;
        }
        Ok(())
    }
}

async fn read(
    app: &App,
    scope: &Scope,
    from: Option<WalkPosition>,
    channel: Channel,
    today: Day,
) -> Result<Option<WalkPage>, CampaignError> {
    match from {
        Some(position) => Ok(Some(app.store.walk(scope, position, channel, today).await?)),
        None => Ok(None),
    }
}
