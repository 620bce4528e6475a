//! Verifies a provider's callback, queues its events, and acknowledges the callback.
//!
//! A body that cannot be read is acknowledged too, and logged. A provider that receives an error drops the event,
//! or sends it again for hours.

use crate::context::App;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use domain::OppositionReason;
use domain::merchant::provider::{AccountCode, ProviderAccount, ProviderName};
use http_edge::Problem;
use http_edge::problem::Kind;
use messaging::providers::callback::{Callback, Event, InboundText, Opposition, Outcome, Receipt};
use platform::messages::{EventKind, InboundTextEvent, ProviderEvent, ProviderEventsMessage};
use store::ErrorChain;

/// Receives a callback to an account.
pub(crate) async fn receive(
    State(app): State<App>,
    Path((provider, account)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let now = app.now();
    let provider = ProviderName::parse(&provider).ok_or_else(|| Problem::not_found("resource"))?;
    let code = AccountCode::parse(&account).map_err(|_| Problem::not_found("account"))?;
    let account = ProviderAccount { provider, code };
    let reader = app.accounts.callback_reader(&account, now).await;
    let reader = reader.map_err(|error| Problem::unavailable(error.to_string()))?;
    let callback = Callback { headers: &headers, body: &body, received_at: now };
    // An unknown account, and one whose secret cannot verify a callback, get the same answer as a wrong signature.
    let Some(reader) = reader.filter(|reader| reader.is_genuine(&callback)) else {
        let detail = "This callback is not signed by the provider of the account.";
        return Err(Problem::new(Kind::Unauthenticated, detail));
    };
    let code = account.code.as_str();
    let parsed = match reader.parse(&callback) {
        Ok(parsed) => parsed,
        Err(error) => {
            tracing::warn!(account = code, %error, "a callback cannot be read");
            return Ok(StatusCode::OK);
        }
    };
    if parsed.malformed > 0 {
        let malformed = parsed.malformed;
        tracing::warn!(account = code, malformed, "events of a callback cannot be read");
    }
    let mut message = ProviderEventsMessage { account, events: vec![], texts: vec![] };
    for event in parsed.events {
        match event {
            Event::Receipt(receipt) => message.events.extend(receipt_event(receipt)),
            Event::Opposition(opposition) => message.events.push(opposition_event(opposition)),
            Event::Text(text) => message.texts.push(text_event(text)),
        }
    }
    if !message.events.is_empty() || !message.texts.is_empty() {
        let sent = app.outcomes.send(&message).await;
        sent.map_err(|error| Problem::unavailable(ErrorChain(&error).to_string()))?;
    }
    Ok(StatusCode::OK)
}

/// The event as the queue carries it; `None` for an event that changes nothing.
fn receipt_event(receipt: Receipt) -> Option<ProviderEvent> {
    let what = match receipt.outcome {
        Outcome::Delivered => EventKind::Delivered,
        Outcome::HardBounced => EventKind::Bounced,
        Outcome::SoftBounced => EventKind::SoftBounced,
        Outcome::Failed => EventKind::Failed,
        Outcome::Pending => return None,
    };
    Some(ProviderEvent {
        channel: receipt.channel,
        address: receipt.address,
        reference: receipt.reference,
        to: None,
        what,
        at: receipt.at,
    })
}

fn opposition_event(opposition: Opposition) -> ProviderEvent {
    let what = match opposition.reason {
        OppositionReason::Unsubscribed | OppositionReason::Manual => EventKind::Unsubscribed,
        OppositionReason::Stop => EventKind::Stop,
        OppositionReason::Complaint => EventKind::Complaint,
    };
    ProviderEvent {
        channel: opposition.channel,
        address: opposition.address,
        reference: opposition.reference,
        to: opposition.to,
        what,
        at: opposition.at,
    }
}

fn text_event(text: InboundText) -> InboundTextEvent {
    let InboundText { id, address, text, reference, to, at } = text;
    InboundTextEvent { id, address, text, reference, to, at }
}
