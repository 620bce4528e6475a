//! Texts of persons that are no opposition. Each is stored for the merchant to read: for every merchant of the
//! account that has written to the number, since the text does not name the merchant.

use crate::context::{App, OutcomeError};
use domain::merchant::provider::ProviderAccount;
use domain::{Instant, Mobile};
use platform::messages::InboundTextEvent;
use store::{InboundText, MessageAddress, Mode};

/// Stores a text, and writes the number of merchants that may read the text to the log. The log holds nothing of
/// the text. A number that no merchant has written to stores nothing.
pub(crate) async fn store(
    app: &App,
    account: &ProviderAccount,
    event: &InboundTextEvent,
    now: Instant,
) -> Result<(), OutcomeError> {
    let Ok(mobile) = Mobile::parse(&event.address) else { return Ok(()) };
    let address = MessageAddress::Mobile(mobile);
    // A provider's fast clock may date a text in the future.
    let received_at = event.at.min(now);
    let mut stored = 0_u32;
    for merchant in app.store.merchants_of_account(&account.code).await? {
        for mode in [Mode::Live, Mode::Test] {
            let scope = app.scope(merchant, mode, account.provider, now).await?;
            let Some(scope) = scope else { continue };
            for member in app.store.members_at(&scope, &address).await? {
                if app.store.was_messaged(scope.tenant(), member, address.channel()).await? {
                    let text = InboundText { member, text: event.text.clone(), received_at };
                    app.store.store_inbound_text(&scope, &text, &event.id).await?;
                    stored += 1;
                }
            }
        }
    }
    tracing::info!(inbound_texts = 1, merchants = stored, "a text of a person");
    Ok(())
}
