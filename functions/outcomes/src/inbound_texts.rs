//! Texts of persons that are no opposition. A text is stored only for the merchant that the person wrote to, where
//! that merchant is certain. A text may say anything, and another merchant is another controller.

use crate::context::{App, OutcomeError};
use crate::short_code::{has_short_code, only};
use domain::merchant::provider::ProviderAccount;
use domain::{Instant, MemberId, MerchantId, Mobile};
use platform::messages::{InboundTextEvent, Reference};
use std::collections::BTreeSet;
use store::{InboundText, MessageAddress, Mode, Scope};

/// Stores a text for the merchant that the person wrote to, and writes to the log that a text came. The log holds
/// nothing of the text. A text whose merchant is not certain is not stored.
pub(crate) async fn store(
    app: &App,
    account: &ProviderAccount,
    event: &InboundTextEvent,
    now: Instant,
) -> Result<(), OutcomeError> {
    let Ok(mobile) = Mobile::parse(&event.address) else { return Ok(()) };
    let candidates = Candidates::find(app, account, event, mobile, now).await?;
    let merchant = candidates.certain(event);
    // A provider's fast clock may date a text in the future.
    let received_at = event.at.min(now);
    let mut stored = 0_u32;
    for (scope, member) in &candidates.senders {
        if Some(scope.settings.merchant.id) == merchant {
            let text = InboundText { member: *member, text: event.text.clone(), received_at };
            app.store.store_inbound_text(scope, &text, &event.id).await?;
            stored += 1;
        }
    }
    tracing::info!(inbound_texts = 1, stored, "a text of a person");
    Ok(())
}

/// The merchants of an account that a text may be for.
#[derive(Default)]
struct Candidates {
    /// The members who have the number, of the merchants that have written to the number.
    senders: Vec<(Scope, MemberId)>,
    /// The merchants whose short code received the text.
    owners: BTreeSet<MerchantId>,
}

impl Candidates {
    async fn find(
        app: &App,
        account: &ProviderAccount,
        event: &InboundTextEvent,
        mobile: Mobile,
        now: Instant,
    ) -> Result<Self, OutcomeError> {
        let address = MessageAddress::Mobile(mobile);
        let mut candidates = Self::default();
        for merchant in app.store.merchants_of_account(account).await? {
            for mode in [Mode::Live, Mode::Test] {
                let scope = app.scope(merchant, mode, account.provider, now).await?;
                let Some(scope) = scope else { continue };
                if has_short_code(&scope, account, event.to.as_deref()) {
                    candidates.owners.insert(merchant);
                }
                for member in app.store.members_at_strongly(&scope, &address).await? {
                    if app.store.was_messaged(scope.tenant(), member, address.channel()).await? {
                        candidates.senders.push((scope, member));
                        break;
                    }
                }
            }
        }
        Ok(candidates)
    }

    /// The merchant that the person wrote to: the merchant of the message that the text answers, the only merchant
    /// with the short code, or the only merchant that has written to the number.
    fn certain(&self, event: &InboundTextEvent) -> Option<MerchantId> {
        let reference = event.reference.as_deref().and_then(Reference::parse);
        let wrote = self.senders.iter().map(|(scope, _)| scope.settings.merchant.id);
        let answered = reference.map(|reference| reference.tenant.merchant);
        answered.or_else(|| only(&self.owners)).or_else(|| only(&wrote.collect()))
    }
}
