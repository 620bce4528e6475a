//! Finds dead addresses by their soft bounces. An address that returns five e-mails in a row counts as dead for
//! every campaign of the merchant.

use crate::context::{App, OutcomeError};
use crate::event::OutcomeEvent;
use domain::member::consent::Bounce;
use domain::merchant::provider::ProviderAccount;
use domain::{Channel, Instant};
use platform::messages::EventKind;
use store::{MessageReceipt, MessageState};

/// The soft bounces in a row after which an address counts as dead.
const DEAD_AFTER: usize = 5;

/// Marks dead addresses for the members who have them, after their receipts have been counted. The last message of
/// such a member is then counted as bounced, so the count begins again for another address of the same person.
pub(crate) async fn mark_dead_addresses(
    app: &App,
    account: &ProviderAccount,
    events: &[OutcomeEvent],
    now: Instant,
) -> Result<(), OutcomeError> {
    for event in events {
        if event.kind != EventKind::SoftBounced || event.address.channel() != Channel::Email {
            continue;
        }
        let Some(reference) = event.reference else { continue };
        let tenant = reference.tenant;
        let scope = app.scope_of_account(account, tenant, now).await?;
        let Some(scope) = scope else { continue };
        for member in app.store.members_at(&scope, &event.address).await? {
            let last = app.store.soft_bounces_in_a_row(tenant, member, Channel::Email, DEAD_AFTER);
            let Some(last) = last.await? else { continue };
            let bounce = Bounce { at: event.at.min(now), by: scope.credential };
            app.store.bounce_at(&scope, &event.address, bounce, now).await?;
            let bounced = MessageReceipt { member, state: MessageState::Bounced };
            app.store.record_receipts(tenant, last, &[bounced]).await?;
        }
    }
    Ok(())
}
