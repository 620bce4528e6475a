//! An address that takes no e-mail five times in a row is dead for every campaign of the merchant.

use crate::app::{App, OutcomeError};
use crate::oppositions::scope;
use domain::member::consent::{Opposition, OppositionReason};
use domain::{Channel, Instant};
use platform::messages::{EventKind, ProviderEvent, Reference};
use store::{MessageAddress, MessageState};

/// How many make an address dead.
const IN_A_ROW: usize = 5;

/// Opposes everybody at the addresses that have bounced softly too often, once their receipts are
/// counted. The last message is then one that the address returned: another address of the same
/// person begins anew.
pub(crate) async fn oppose(
    app: &App,
    told: &[(MessageAddress, &ProviderEvent)],
    now: Instant,
) -> Result<(), OutcomeError> {
    for (address, told) in told {
        if told.what != EventKind::SoftBounced || address.channel() != Channel::Email {
            continue;
        }
        let Some(reference) = told.reference.as_deref().and_then(Reference::parse) else {
            continue;
        };
        let tenant = reference.tenant;
        let Some(scope) = scope(app, tenant.merchant, tenant.mode, now).await? else { continue };
        for member in app.store.members_at(&scope, address).await? {
            let row = app.store.soft_bounces_in_a_row(tenant, member, Channel::Email, IN_A_ROW);
            let Some(last) = row.await? else { continue };
            let opposition = Opposition { at: told.at.min(now), reason: OppositionReason::Bounced };
            app.store.oppose_at(&scope, address, opposition).await?;
            app.store.receipts(tenant, last, &[(member, MessageState::Bounced)]).await?;
        }
    }
    Ok(())
}
