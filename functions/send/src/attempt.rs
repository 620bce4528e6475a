//! An attempt to send a claimed batch: the call to the provider, and the outcome that follows from its answer.

use crate::context::{BatchError, HoldReason};
use crate::recipients::Chosen;
use crate::sending::{Proof, Sending};
use domain::Instant;
use messaging::{Batch, Found, Message, ProviderClient, Recipient, SendError, Verdict};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use store::{Addressed, BatchEnd, Claim, CutBatch};

/// The time subtracted from the time in which a provider recognises a batch, since the call itself takes time and
/// clocks differ.
const MARGIN: Duration = Duration::from_mins(1);
/// The seconds after the first attempt in which a provider that cannot tell the outcome is asked again.
const ASKED_FOR_SECONDS: i64 = 30 * 60;

/// An attempt to send a claimed batch.
pub(crate) struct Attempt<'a> {
    pub(crate) sending: &'a Sending<'a>,
    pub(crate) client: &'a dyn ProviderClient,
    pub(crate) claim: Claim,
}

/// What is known of an earlier attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// This delivery has nothing more to do: the outcome is recorded, or the campaign is held.
    Settled,
    /// It sent nothing.
    NothingSent,
}

/// Whether the provider may have the batch already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    First,
    Repeat,
}

impl Attempt<'_> {
    /// Sends the batch for the first time.
    pub(crate) async fn first(
        mut self,
        message: Message,
        chosen: Chosen,
    ) -> Result<(), BatchError> {
        let Chosen { members, recipients, counts } = chosen;
        if members.is_empty() {
            let end = BatchEnd { counts, refused: &[], unsent: None };
            return self.sending.end(&self.claim, &end).await;
        }
        let addressed = Addressed { members, counts };
        if !self.sending.begin(&mut self.claim, &addressed).await? {
            return Err(BatchError::ClaimedElsewhere);
        }
        let batch = self.batch(message, recipients);
        self.call(&batch, &addressed, Call::First).await
    }

    /// Finds the outcome of an earlier attempt to the `addressed` members. While the provider recognises the
    /// batch, the batch is sent again. Afterwards the provider is asked which messages it has accepted.
    pub(crate) async fn settle(
        &self,
        message: Message,
        chosen: Chosen,
        addressed: &Addressed,
        first_attempt_at: Instant,
    ) -> Result<Earlier, BatchError> {
        if chosen.members != addressed.members {
            // A recipient has opposed or left since. The same batch can no longer be repeated, and the provider
            // would not recognise a smaller one.
            self.sending.end_uncertain(&self.claim, addressed).await?;
            return Ok(Earlier::Settled);
        }
        let batch = self.batch(message, chosen.recipients);
        let age = self.sending.now.duration_since(first_attempt_at);
        let recognised_for = self.client.remembers().saturating_sub(MARGIN);
        if age.unsigned_abs() < recognised_for {
            self.call(&batch, addressed, Call::Repeat).await?;
            return Ok(Earlier::Settled);
        }
        match self.client.find(&batch, first_attempt_at, self.sending.now).await {
            Ok(Found::Sent(verdicts)) => self.count(&verdicts, addressed).await?,
            Ok(Found::Absent) => return Ok(Earlier::NothingSent),
            Ok(Found::CannotTell)
                if age.as_secs() < ASKED_FOR_SECONDS && recognised_for.is_zero() =>
            {
                self.give_back_unknown().await?;
            }
            Ok(Found::CannotTell) => self.sending.end_uncertain(&self.claim, addressed).await?,
            Err(SendError::Account { .. }) => {
                self.sending.hold(&self.claim, HoldReason::ProviderAccount, Proof::None).await?;
            }
            Err(_) => self.give_back_unknown().await?,
        }
        Ok(Earlier::Settled)
    }

    async fn call(
        &self,
        batch: &Batch,
        addressed: &Addressed,
        call: Call,
    ) -> Result<(), BatchError> {
        // A repeat that was not accepted proves nothing about the first attempt.
        let proof = match call {
            Call::First => Proof::NothingSent,
            Call::Repeat => Proof::None,
        };
        match self.client.send(batch).await {
            Ok(verdicts) if verdicts.contains(&Verdict::Uncertain) => {
                self.give_back_unknown().await
            }
            // The same holds for a part of the batch that a repeat did not send.
            Ok(verdicts) if call == Call::Repeat && verdicts.contains(&Verdict::NotSent) => {
                self.give_back_unknown().await
            }
            Ok(verdicts) => self.count(&verdicts, addressed).await,
            Err(SendError::NotSent { code, .. }) => {
                self.sending.give_back(&self.claim, proof).await?;
                Err(BatchError::NotSent(code))
            }
            Err(SendError::Unknown) => self.give_back_unknown().await,
            Err(SendError::Account { code }) => {
                let (merchant, campaign) =
                    (self.sending.batch.tenant.merchant, self.sending.batch.campaign);
                tracing::error!(%merchant, %campaign, code, "the provider's account needs a person to act");
                self.sending.hold(&self.claim, HoldReason::ProviderAccount, proof).await
            }
        }
    }

    /// The batch for the provider. Its key is derived from the reference, so a repeat has the same key.
    fn batch(&self, message: Message, recipients: Vec<Recipient>) -> Batch {
        let reference = self.sending.batch.to_string();
        let digest = Sha256::digest(reference.as_bytes());
        let (key, _) = digest.split_at(16);
        let key = key.iter().fold(0_u128, |key, byte| (key << 8) | u128::from(*byte));
        Batch { key, reference, message, recipients }
    }

    /// Counts the recipients. Those that the provider certainly did not take, beside others that it took, become a
    /// batch of their own. Only after some fifteen such batches are they counted as refused.
    async fn count(&self, verdicts: &[Verdict], addressed: &Addressed) -> Result<(), BatchError> {
        let mut counts = addressed.counts;
        let (mut refused, mut unsent) = (Vec::new(), Vec::new());
        for (member, verdict) in addressed.members.iter().zip(verdicts) {
            match verdict {
                Verdict::Accepted { .. } => counts.sent += 1,
                Verdict::Uncertain => counts.uncertain += 1,
                Verdict::Refused { .. } => refused.push(*member),
                Verdict::NotSent => unsent.push(*member),
            }
        }
        let rest = unsent.last().and_then(|last| self.claim.batch.rest(*last));
        if rest.is_none() {
            refused.append(&mut unsent);
        }
        counts.refused += u64::try_from(refused.len()).unwrap_or_default();
        let unsent = rest.map(|id| CutBatch { id, members: &unsent, at: self.sending.now });
        let end = BatchEnd { counts, refused: &refused, unsent };
        self.sending.end(&self.claim, &end).await
    }

    async fn give_back_unknown(&self) -> Result<(), BatchError> {
        self.sending.give_back(&self.claim, Proof::None).await?;
        Err(BatchError::Unknown)
    }
}
