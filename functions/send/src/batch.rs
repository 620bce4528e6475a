//! One batch, from the claim to its figures.
//!
//! What may have happened before decides what happens now: a first attempt is made once; after it the
//! batch is repeated only while the provider can still recognise it, or settled by asking the
//! provider, or its recipients stay uncertain and are not written to again.

use crate::accounts::AccountError;
use crate::app::{App, SendFailure};
use crate::content;
use crate::recipients::{self, Chosen, Letterhead};
use domain::campaign::State;
use domain::merchant::sender::{AccountCode, ProviderName};
use domain::values::calendar::PARIS;
use domain::{Campaign, CampaignId, Channel, Instant, MemberId};
use messaging::{
    Batch, Found, Message, Opening, Provider, SendError, StopNumber, Verdict, territory,
};
use platform::messages::Reference;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Addressed, Addressee, BatchId, Claim, Claimed, Counts, MessageAddress, Scope, Tenant};

/// Taken off what a provider remembers: the call itself takes time, and clocks differ.
const MARGIN: Duration = Duration::from_mins(1);
/// After this a provider that cannot tell is not asked again.
const ASKED_FOR_SECONDS: i64 = 30 * 60;

/// Sends a batch, or settles what became of it. A batch of a campaign that is held or ended is left
/// alone: resuming queues it again. So is one of a merchant whose contract has ended, for good.
///
/// # Errors
/// [`SendFailure`]; the message comes again.
pub(crate) async fn send(
    app: &App,
    tenant: Tenant,
    id: CampaignId,
    batch: BatchId,
    now: Instant,
) -> Result<(), SendFailure> {
    let campaign = app.store.campaign(tenant, id).await?.campaign;
    if campaign.state != State::Running {
        return Ok(());
    }
    let settings = app.store.settings(tenant.merchant, now).await?;
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let scope = Scope { settings, mode: tenant.mode };
    let sender = BatchSender { app, tenant, scope: &scope, campaign: &campaign, now };
    // Nobody is read while most are asleep; what was left for later has hours of its own.
    if campaign.channel == Channel::Sms
        && !batch.is_rest()
        && let Opening::ClosedUntil(opens) = app.hours.opening(now, &PARIS)
    {
        return sender.wait_until(opens).await;
    }
    let mut claim = match app.store.claim_batch(tenant, id, batch, now).await? {
        Claimed::Ours(claim) => *claim,
        Claimed::Others => return Err(SendFailure::Others),
        Claimed::Absent => return Err(SendFailure::Absent),
        Claimed::Done => return sender.finish_if_last().await,
    };
    let (message, provider) = match sender.message_and_provider().await {
        Ok(ready) => ready,
        Err(Unready::Later(failure)) => {
            app.store.give_back(tenant, id, &claim, false).await?;
            return Err(failure);
        }
        Err(Unready::Person(code)) => return sender.hold(&claim, code, false).await,
    };
    let read = app.store.addressees(&scope, &claim.members, campaign.channel, now).await?;
    if let (Some(first), Some(addressed)) = (claim.first_attempt_at, claim.addressed.clone()) {
        let chosen = sender.choose(&addressed.members, &read);
        if chosen.members != addressed.members {
            // Somebody opposed or left since. The same batch can no longer be repeated, and a smaller
            // one would not be recognised.
            return sender.uncertain(&claim, &addressed).await;
        }
        let batch = sender.batch(batch, message, chosen.recipients);
        return sender.settle(claim, &*provider, batch, &addressed, first).await;
    }
    let mut chosen = sender.choose(&claim.members, &read);
    let asleep = sender.asleep(&chosen, &read);
    if let Some(opens) = asleep.values().min().copied() {
        let rest = chosen.members.iter().rfind(|id| asleep.contains_key(id));
        let rest = rest.and_then(|last| batch.rest(*last));
        let (Some(rest), true) = (rest, asleep.len() < chosen.members.len()) else {
            app.store.give_back(tenant, id, &claim, true).await?;
            return sender.wait_until(opens).await;
        };
        let later = chosen.take_later(|id| asleep.contains_key(id));
        app.store.leave_for_later(tenant, id, &mut claim, rest, &later).await?;
        sender.wait_until(opens).await?;
    }
    sender.first_attempt(claim, &*provider, batch, message, chosen).await
}

enum Unready {
    Later(SendFailure),
    Person(&'static str),
}

/// Whether the provider may have the batch already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    First,
    Repeat,
}

/// What every step of one batch works with.
struct BatchSender<'a> {
    app: &'a App,
    tenant: Tenant,
    scope: &'a Scope,
    campaign: &'a Campaign,
    now: Instant,
}

impl BatchSender<'_> {
    async fn message_and_provider(&self) -> Result<(Message, Arc<dyn Provider>), Unready> {
        let senders = &self.scope.settings.senders;
        let message = content::message(self.campaign, senders).map_err(Unready::Person)?;
        let account: Option<(ProviderName, &AccountCode)> = match self.campaign.channel {
            Channel::Email => {
                senders.email.as_ref().map(|sender| (ProviderName::Brevo, &sender.account))
            }
            Channel::Sms => {
                senders.sms.as_ref().map(|sender| (ProviderName::Sinch, &sender.account))
            }
            Channel::Postal => None,
        };
        let (name, account) = account.ok_or(Unready::Person("no_sender"))?;
        match self.app.accounts.provider(name, account, self.now).await {
            Ok(provider) => Ok((message, provider)),
            Err(AccountError::Unusable) => Err(Unready::Person("provider_account")),
            Err(error @ AccountError::Unreachable(_)) => {
                Err(Unready::Later(SendFailure::Account(error.into())))
            }
        }
    }

    fn choose(&self, members: &[MemberId], read: &HashMap<MemberId, Addressee>) -> Chosen {
        let sms = self.scope.settings.senders.sms.as_ref();
        let number = sms.and_then(|sender| StopNumber::parse(&sender.stop_number).ok());
        let letterhead = Letterhead {
            merchant: &self.scope.settings.merchant.name,
            stop: number.map(|number| number.mention()),
            public_url: &self.app.public_url,
        };
        let (channel, allowed) = (self.campaign.channel, &self.app.allowed);
        recipients::choose(self.scope, members, read, channel, allowed, &letterhead)
    }

    /// Those whose own hours are closed, and when they open.
    fn asleep(
        &self,
        chosen: &Chosen,
        read: &HashMap<MemberId, Addressee>,
    ) -> HashMap<MemberId, Instant> {
        if self.campaign.channel != Channel::Sms {
            return HashMap::new();
        }
        let openings = chosen.members.iter().filter_map(|id| {
            let Some(MessageAddress::Mobile(mobile)) = &read.get(id)?.address else { return None };
            let zone = territory(mobile);
            match self.app.hours.opening(self.now, &zone) {
                Opening::Open => None,
                Opening::ClosedUntil(opens) => Some((*id, opens)),
            }
        });
        openings.collect()
    }

    fn batch(&self, id: BatchId, message: Message, recipients: Vec<messaging::Recipient>) -> Batch {
        let reference = Reference { tenant: self.tenant, campaign: self.campaign.id, batch: id };
        let reference = reference.to_string();
        let digest = Sha256::digest(reference.as_bytes());
        let (key, _) = digest.split_at(16);
        let key = key.iter().fold(0_u128, |key, byte| (key << 8) | u128::from(*byte));
        Batch { key, reference, message, recipients }
    }

    async fn first_attempt(
        &self,
        mut claim: Claim,
        provider: &dyn Provider,
        id: BatchId,
        message: Message,
        chosen: Chosen,
    ) -> Result<(), SendFailure> {
        let Chosen { members, recipients, counts } = chosen;
        if members.is_empty() {
            return self.end(&claim, counts, &[]).await;
        }
        let addressed = Addressed { members, counts };
        let channel = self.campaign.channel;
        let (tenant, campaign) = (self.tenant, self.campaign.id);
        let store = &self.app.store;
        let begun = store
            .begin_sending(tenant, campaign, &mut claim, channel, &addressed, self.now)
            .await?;
        if !begun {
            return Err(SendFailure::Others);
        }
        let batch = self.batch(id, message, recipients);
        self.call(&claim, provider, &batch, &addressed, Attempt::First).await
    }

    /// A batch that the provider may have already.
    async fn settle(
        &self,
        claim: Claim,
        provider: &dyn Provider,
        batch: Batch,
        addressed: &Addressed,
        first: Instant,
    ) -> Result<(), SendFailure> {
        let age = self.now.duration_since(first);
        let remembered = provider.remembers().saturating_sub(MARGIN);
        if age.unsigned_abs() < remembered {
            return self.call(&claim, provider, &batch, addressed, Attempt::Repeat).await;
        }
        match provider.find(&batch, first, self.now).await {
            Ok(Found::Sent(verdicts)) => self.count(&claim, &verdicts, addressed).await,
            Ok(Found::Absent) => {
                self.give_back(&claim, true).await?;
                Err(SendFailure::NotSent("absent".to_owned()))
            }
            Ok(Found::CannotTell) if age.as_secs() < ASKED_FOR_SECONDS && remembered.is_zero() => {
                self.give_back(&claim, false).await?;
                Err(SendFailure::Unknown)
            }
            Ok(Found::CannotTell) => self.uncertain(&claim, addressed).await,
            Err(SendError::Account { .. }) => self.hold(&claim, "provider_account", false).await,
            Err(_) => {
                self.give_back(&claim, false).await?;
                Err(SendFailure::Unknown)
            }
        }
    }

    async fn call(
        &self,
        claim: &Claim,
        provider: &dyn Provider,
        batch: &Batch,
        addressed: &Addressed,
        attempt: Attempt,
    ) -> Result<(), SendFailure> {
        // A repeat that was not taken says nothing of what became of the first attempt.
        let nothing_sent = attempt == Attempt::First;
        match provider.send(batch).await {
            Ok(verdicts) if verdicts.contains(&Verdict::Uncertain) => {
                self.give_back(claim, false).await?;
                Err(SendFailure::Unknown)
            }
            Ok(verdicts) => self.count(claim, &verdicts, addressed).await,
            Err(SendError::NotSent { code, .. }) => {
                self.give_back(claim, nothing_sent).await?;
                Err(SendFailure::NotSent(code))
            }
            Err(SendError::Unknown) => {
                self.give_back(claim, false).await?;
                Err(SendFailure::Unknown)
            }
            Err(SendError::Account { code }) => {
                tracing::error!(merchant = %self.tenant.merchant, campaign = %self.campaign.id, code, "the provider needs a person to act");
                self.hold(claim, "provider_account", nothing_sent).await
            }
        }
    }

    async fn count(
        &self,
        claim: &Claim,
        verdicts: &[Verdict],
        addressed: &Addressed,
    ) -> Result<(), SendFailure> {
        let mut counts = addressed.counts;
        let mut refused = Vec::new();
        for (member, verdict) in addressed.members.iter().zip(verdicts) {
            match verdict {
                Verdict::Accepted { .. } => counts.sent += 1,
                Verdict::Uncertain => counts.uncertain += 1,
                Verdict::Refused { .. } | Verdict::NotSent => {
                    counts.refused += 1;
                    refused.push(*member);
                }
            }
        }
        self.end(claim, counts, &refused).await
    }

    async fn uncertain(&self, claim: &Claim, addressed: &Addressed) -> Result<(), SendFailure> {
        let mut counts = addressed.counts;
        counts.uncertain += u64::try_from(addressed.members.len()).unwrap_or_default();
        tracing::warn!(merchant = %self.tenant.merchant, campaign = %self.campaign.id, batch = %claim.batch, "uncertain");
        self.end(claim, counts, &[]).await
    }

    async fn end(
        &self,
        claim: &Claim,
        counts: Counts,
        refused: &[MemberId],
    ) -> Result<(), SendFailure> {
        let (tenant, campaign) = (self.tenant, self.campaign.id);
        self.app.store.end_batch(tenant, campaign, claim, counts, refused, self.now).await?;
        self.finish_if_last().await
    }

    /// The batch that finds all others done ends the campaign.
    async fn finish_if_last(&self) -> Result<(), SendFailure> {
        let (store, tenant, campaign) = (&self.app.store, self.tenant, self.campaign.id);
        if store.finish_if_sent(tenant, campaign).await? {
            tracing::info!(merchant = %tenant.merchant, %campaign, "finished");
        }
        Ok(())
    }

    async fn give_back(&self, claim: &Claim, nothing_sent: bool) -> Result<(), SendFailure> {
        let (tenant, campaign) = (self.tenant, self.campaign.id);
        Ok(self.app.store.give_back(tenant, campaign, claim, nothing_sent).await?)
    }

    /// Holds the campaign until a person has acted; the message is done with.
    async fn hold(&self, claim: &Claim, code: &str, nothing_sent: bool) -> Result<(), SendFailure> {
        self.give_back(claim, nothing_sent).await?;
        self.app.store.hold_campaign(self.tenant, self.campaign.id, code).await?;
        tracing::warn!(merchant = %self.tenant.merchant, campaign = %self.campaign.id, code, "held");
        Ok(())
    }

    /// Leaves the batch until `opens`; the message is done with.
    async fn wait_until(&self, opens: Instant) -> Result<(), SendFailure> {
        self.app.store.revisit_campaign(self.tenant, self.campaign.id, opens).await?;
        Ok(())
    }
}
