//! An opposition holds at once, for everybody at the address and, where the merchant cannot be told,
//! for every merchant that wrote there.

use crate::app::{App, OutcomeError};
use domain::member::consent::{Opposition, OppositionReason};
use domain::merchant::sender::AccountCode;
use domain::{Instant, MerchantId};
use platform::messages::{EventKind, ProviderEvent, Reference};
use store::{ConsentChange, MessageAddress, Mode, Scope, StoreError};

pub(crate) async fn oppose(
    app: &App,
    account: &str,
    address: &MessageAddress,
    told: &ProviderEvent,
    now: Instant,
) -> Result<(), OutcomeError> {
    let reason = match told.what {
        EventKind::Bounced => OppositionReason::Bounced,
        EventKind::Unsubscribed => OppositionReason::Unsubscribed,
        EventKind::Stop => OppositionReason::Stop,
        EventKind::Complaint => OppositionReason::Complaint,
        EventKind::Delivered | EventKind::SoftBounced | EventKind::Failed => return Ok(()),
    };
    // A provider's clock that runs ahead would outweigh what the person says next.
    let opposition = Opposition { at: told.at.min(now), reason };
    if let Some(reference) = told.reference.as_deref().and_then(Reference::parse) {
        let Some(scope) = scope(app, reference.tenant.merchant, reference.tenant.mode, now).await?
        else {
            return Ok(());
        };
        app.store.oppose_at(&scope, address, opposition).await?;
        return Ok(());
    }
    let Ok(account) = AccountCode::parse(account) else { return Ok(()) };
    for merchant in app.store.merchants_of_account(&account).await? {
        for mode in [Mode::Live, Mode::Test] {
            if let Some(scope) = scope(app, merchant, mode, now).await? {
                oppose_where_written_to(app, &scope, address, opposition).await?;
            }
        }
    }
    Ok(())
}

async fn oppose_where_written_to(
    app: &App,
    scope: &Scope,
    address: &MessageAddress,
    opposition: Opposition,
) -> Result<(), OutcomeError> {
    let channel = address.channel();
    for member in app.store.members_at(scope, address).await? {
        if app.store.was_messaged(scope.tenant(), member, channel).await? {
            match app
                .store
                .change_consent(scope, member, channel, &ConsentChange::Oppose(opposition))
                .await
            {
                // Erased meanwhile: nothing is left to oppose.
                Ok(_) | Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// A merchant's data, or `None` where the merchant has left.
pub(crate) async fn scope(
    app: &App,
    merchant: MerchantId,
    mode: Mode,
    now: Instant,
) -> Result<Option<Scope>, OutcomeError> {
    match app.store.settings(merchant, now).await {
        Ok(settings) => Ok(Some(Scope { settings, mode })),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
