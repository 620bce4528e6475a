//! Oppositions and bounces. An opposition takes effect at once, for every member at the address, and for those who
//! get the address later. A bounce marks the address as dead. Where the event names no message, it takes effect at the
//! only merchant with the short code that received it, and at every merchant of the account that has written to the
//! address: such a merchant may have had the short code before. An opposition is then also kept for merchants that have
//! no member with the address now, and for all of them where no merchant is found: the member to whom one had written
//! may have been erased, or may have another address, since the message.

use crate::context::{App, OutcomeError};
use crate::event::OutcomeEvent;
use crate::short_code::{has_short_code, only};
use domain::member::consent::{Bounce, Opposition, OppositionReason};
use domain::merchant::provider::ProviderAccount;
use domain::{Credential, Instant};
use platform::messages::EventKind;
use store::{Mode, Scope};

/// The effect of an event on the members at its address.
#[derive(Clone, Copy)]
enum Effect {
    Oppose(Opposition),
    Bounce(Bounce),
}

impl Effect {
    /// The effect of an event, and `None` for an event that only is a receipt.
    fn of(event: &OutcomeEvent, by: Credential, now: Instant) -> Option<Self> {
        // A provider's fast clock may date an opposition in the future. Such an opposition would override the
        // person's next consent.
        let at = event.at.min(now);
        let reason = match event.kind {
            EventKind::Bounced => return Some(Self::Bounce(Bounce { at, by })),
            EventKind::Unsubscribed => OppositionReason::Unsubscribed,
            EventKind::Stop => OppositionReason::Stop,
            EventKind::Complaint => OppositionReason::Complaint,
            EventKind::Delivered | EventKind::SoftBounced | EventKind::Failed => return None,
        };
        Some(Self::Oppose(Opposition { at, reason, by }))
    }
}

/// Records the opposition or the bounce of an event. Any other event changes nothing.
pub(crate) async fn record(
    app: &App,
    account: &ProviderAccount,
    event: &OutcomeEvent,
    now: Instant,
) -> Result<(), OutcomeError> {
    let by = Credential::Provider(account.provider);
    let Some(effect) = Effect::of(event, by, now) else { return Ok(()) };
    if let Some(reference) = event.reference {
        if let Some(scope) = app.scope_of_account(account, reference.tenant, now).await? {
            apply(app, &scope, event, effect, now).await?;
        }
        return Ok(());
    }
    record_everywhere(app, account, event, effect, now).await
}

/// Records the effect of an event without a reference at the merchants that it may be for. What fails at one merchant
/// keeps it from no other one.
async fn record_everywhere(
    app: &App,
    account: &ProviderAccount,
    event: &OutcomeEvent,
    effect: Effect,
    now: Instant,
) -> Result<(), OutcomeError> {
    let (mut scopes, mut failed) = (Vec::new(), None);
    // Whether a merchant could not be read. Nothing is then concluded from what was not found.
    let mut is_unsure = false;
    for merchant in app.store.merchants_of_account(account).await? {
        for mode in [Mode::Live, Mode::Test] {
            match app.scope(merchant, mode, account.provider, now).await {
                Ok(scope) => scopes.extend(scope),
                Err(error) => {
                    is_unsure = true;
                    failed = Some(error);
                }
            }
        }
    }
    let owners = scopes.iter().filter(|scope| has_short_code(scope, account, event.to.as_deref()));
    let owner = only(&owners.map(|scope| scope.settings.merchant.id).collect());
    let owner = owner.filter(|_| !is_unsure);
    let is_opposition = matches!(effect, Effect::Oppose(_));
    let (mut has_writer, mut unwritten) = (false, Vec::new());
    for scope in &scopes {
        let writing = match owner {
            Some(owner) if owner == scope.settings.merchant.id => Ok(Writing::Written),
            _ => writing(app, scope, event).await,
        };
        let recorded = match writing {
            Ok(Writing::Written) => {
                has_writer = true;
                apply(app, scope, event, effect, now).await
            }
            Ok(Writing::NoMember) if is_opposition => apply(app, scope, event, effect, now).await,
            Ok(Writing::NotWritten) if is_opposition => {
                unwritten.push(scope);
                Ok(())
            }
            Ok(Writing::NoMember | Writing::NotWritten) => Ok(()),
            Err(error) => {
                is_unsure = true;
                Err(error)
            }
        };
        failed = recorded.err().or(failed);
    }
    for scope in unwritten.into_iter().filter(|_| !has_writer && !is_unsure) {
        failed = apply(app, scope, event, effect, now).await.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}

/// Whether a merchant has written to an address.
enum Writing {
    /// To a member who has the address now.
    Written,
    /// To no member who has the address now.
    NotWritten,
    /// No member has the address now.
    NoMember,
}

async fn writing(app: &App, scope: &Scope, event: &OutcomeEvent) -> Result<Writing, OutcomeError> {
    let channel = event.address.channel();
    let members = app.store.members_at_strongly(scope, &event.address).await?;
    if members.is_empty() {
        return Ok(Writing::NoMember);
    }
    for member in members {
        if app.store.was_messaged(scope.tenant(), member, channel).await? {
            return Ok(Writing::Written);
        }
    }
    Ok(Writing::NotWritten)
}

async fn apply(
    app: &App,
    scope: &Scope,
    event: &OutcomeEvent,
    effect: Effect,
    now: Instant,
) -> Result<(), OutcomeError> {
    match effect {
        Effect::Oppose(opposition) => {
            app.store.oppose_at(scope, &event.address, opposition, now).await?;
        }
        Effect::Bounce(bounce) => app.store.bounce_at(scope, &event.address, bounce, now).await?,
    }
    Ok(())
}
