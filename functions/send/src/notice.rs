//! Sends a notice: an SMS that answers a person's own request, such as a code to sign in. A notice is no marketing, so
//! neither consent, opposition nor hours matter, and it has no mention of STOP.
//!
//! A notice is claimed before the provider is called, and sent once. Where the outcome is unknown, the notice is not
//! sent again: the person asks for another code.

use crate::accounts::AccountError;
use crate::context::{App, BatchError};
use domain::{Credential, Instant};
use messaging::{Batch, Message, Recipient, SendError, SmsMessage, Template, Values, Verdict};
use platform::messages::NoticeMessage;
use std::sync::Arc;
use store::{Notice, Scope};

/// Sends a notice. A notice that was sent, has expired, or belongs to a merchant whose contract has ended is left alone.
pub(crate) async fn send(
    app: &App,
    message: NoticeMessage,
    now: Instant,
) -> Result<(), BatchError> {
    let NoticeMessage { tenant, notice: id } = message;
    let settings = app.store.settings(tenant.merchant, now).await?;
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let scope = Scope { settings, mode: tenant.mode, credential: Credential::Service };
    let Some(sender) = scope.settings.senders.sms.clone() else {
        tracing::error!(%tenant, notice = %id, "the merchant has no sender of SMS");
        return Ok(());
    };
    let client = match app.accounts.client(&sender.account, now).await {
        Ok(client) => client,
        Err(error @ (AccountError::Unusable | AccountError::Unreachable(_))) => {
            return Err(BatchError::Account(error.into()));
        }
    };
    let Some(notice) = app.store.claim_notice(&scope, id, now).await? else { return Ok(()) };
    if !app.allowed.allows(notice.to.as_str()) {
        tracing::warn!(%tenant, notice = %id, "the recipient is not on the list of this stage");
        return Ok(());
    }
    let key = u128::from_be_bytes(id.to_bytes());
    let sms = SmsMessage {
        sender: sender.sender_id,
        body: Template::of_text(&notice.text),
        folded: true,
    };
    let batch = Batch {
        key,
        reference: format!("{tenant}/notice/{id}"),
        message: Message::Sms(sms),
        recipients: vec![Recipient {
            address: notice.to.as_str().to_owned(),
            values: Values::default(),
        }],
    };
    let sent = Arc::clone(&client).send(&batch).await;
    settle(app, &scope, message, &notice, sent).await
}

async fn settle(
    app: &App,
    scope: &Scope,
    message: NoticeMessage,
    notice: &Notice,
    sent: Result<Vec<Verdict>, SendError>,
) -> Result<(), BatchError> {
    let NoticeMessage { tenant, notice: id } = message;
    match sent {
        Ok(verdicts) => match verdicts.first() {
            Some(Verdict::Accepted { .. }) => {
                tracing::info!(%tenant, notice = %id, "a notice was sent");
            }
            Some(Verdict::Refused { code }) => {
                tracing::warn!(%tenant, notice = %id, code, "the provider refuses the recipient");
            }
            Some(Verdict::NotSent | Verdict::Uncertain) | None => {
                tracing::warn!(%tenant, notice = %id, "a notice may not have been sent");
            }
        },
        Err(SendError::Unknown) => {
            tracing::warn!(%tenant, notice = %id, "a notice may not have been sent");
        }
        Err(SendError::NotSent { code, .. } | SendError::Account { code }) => {
            app.store.give_notice_back(scope, id, notice).await?;
            return Err(BatchError::NotSent(code));
        }
    }
    Ok(())
}
