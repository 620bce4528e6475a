//! Receipts: those of one campaign are counted together, each recipient once.

use crate::app::{App, OutcomeError};
use crate::oppositions::scope;
use domain::{CampaignId, Instant, MemberId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use platform::messages::{EventKind, ProviderEvent, Reference};
use std::collections::BTreeMap;
use store::{MessageAddress, MessageState, Scope, StoreError};

/// Addresses looked up at once.
const AT_ONCE: usize = 16;

/// What is told of the members at one address.
type Found = (Vec<MemberId>, MessageState);

pub(crate) async fn count(
    app: &App,
    told: &[(MessageAddress, &ProviderEvent)],
    now: Instant,
) -> Result<(), OutcomeError> {
    let mut campaigns: BTreeMap<String, Vec<(&MessageAddress, MessageState)>> = BTreeMap::new();
    let mut references: BTreeMap<String, Reference> = BTreeMap::new();
    for (address, told) in told {
        let state = match told.what {
            EventKind::Delivered => MessageState::Delivered,
            EventKind::Bounced => MessageState::Bounced,
            EventKind::SoftBounced => MessageState::SoftBounced,
            EventKind::Failed => MessageState::Failed,
            EventKind::Unsubscribed | EventKind::Stop | EventKind::Complaint => continue,
        };
        let Some(reference) = told.reference.as_deref().and_then(Reference::parse) else {
            continue;
        };
        let name = format!("{}/{}", reference.tenant, reference.campaign);
        campaigns.entry(name.clone()).or_default().push((address, state));
        references.insert(name, reference);
    }
    for (name, told) in campaigns {
        let Some(Reference { tenant, campaign, .. }) = references.get(&name) else { continue };
        if let Some(scope) = scope(app, tenant.merchant, tenant.mode, now).await? {
            count_campaign(app, &scope, *campaign, told).await?;
        }
    }
    Ok(())
}

async fn count_campaign(
    app: &App,
    scope: &Scope,
    campaign: CampaignId,
    told: Vec<(&MessageAddress, MessageState)>,
) -> Result<(), OutcomeError> {
    let found: Vec<Found> = stream::iter(told)
        .map(|(address, state)| async move {
            app.store.members_at(scope, address).await.map(|members| (members, state))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let tenant = scope.tenant();
    let (alone, shared): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(members, _)| members.len() == 1);
    let alone: Vec<_> = alone
        .into_iter()
        .flat_map(|(members, state)| members.into_iter().map(move |one| (one, state)))
        .collect();
    app.store.receipts(tenant, campaign, &alone).await?;
    // Of those who share an address one was written to, and only that one has a row.
    for (members, state) in shared {
        let mut missed = None;
        let mut known = members.is_empty();
        for member in members {
            match app.store.receipts(tenant, campaign, &[(member, state)]).await {
                Ok(_) => known = true,
                Err(error @ StoreError::NotFound(_)) => missed = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(error) = missed.filter(|_| !known) {
            return Err(error.into());
        }
    }
    Ok(())
}
