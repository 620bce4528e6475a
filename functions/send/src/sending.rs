//! A batch that is being sent, and the steps that record its progress in the table.

use crate::context::{App, BatchError, HoldReason};
use domain::{Campaign, Instant};
use jiff::ToSpan as _;
use platform::messages::Reference;
use store::{Addressed, BatchEnd, Claim, Scope};

/// The seconds until recipients are sent to that the provider did not take: a provider limits the calls of a minute.
const UNSENT_SECONDS: i64 = 60;

/// A batch that is being sent.
pub(crate) struct Sending<'a> {
    pub(crate) app: &'a App,
    /// The batch, and the tenant and the campaign that it belongs to.
    pub(crate) batch: Reference,
    pub(crate) scope: &'a Scope,
    pub(crate) campaign: &'a Campaign,
    pub(crate) now: Instant,
}

/// Whether the provider is known to have accepted nothing of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The provider accepted nothing. The next attempt is the first one.
    NothingSent,
    /// The provider may have accepted the batch at this or at an earlier attempt.
    None,
}

impl Sending<'_> {
    /// Records the first attempt and its recipients before the call. `false` where the claim was lost: the
    /// provider must not be called.
    pub(crate) async fn begin(
        &self,
        claim: &mut Claim,
        addressed: &Addressed,
    ) -> Result<bool, BatchError> {
        let Reference { tenant, campaign, .. } = self.batch;
        let (store, channel) = (&self.app.store, self.campaign.channel);
        Ok(store.begin_sending(tenant, campaign, claim, channel, addressed, self.now).await?)
    }

    /// Records that the earlier attempt sent nothing, so that the next one is the first. The claim stays. `false`
    /// where the claim was lost.
    pub(crate) async fn forget_attempt(&self, claim: &mut Claim) -> Result<bool, BatchError> {
        let Reference { tenant, campaign, .. } = self.batch;
        Ok(self.app.store.forget_attempt(tenant, campaign, claim).await?)
    }

    /// Ends the batch with its figures, and ends the campaign with its last batch. Recipients that the provider did
    /// not take are sent to a minute later, as a batch of their own.
    pub(crate) async fn end(&self, claim: &Claim, end: &BatchEnd<'_>) -> Result<(), BatchError> {
        let Reference { tenant, campaign, .. } = self.batch;
        self.app.store.end_batch(tenant, campaign, claim, end, self.now).await?;
        if end.unsent.is_some() {
            return self.wait_until(self.now + UNSENT_SECONDS.seconds()).await;
        }
        self.finish_campaign_if_last().await
    }

    /// Ends the batch with all its recipients uncertain. They are not written to again.
    pub(crate) async fn end_uncertain(
        &self,
        claim: &Claim,
        addressed: &Addressed,
    ) -> Result<(), BatchError> {
        let mut counts = addressed.counts;
        counts.uncertain += u64::try_from(addressed.members.len()).unwrap_or_default();
        let Reference { tenant, campaign, batch } = self.batch;
        tracing::warn!(merchant = %tenant.merchant, %campaign, %batch, "the recipients of a batch are uncertain");
        self.end(claim, &BatchEnd { counts, refused: &[], unsent: None }).await
    }

    /// Ends the campaign where every other batch is done.
    pub(crate) async fn finish_campaign_if_last(&self) -> Result<(), BatchError> {
        let Reference { tenant, campaign, .. } = self.batch;
        if self.app.store.finish_if_sent(tenant, campaign).await? {
            tracing::info!(merchant = %tenant.merchant, %campaign, "the campaign is finished");
        }
        Ok(())
    }

    /// Gives the batch back. Another claim may follow at once.
    pub(crate) async fn give_back(&self, claim: &Claim, proof: Proof) -> Result<(), BatchError> {
        let Reference { tenant, campaign, .. } = self.batch;
        let nothing_sent = proof == Proof::NothingSent;
        Ok(self.app.store.give_back(tenant, campaign, claim, nothing_sent).await?)
    }

    /// Gives the batch back and holds the campaign until a person has acted. The message is done.
    pub(crate) async fn hold(
        &self,
        claim: &Claim,
        reason: HoldReason,
        proof: Proof,
    ) -> Result<(), BatchError> {
        self.give_back(claim, proof).await?;
        let Reference { tenant, campaign, .. } = self.batch;
        let code = reason.code();
        self.app.store.hold_campaign(tenant, campaign, code).await?;
        tracing::warn!(merchant = %tenant.merchant, %campaign, code, "the campaign is held");
        Ok(())
    }

    /// Leaves the batch until `opens`, when the campaign is queued again. The message is done.
    pub(crate) async fn wait_until(&self, opens: Instant) -> Result<(), BatchError> {
        let Reference { tenant, campaign, .. } = self.batch;
        self.app.store.revisit_campaign(tenant, campaign, opens).await?;
        Ok(())
    }
}
