//! The endpoints of a merchant: created, listed, shown, changed and deleted, and their secrets rotated.

use crate::context::App;
use crate::parameters::{MerchantPath, WebhookPath};
use crate::webhook::read::settings_and_webhooks;
use crate::webhook::request::{CreateWebhook, PutWebhook, Target};
use crate::webhook::response::{MadeWebhook, RotatedSecret, WebhookAnswer, WebhookList};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Credential, WebhookId};
use http_edge::{JsonBody, Operator, Problem, Segments};
use store::{NewWebhook, WebhookChange};

/// Create an endpoint.
///
/// The endpoint receives events within one minute.
#[utoipa::path(
    operation_id = "create_webhook",
    post, path = "/v1/merchants/{merchant_id}/webhooks", tag = "webhooks",
    params(MerchantPath),
    request_body = CreateWebhook,
    responses(
        (status = 201, description = "The new endpoint, with the secret that is never shown again.",
         body = MadeWebhook),
        (status = 409, description = "The merchant has five endpoints already."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    JsonBody(new): JsonBody<CreateWebhook>,
) -> Result<(StatusCode, Json<MadeWebhook>), Problem> {
    let now = app.now();
    let Target { url, events } = Target::read(&app, &new.url, &new.events).await?;
    let (settings, webhooks) = settings_and_webhooks(&app, path.merchant_id).await?;
    let webhook_id = WebhookId::mint(now, app.random()?);
    let (mode, file_events) = (new.mode.read(), new.file_events);
    let webhook = NewWebhook { id: webhook_id, mode, url, events, file_events };
    let secret = app
        .store()
        .create_webhook(&settings, &webhooks, &webhook, Credential::Operator, now)
        .await?;
    let secret = secret.expose().to_string();
    Ok((StatusCode::CREATED, Json(MadeWebhook { webhook_id, secret })))
}

/// List a merchant's endpoints.
#[utoipa::path(
    operation_id = "list_webhooks",
    get, path = "/v1/merchants/{merchant_id}/webhooks", tag = "webhooks",
    params(MerchantPath),
    responses((status = 200, description = "The merchant's endpoints.", body = WebhookList)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
) -> Result<Json<WebhookList>, Problem> {
    let now = app.now();
    let (_, webhooks) = settings_and_webhooks(&app, path.merchant_id).await?;
    let webhooks = webhooks.all().iter().map(|webhook| WebhookAnswer::of(webhook, now));
    Ok(Json(WebhookList { webhooks: webhooks.collect() }))
}

/// Show an endpoint and its latest answers.
#[utoipa::path(
    operation_id = "show_webhook",
    get, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}", tag = "webhooks",
    params(WebhookPath),
    responses((status = 200, description = "The endpoint and its state.", body = WebhookAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<WebhookPath>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let (_, webhooks) = settings_and_webhooks(&app, path.merchant_id).await?;
    Ok(Json(WebhookAnswer::of(webhooks.find(path.webhook_id)?, app.now())))
}

/// Change the address and the events of an endpoint, or turn it off and on.
///
/// The change takes effect within one minute.
#[utoipa::path(
    operation_id = "put_webhook",
    put, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}", tag = "webhooks",
    params(WebhookPath),
    request_body = PutWebhook,
    responses((status = 200, description = "The changed endpoint.", body = WebhookAnswer)),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<WebhookPath>,
    JsonBody(put): JsonBody<PutWebhook>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let (merchant, id) = (path.merchant_id, path.webhook_id);
    let Target { url, events } = Target::read(&app, &put.url, &put.events).await?;
    let (_, webhooks) = settings_and_webhooks(&app, merchant).await?;
    let webhook = webhooks.find(id)?;
    let change = WebhookChange { url, events, file_events: put.file_events, on: put.enabled };
    app.store().change_webhook(merchant, webhook, &change, Credential::Operator).await?;
    let webhooks = app.store().webhooks_fresh(merchant, app.now()).await?;
    Ok(Json(WebhookAnswer::of(webhooks.find(id)?, app.now())))
}

/// Delete an endpoint.
///
/// Events that wait for it are dropped within one minute. An endpoint that was deleted before stays so.
#[utoipa::path(
    operation_id = "delete_webhook",
    delete, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}", tag = "webhooks",
    params(WebhookPath),
    responses((status = 204, description = "The endpoint is deleted.")),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<WebhookPath>,
) -> Result<StatusCode, Problem> {
    let (settings, webhooks) = settings_and_webhooks(&app, path.merchant_id).await?;
    if let Ok(webhook) = webhooks.find(path.webhook_id) {
        app.store().delete_webhook(settings.merchant.id, webhook).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Give an endpoint a new secret.
///
/// For one day, events have a signature of each secret.
#[utoipa::path(
    operation_id = "rotate_webhook_secret",
    post, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}/secret", tag = "webhooks",
    params(WebhookPath),
    responses(
        (status = 201, description = "The new secret, which is never shown again.", body = RotatedSecret),
    ),
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<WebhookPath>,
) -> Result<(StatusCode, Json<RotatedSecret>), Problem> {
    let (settings, webhooks) = settings_and_webhooks(&app, path.merchant_id).await?;
    let webhook = webhooks.find(path.webhook_id)?;
    let (secret, until) = app
        .store()
        .rotate_webhook_secret(&settings, webhook, Credential::Operator, app.now())
        .await?;
    let secret = secret.expose().to_string();
    Ok((
        StatusCode::CREATED,
        Json(RotatedSecret { secret, previous_secret_signs_until: until.into() }),
    ))
}
