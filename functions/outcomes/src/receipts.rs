//! Counts the receipts of messages. The receipts of one campaign are counted together, and each recipient counts
//! once.

use crate::context::{App, OutcomeError};
use crate::event::OutcomeEvent;
use domain::merchant::provider::ProviderAccount;
use domain::{CampaignId, Instant, MemberId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use platform::messages::EventKind;
use std::collections::BTreeMap;
use store::{MessageAddress, MessageReceipt, MessageState, Scope, StoreError, Tenant};

/// Addresses that are looked up at the same time.
const CONCURRENT_LOOKUPS: usize = 16;

/// The receipts of one campaign.
struct CampaignReceipts<'a> {
    tenant: Tenant,
    campaign: CampaignId,
    receipts: Vec<AddressReceipt<'a>>,
}

/// The state of the message to an address.
#[derive(Clone, Copy)]
struct AddressReceipt<'a> {
    address: &'a MessageAddress,
    state: MessageState,
}

/// The state of the message to the members at one address.
struct MembersReceipt {
    members: Vec<MemberId>,
    state: MessageState,
}

/// Counts the receipts among the events. Events without a reference of ours are ignored.
pub(crate) async fn count(
    app: &App,
    account: &ProviderAccount,
    events: &[OutcomeEvent],
    now: Instant,
) -> Result<(), OutcomeError> {
    let mut campaigns: BTreeMap<String, CampaignReceipts<'_>> = BTreeMap::new();
    for event in events {
        let (Some(state), Some(reference)) = (message_state(event.kind), event.reference) else {
            continue;
        };
        let (tenant, campaign) = (reference.tenant, reference.campaign);
        campaigns
            .entry(format!("{tenant}/{campaign}"))
            .or_insert_with(|| CampaignReceipts { tenant, campaign, receipts: vec![] })
            .receipts
            .push(AddressReceipt { address: &event.address, state });
    }
    for CampaignReceipts { tenant, campaign, receipts } in campaigns.into_values() {
        if let Some(scope) = app.scope_of_account(account, tenant, now).await? {
            count_campaign(app, &scope, campaign, receipts).await?;
        }
    }
    Ok(())
}

/// The state of a message after an event; `None` for an event that is no receipt.
const fn message_state(kind: EventKind) -> Option<MessageState> {
    match kind {
        EventKind::Delivered => Some(MessageState::Delivered),
        EventKind::Bounced => Some(MessageState::Bounced),
        EventKind::SoftBounced => Some(MessageState::SoftBounced),
        EventKind::Failed => Some(MessageState::Failed),
        EventKind::Unsubscribed | EventKind::Stop | EventKind::Complaint => None,
    }
}

async fn count_campaign(
    app: &App,
    scope: &Scope,
    campaign: CampaignId,
    receipts: Vec<AddressReceipt<'_>>,
) -> Result<(), OutcomeError> {
    let lookups = receipts.into_iter().map(|AddressReceipt { address, state }| async move {
        let members = app.store.members_at(scope, address).await?;
        Ok::<_, StoreError>(MembersReceipt { members, state })
    });
    let lookups: Vec<_> = lookups.collect();
    let found: Vec<MembersReceipt> =
        stream::iter(lookups).buffered(CONCURRENT_LOOKUPS).try_collect().await?;
    let tenant = scope.tenant();
    let (alone, shared): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|receipt| receipt.members.len() == 1);
    let alone: Vec<_> = alone
        .into_iter()
        .flat_map(|MembersReceipt { members, state }| {
            members.into_iter().map(move |member| MessageReceipt { member, state })
        })
        .collect();
    app.store.record_receipts(tenant, campaign, &alone).await?;
    for receipt in shared {
        count_shared(app, tenant, campaign, receipt).await?;
    }
    Ok(())
}

/// Counts the receipt of an address that several members share. Only one of these members received the message, and
/// only that member has a row of the message. Where no member has such a row, the message is not in the table yet:
/// [`StoreError::NotFound`].
async fn count_shared(
    app: &App,
    tenant: Tenant,
    campaign: CampaignId,
    MembersReceipt { members, state }: MembersReceipt,
) -> Result<(), OutcomeError> {
    let mut missing = None;
    let mut is_counted = members.is_empty();
    for member in members {
        let receipt = MessageReceipt { member, state };
        match app.store.record_receipts(tenant, campaign, &[receipt]).await {
            Ok(_) => is_counted = true,
            Err(error @ StoreError::NotFound(_)) => missing = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    match missing.filter(|_| !is_counted) {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
