//! Sends one batch, from its claim to its end.
//!
//! The first attempt is made once. Afterwards the batch is sent again only while the provider still recognises
//! the batch. Later the provider is asked for the outcome. Where the provider does not know the batch, the batch is
//! sent. Where the provider cannot tell, the recipients stay uncertain and no message is sent to them again.

use crate::accounts::AccountError;
use crate::attempt::{Attempt, Earlier};
use crate::content;
use crate::context::{App, BatchError, HoldReason};
use crate::recipients;
use crate::sending::{Proof, Sending};
use domain::campaign::State;
use domain::values::calendar::PARIS;
use domain::{Channel, Credential, Instant};
use messaging::hours::Opening;
use messaging::{Message, ProviderClient};
use platform::messages::Reference;
use std::sync::Arc;
use store::{Claimed, CutBatch, Scope};

/// Sends a batch, or finds the outcome of an earlier attempt. A batch of a campaign that does not run is left
/// alone: resuming the campaign queues the batch again. A batch of a merchant whose contract has ended is left
/// alone for good.
pub(crate) async fn send(app: &App, batch: Reference, now: Instant) -> Result<(), BatchError> {
    let Reference { tenant, campaign: id, .. } = batch;
    let campaign = app.store.campaign(tenant, id).await?.campaign;
    if campaign.state != State::Running {
        return Ok(());
    }
    let settings = app.store.settings(tenant.merchant, now).await?;
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let scope = Scope { settings, mode: tenant.mode, credential: Credential::Service };
    let sending = Sending { app, batch, scope: &scope, campaign: &campaign, now };
    // Most recipients are in the time zone of Paris. While the hours of Paris are closed, the batch waits and no
    // recipient is read. The rest of a batch holds recipients of other time zones, so the hours of Paris do not
    // apply to the rest.
    if campaign.channel == Channel::Sms
        && !batch.batch.is_rest()
        && let Opening::ClosedUntil(opens) = app.hours.opening(now, &PARIS)
    {
        return sending.wait_until(opens).await;
    }
    let claim = match app.store.claim_batch(tenant, id, batch.batch, now).await? {
        Claimed::Ours(claim) => *claim,
        Claimed::Others => return Err(BatchError::ClaimedElsewhere),
        Claimed::Absent => return Err(BatchError::Absent),
        Claimed::Done => return sending.finish_campaign_if_last().await,
    };
    let ready = match prepare(&sending).await {
        Ok(ready) => ready,
        Err(NotReady::Retry(error)) => {
            sending.give_back(&claim, Proof::None).await?;
            return Err(error);
        }
        Err(NotReady::Hold(reason)) => return sending.hold(&claim, reason, Proof::None).await,
    };
    let addressees = app.store.addressees(&scope, &claim.members, campaign.channel, now).await?;
    let earlier = claim.first_attempt_at.zip(claim.addressed.clone());
    let mut attempt = Attempt { sending: &sending, client: &*ready.client, claim };
    if let Some((first_attempt_at, addressed)) = earlier {
        let chosen = recipients::choose(&sending, &addressed.members, &addressees);
        let message = ready.message.clone();
        match attempt.settle(message, chosen, &addressed, first_attempt_at).await? {
            Earlier::Settled => return Ok(()),
            Earlier::NothingSent => {
                if !sending.forget_attempt(&mut attempt.claim).await? {
                    return Err(BatchError::ClaimedElsewhere);
                }
            }
        }
    }
    let mut chosen = recipients::choose(&sending, &attempt.claim.members, &addressees);
    recipients::claim_shared_addresses(&sending, &mut chosen, &addressees).await?;
    let asleep = recipients::asleep(&sending, &chosen, &addressees);
    if let Some(opens) = asleep.values().min().copied() {
        let last_asleep = chosen.members.iter().rfind(|id| asleep.contains_key(id));
        let rest = last_asleep.and_then(|last| batch.batch.rest(*last));
        let (Some(rest), true) = (rest, asleep.len() < chosen.members.len()) else {
            sending.give_back(&attempt.claim, Proof::NothingSent).await?;
            return sending.wait_until(opens).await;
        };
        let later = chosen.take(|id| asleep.contains_key(id));
        let rest = CutBatch { id: rest, members: &later, at: now };
        app.store.postpone(tenant, id, &mut attempt.claim, rest).await?;
        sending.wait_until(opens).await?;
    }
    attempt.first(ready.message, chosen).await
}

/// The message of a campaign, and the client of the account that sends it.
struct Ready {
    message: Message,
    client: Arc<dyn ProviderClient>,
}

/// Why a campaign's messages cannot be sent now.
enum NotReady {
    /// A later attempt may succeed.
    Retry(BatchError),
    /// A person has to act.
    Hold(HoldReason),
}

async fn prepare(sending: &Sending<'_>) -> Result<Ready, NotReady> {
    let settings = &sending.scope.settings;
    let senders = &settings.senders;
    let message = content::message(sending.campaign, senders, &settings.merchant.name);
    let message = message.map_err(NotReady::Hold)?;
    let account = senders.account(sending.campaign.channel);
    let account = account.ok_or(NotReady::Hold(HoldReason::NoSender))?;
    match sending.app.accounts.client(account, sending.now).await {
        Ok(client) => Ok(Ready { message, client }),
        Err(AccountError::Unusable) => Err(NotReady::Hold(HoldReason::ProviderAccount)),
        Err(error @ AccountError::Unreachable(_)) => {
            Err(NotReady::Retry(BatchError::Account(error.into())))
        }
    }
}
