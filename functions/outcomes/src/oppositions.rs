//! Oppositions and bounces. An opposition takes effect at once, for every member at the address, and for those who
//! get the address later. A bounce marks the address as dead. Where the event does not name the merchant, it takes
//! effect at every merchant of the account that has written to the address. An opposition is also kept for merchants
//! that have no member with the address now, and for every merchant where none has written to it: the member to whom
//! one had written may have been erased, or may have another address, since the message.

use crate::context::{App, OutcomeError};
use crate::event::OutcomeEvent;
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
    let mut known = Vec::new();
    for merchant in app.store.merchants_of_account(account).await? {
        for mode in [Mode::Live, Mode::Test] {
            if let Some(scope) = app.scope(merchant, mode, account.provider, now).await? {
                let writing = writing(app, &scope, event).await?;
                known.push((scope, writing));
            }
        }
    }
    let has_writer = known.iter().any(|(_, writing)| *writing == Writing::Written);
    for (scope, writing) in &known {
        let is_concerned = match (writing, effect) {
            (Writing::Written, _) | (Writing::NoMember, Effect::Oppose(_)) => true,
            (Writing::NotWritten, Effect::Oppose(_)) => !has_writer,
            (Writing::NoMember | Writing::NotWritten, Effect::Bounce(_)) => false,
        };
        if is_concerned {
            apply(app, scope, event, effect, now).await?;
        }
    }
    Ok(())
}

/// Whether a merchant has written to an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// To a member who has the address now.
    Written,
    /// To no member who has the address now.
    NotWritten,
    /// No member has the address now.
    NoMember,
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

async fn writing(app: &App, scope: &Scope, event: &OutcomeEvent) -> Result<Writing, OutcomeError> {
    let channel = event.address.channel();
    let members = app.store.members_at(scope, &event.address).await?;
    if members.is_empty() {
        return Ok(Writing::NoMember);
    }
    for member in members {
        if app.store.was_messaged(scope, member, channel).await? {
            return Ok(Writing::Written);
        }
    }
    Ok(Writing::NotWritten)
}
