//! Shared addresses: each of them receives a campaign once.
//!
//! A recipient who shares an e-mail address claims the address for the campaign before the message is
//! sent. The claim is one item for each campaign and address, so the batches of a campaign and a sender
//! that starts again agree about the recipient. Recipients who share no address claim nothing.

use crate::campaign::dry_run::DryRun;
use crate::campaign::plan::batch_end;
use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::write::{Write, Written};
use crate::{Consistency, Scope, Store, StoreError};
use domain::member::Email;
use domain::{CampaignId, Instant, MemberId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Claims that are written at the same time.
const AT_ONCE: usize = 16;
/// How long the claims of a dry run are stored: a day. After an hour, a new request starts another run.
const COUNTED_SECONDS: i64 = 86_400;

/// A recipient who shares an e-mail address.
#[derive(Clone)]
pub struct SharingRecipient {
    /// The recipient.
    pub member: MemberId,
    /// The address.
    pub email: Email,
}

#[derive(Serialize, Deserialize)]
struct ClaimedAddressRecord {
    pk: String,
    sk: String,
    holder: String,
    ttl: i64,
}

impl Store {
    /// Claims the addresses of recipients for a campaign, and returns the recipients whose address
    /// another recipient has claimed. 1 write unit for each recipient, 16 at the same time.
    pub async fn claim_addresses(
        &self,
        scope: &Scope,
        campaign: CampaignId,
        recipients: Vec<SharingRecipient>,
        now: Instant,
    ) -> Result<HashSet<MemberId>, StoreError> {
        let key = |hash: &str| keys::claimed_address(scope.tenant(), campaign, hash);
        self.claim_keys(scope, recipients, &key, batch_end(now)).await
    }

    /// The recipient who claimed an address for a campaign, if any did: 1 strong read of 1 unit.
    pub async fn address_claimed_by(
        &self,
        scope: &Scope,
        campaign: CampaignId,
        email: &Email,
    ) -> Result<Option<MemberId>, StoreError> {
        let key = keys::claimed_address(scope.tenant(), campaign, &scope.email_hash(email));
        let claimed: Option<ClaimedAddressRecord> =
            self.get_item(&key, Consistency::Strong).await?;
        claimed.map(|record| attributes::member_id(&record.holder)).transpose()
    }

    /// As [`Store::claim_addresses`], for a run of the campaign's dry run: the recipients whose address another
    /// recipient has, and who are not counted. A run that continues finds its own claims. The claims end with
    /// the day.
    pub async fn count_addresses(
        &self,
        scope: &Scope,
        campaign: CampaignId,
        dry_run: &DryRun,
        recipients: Vec<SharingRecipient>,
    ) -> Result<HashSet<MemberId>, StoreError> {
        let run = dry_run.run();
        let key = |hash: &str| keys::counted_address(scope.tenant(), campaign, run, hash);
        let ttl = dry_run.asked_at.as_second() + COUNTED_SECONDS;
        self.claim_keys(scope, recipients, &key, ttl).await
    }

    async fn claim_keys(
        &self,
        scope: &Scope,
        recipients: Vec<SharingRecipient>,
        key: &(dyn Fn(&str) -> Key + Sync),
        ttl: i64,
    ) -> Result<HashSet<MemberId>, StoreError> {
        let refused: Vec<Option<MemberId>> = stream::iter(recipients)
            .map(|SharingRecipient { member, email }| async move {
                let Key { pk, sk } = key(&scope.email_hash(&email));
                let holder = member.to_string();
                let record = ClaimedAddressRecord { pk, sk, holder: holder.clone(), ttl };
                let claim = Write::put(&record)?;
                let claim = claim.condition("attribute_not_exists(pk) OR holder = :holder");
                let claim = claim.value(":holder", attributes::text(holder));
                let written = self.write(claim).await?;
                Ok::<_, StoreError>(matches!(written, Written::Refused).then_some(member))
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(refused.into_iter().flatten().collect())
    }
}
