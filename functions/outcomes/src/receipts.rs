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

/// Counts the receipts of one campaign: those whose address has one member together, the others one by one.
async fn count_campaign(
    app: &App,
    scope: &Scope,
    campaign: CampaignId,
    receipts: Vec<AddressReceipt<'_>>,
) -> Result<(), OutcomeError> {
    let lookups = receipts.into_iter().map(|receipt| async move {
        let members = app.store.members_at(scope, receipt.address).await?;
        Ok::<_, StoreError>((receipt, members))
    });
    let lookups: Vec<_> = lookups.collect();
    let found: Vec<(AddressReceipt<'_>, Vec<MemberId>)> =
        stream::iter(lookups).buffered(CONCURRENT_LOOKUPS).try_collect().await?;
    let mut alone = Vec::with_capacity(found.len());
    let mut others = Vec::new();
    for (receipt, members) in found {
        match *members {
            [member] => alone.push((receipt, member)),
            _ => others.push(receipt),
        }
    }
    let receipts = alone.iter().map(|(AddressReceipt { state, .. }, member)| MessageReceipt {
        member: *member,
        state: *state,
    });
    let receipts: Vec<_> = receipts.collect();
    let recorded = app.store.record_receipts(scope.tenant(), campaign, &receipts).await?;
    let without_message = |member| recorded.without_message.contains(member);
    others.extend(
        alone.iter().filter(|(_, member)| without_message(member)).map(|(receipt, _)| *receipt),
    );
    for receipt in others {
        count_for_one_of(app, scope, campaign, receipt).await?;
    }
    Ok(())
}

/// Counts the receipt of an address for the one member who was sent the message: the one who claimed the shared address,
/// or the one at the address who has a row of the message. Where there is none, the member who was sent the message is
/// erased, or has another address now, and the receipt counts for nobody.
async fn count_for_one_of(
    app: &App,
    scope: &Scope,
    campaign: CampaignId,
    AddressReceipt { address, state }: AddressReceipt<'_>,
) -> Result<(), OutcomeError> {
    let claimed_by = match address {
        MessageAddress::Email(email) => {
            app.store.address_claimed_by(scope, campaign, email).await?
        }
        MessageAddress::Mobile(_) => None,
    };
    let members = match claimed_by {
        Some(member) => vec![member],
        None => app.store.members_at_strongly(scope, address).await?,
    };
    for member in members {
        let receipt = MessageReceipt { member, state };
        let recorded = app.store.record_receipts(scope.tenant(), campaign, &[receipt]).await?;
        if recorded.without_message.is_empty() {
            break;
        }
    }
    Ok(())
}
