//! Callbacks: proved genuine, queued, acknowledged. What cannot be read is acknowledged too, and
//! counted in the log: a provider that is answered an error drops the event, or sends it for hours.

use crate::app::App;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use domain::OppositionReason;
use domain::merchant::sender::AccountCode;
use http_edge::Problem;
use http_edge::problem::Kind;
use messaging::Secret;
use messaging::callback::{self, Event, Malformed, Outcome};
use platform::messages::{EventKind, ProviderEvent, ProviderEventsMessage};
use std::sync::Arc;

/// Brevo calls, with the bearer token that we gave it.
pub(crate) async fn brevo(
    State(app): State<App>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let (account, secret) = secret(&app, &account).await?;
    if !callback::verify_bearer(&secret, header(&headers, AUTHORIZATION.as_str())) {
        return Err(forged());
    }
    queue(&app, &account, callback::brevo::parse(&body)).await
}

/// Sinch calls, with its signature.
pub(crate) async fn sinch(
    State(app): State<App>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let (account, secret) = secret(&app, &account).await?;
    let now = (app.clock)();
    let nonce = header(&headers, "x-sinch-webhook-signature-nonce");
    let timestamp = header(&headers, "x-sinch-webhook-signature-timestamp");
    let signature = header(&headers, "x-sinch-webhook-signature");
    if !callback::verify_sinch(&secret, &body, nonce, timestamp, signature, now) {
        return Err(forged());
    }
    queue(&app, &account, callback::sinch::parse(&body, now)).await
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn forged() -> Problem {
    Problem::new(Kind::Unauthenticated, "This is not signed by the provider of the account.")
}

async fn secret(app: &App, account: &str) -> Result<(AccountCode, Arc<Secret>), Problem> {
    let account = AccountCode::parse(account).map_err(|_| Problem::not_found("account"))?;
    let secret = app.accounts.secret(&account, (app.clock)()).await;
    let secret = secret.map_err(|error| Problem::unavailable(error.to_string()))?;
    // An account without such a secret answers as one whose signature is wrong.
    Ok((account, secret.ok_or_else(forged)?))
}

async fn queue(
    app: &App,
    account: &AccountCode,
    read: Result<callback::ProviderEvent, Malformed>,
) -> Result<StatusCode, Problem> {
    let told = match read {
        Ok(told) => told,
        Err(error) => {
            tracing::warn!(account = account.as_str(), %error, "a callback that cannot be read");
            return Ok(StatusCode::OK);
        }
    };
    if told.malformed > 0 {
        tracing::warn!(account = account.as_str(), malformed = told.malformed, "events unread");
    }
    let events: Vec<ProviderEvent> = told.events.into_iter().filter_map(provider_event).collect();
    if events.is_empty() {
        return Ok(StatusCode::OK);
    }
    let message = ProviderEventsMessage { account: account.as_str().to_owned(), events };
    let body =
        serde_json::to_string(&message).map_err(|error| Problem::defect(error.to_string()))?;
    let sent = app.sqs.send_message().queue_url(&app.outcomes_queue).message_body(body).send();
    sent.await.map_err(|error| Problem::unavailable(platform::queue::Chain(&error).to_string()))?;
    Ok(StatusCode::OK)
}

/// What is queued of an event; `None` for what changes nothing.
fn provider_event(event: Event) -> Option<ProviderEvent> {
    let (channel, address, reference, what, at) = match event {
        Event::Receipt(receipt) => {
            let what = match receipt.outcome {
                Outcome::Delivered => EventKind::Delivered,
                Outcome::HardBounced => EventKind::Bounced,
                Outcome::SoftBounced => EventKind::SoftBounced,
                Outcome::Failed => EventKind::Failed,
                Outcome::Pending => return None,
            };
            (receipt.channel, receipt.address, receipt.reference, what, receipt.at)
        }
        Event::Opposition(opposition) => {
            let what = match opposition.reason {
                OppositionReason::Unsubscribed | OppositionReason::Manual => {
                    EventKind::Unsubscribed
                }
                OppositionReason::Stop => EventKind::Stop,
                OppositionReason::Complaint => EventKind::Complaint,
                OppositionReason::Bounced => EventKind::Bounced,
            };
            (opposition.channel, opposition.address, opposition.reference, what, opposition.at)
        }
    };
    Some(ProviderEvent { channel: channel.as_str().to_owned(), address, reference, what, at })
}
