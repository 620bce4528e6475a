//! Shared addresses: each of them receives a campaign once.
//!
//! A recipient who shares an e-mail address claims the address for the campaign before the message is
//! sent. The claim is one item for each campaign and address, so the batches of a campaign and a sender
//! that starts again agree about the recipient. Recipients who share no address claim nothing.

use crate::campaign::plan::batch_end;
use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::write::{Write, Written};
use crate::{Scope, Store, StoreError};
use domain::member::Email;
use domain::{CampaignId, Instant, MemberId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use std::collections::HashSet;

/// Claims that are written at the same time.
const AT_ONCE: usize = 16;

/// A recipient who shares an e-mail address.
#[derive(Clone)]
pub struct SharingRecipient {
    /// The recipient.
    pub member: MemberId,
    /// The address.
    pub email: Email,
}

#[derive(Serialize)]
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
        let refused: Vec<Option<MemberId>> = stream::iter(recipients)
            .map(|SharingRecipient { member, email }| async move {
                let hash = scope.email_hash(&email);
                let Key { pk, sk } = keys::claimed_address(scope.tenant(), campaign, &hash);
                let holder = member.to_string();
                let ttl = batch_end(now);
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
