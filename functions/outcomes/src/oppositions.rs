//! Oppositions. An opposition takes effect at once, for every member at the address. Where the event does not name
//! the merchant, it takes effect at every merchant of the account that has written to the address.

use crate::context::{App, OutcomeError};
use crate::event::OutcomeEvent;
use domain::member::consent::{Opposition, OppositionReason};
use domain::merchant::provider::ProviderAccount;
use domain::{Credential, Instant};
use platform::messages::EventKind;
use store::{Mode, Scope};

/// Records the opposition of an event. An event that is no opposition changes nothing.
pub(crate) async fn record(
    app: &App,
    account: &ProviderAccount,
    event: &OutcomeEvent,
    now: Instant,
) -> Result<(), OutcomeError> {
    let reason = match event.kind {
        EventKind::Bounced => OppositionReason::Bounced,
        EventKind::Unsubscribed => OppositionReason::Unsubscribed,
        EventKind::Stop => OppositionReason::Stop,
        EventKind::Complaint => OppositionReason::Complaint,
        EventKind::Delivered | EventKind::SoftBounced | EventKind::Failed => return Ok(()),
    };
    // A provider's fast clock may date an opposition in the future. Such an opposition would override the person's
    // next consent.
    let by = Credential::Provider(account.provider);
    let opposition = Opposition { at: event.at.min(now), reason, by };
    if let Some(reference) = event.reference {
        let tenant = reference.tenant;
        if let Some(scope) = app.scope(tenant.merchant, tenant.mode, account.provider, now).await? {
            app.store.oppose_at(&scope, &event.address, opposition, now).await?;
        }
        return Ok(());
    }
    for merchant in app.store.merchants_of_account(&account.code).await? {
        for mode in [Mode::Live, Mode::Test] {
            if let Some(scope) = app.scope(merchant, mode, account.provider, now).await? {
                oppose_if_messaged(app, &scope, event, opposition, now).await?;
            }
        }
    }
    Ok(())
}

/// Opposes the members at the event's address that this merchant has written to.
async fn oppose_if_messaged(
    app: &App,
    scope: &Scope,
    event: &OutcomeEvent,
    opposition: Opposition,
    now: Instant,
) -> Result<(), OutcomeError> {
    let channel = event.address.channel();
    for member in app.store.members_at(scope, &event.address).await? {
        if app.store.was_messaged(scope.tenant(), member, channel).await? {
            app.store.oppose(scope, member, channel, opposition, now).await?;
        }
    }
    Ok(())
}
