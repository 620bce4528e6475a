//! Where a merchant's software is told of what happens: the operator sets it, with the merchant's
//! developer, who keeps the secret.

pub(crate) mod queue_client;
pub(crate) mod replay;

use crate::merchant::key::Mode;
use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::webhook::{EventType, EventTypes, Switch, WebhookUrl};
use domain::{Instant, WebhookId};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{NewWebhook, Settings, Webhook};
use utoipa::ToSchema;

/// An endpoint to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(crate) struct New {
    mode: Mode,
    /// Where events are posted: https, a host that the internet knows.
    #[schema(max_length = 500, examples("https://shop.example.com/hooks/zerosix"))]
    url: String,
    /// Which: `purchase.created`, `purchase.cancelled`, `purchase.attached`, `points.changed`,
    /// `member.created`, `member.merged`.
    #[schema(min_items = 1, examples(json!(["purchase.created", "points.changed"])))]
    events: Vec<String>,
}

/// An endpoint as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Webhook)]
pub(crate) struct Put {
    /// Where events are posted: https, a host that the internet knows.
    #[schema(max_length = 500)]
    url: String,
    /// Which.
    #[schema(min_items = 1)]
    events: Vec<String>,
    /// Whether they are. `true` turns an endpoint on again that was given up.
    enabled: bool,
}

/// Whether events are posted to an endpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Posting {
    /// They are.
    Enabled,
    /// The operator turned it off.
    Disabled,
    /// It took nothing for three days and was turned off.
    GivenUp,
}

/// An endpoint, and how it has answered of late.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookAnswer {
    webhook_id: String,
    mode: Mode,
    url: String,
    events: Vec<&'static str>,
    state: Posting,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it last took an event, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_success_at: Option<Instant>,
    /// When it last failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_failure_at: Option<Instant>,
    /// How: `http_503`, `timeout`, `no_connection`, `broken_off`, `host_unknown`, `address_not_public`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("http_503"))]
    last_failure: Option<String>,
    /// Attempts that failed since it last took an event.
    failures: u64,
    /// Until when the secret before the rotation signs too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_secret_signs_until: Option<Instant>,
}

/// The endpoints of a merchant: at most five.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookList {
    webhooks: Vec<WebhookAnswer>,
}

/// An endpoint just added.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeWebhook {
    webhook_id: String,
    /// What events are signed with. It is shown this once.
    #[schema(examples("whsec_…"))]
    secret: String,
}

/// A secret just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct RotatedSecret {
    /// What events are signed with from now on. It is shown this once.
    #[schema(examples("whsec_…"))]
    secret: String,
    /// Until then the one before signs too.
    #[schema(value_type = String, format = DateTime)]
    previous_secret_signs_until: Instant,
}

impl WebhookAnswer {
    fn of(webhook: &Webhook, now: Instant) -> Self {
        let health = webhook.health.clone();
        Self {
            webhook_id: webhook.id.to_string(),
            mode: Mode::of(webhook.mode),
            url: webhook.url.to_string(),
            events: webhook.events.iter().map(EventType::as_str).collect(),
            state: match webhook.switch {
                Switch::On => Posting::Enabled,
                Switch::Off => Posting::Disabled,
                Switch::GivenUp => Posting::GivenUp,
            },
            created_at: webhook.created_at,
            last_success_at: health.last_success_at,
            last_failure_at: health.last_failure_at,
            last_failure: health.last_failure,
            failures: health.failures,
            previous_secret_signs_until: webhook.previous_signs_until(now),
        }
    }
}

/// Add an endpoint. Its first events reach it within a minute.
#[utoipa::path(
    operation_id = "create_webhook",
    post, path = "/v1/merchants/{merchant_id}/webhooks", tag = "webhooks",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path)),
    request_body = New,
    responses(
        (status = 201, description = "Added: the only time that the secret is shown.", body = MadeWebhook),
        (status = 409, description = "The merchant has five.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    JsonBody(new): JsonBody<New>,
) -> Result<(StatusCode, Json<MadeWebhook>), Problem> {
    let (now, merchant) = (app.now(), identifiers::merchant(&merchant)?);
    let (url, events) = read(&app, &new.url, &new.events).await?;
    let settings = app.store().settings_fresh(merchant, now).await?;
    let id = WebhookId::mint(now, identifiers::random()?);
    let webhook = NewWebhook { id, mode: new.mode.read(), url, events };
    let secret = app.store().create_webhook(&settings, &webhook, now).await?;
    let made = MadeWebhook { webhook_id: id.to_string(), secret: secret.expose().to_string() };
    Ok((StatusCode::CREATED, Json(made)))
}

/// List a merchant's endpoints.
#[utoipa::path(
    operation_id = "list_webhooks",
    get, path = "/v1/merchants/{merchant_id}/webhooks", tag = "webhooks",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path)),
    responses((status = 200, description = "They.", body = WebhookList), OperatorRefusals),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
) -> Result<Json<WebhookList>, Problem> {
    let (now, merchant) = (app.now(), identifiers::merchant(&merchant)?);
    let settings = app.store().settings_fresh(merchant, now).await?;
    let webhooks = settings.webhooks.iter().map(|webhook| WebhookAnswer::of(webhook, now));
    Ok(Json(WebhookList { webhooks: webhooks.collect() }))
}

/// Show an endpoint and how it has answered of late.
#[utoipa::path(
    operation_id = "show_webhook",
    get, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}", tag = "webhooks",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("webhook_id" = String, Path)),
    responses((status = 200, description = "It.", body = WebhookAnswer), OperatorRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, webhook)): Segments<(String, String)>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let (settings, id) = find(&app, &merchant, &webhook).await?;
    Ok(Json(WebhookAnswer::of(settings.webhook(id)?, app.now())))
}

/// Change where and of what an endpoint is told, or turn it off and on. It holds within a minute.
#[utoipa::path(
    operation_id = "put_webhook",
    put, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}", tag = "webhooks",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("webhook_id" = String, Path)),
    request_body = Put,
    responses(
        (status = 200, description = "As it is now.", body = WebhookAnswer),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, webhook)): Segments<(String, String)>,
    JsonBody(put): JsonBody<Put>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let (url, events) = read(&app, &put.url, &put.events).await?;
    let (settings, id) = find(&app, &merchant, &webhook).await?;
    let (merchant, webhook) = (settings.merchant.id, settings.webhook(id)?);
    app.store().change_webhook(merchant, webhook, (&url, &events, put.enabled)).await?;
    let settings = app.store().settings_fresh(merchant, app.now()).await?;
    Ok(Json(WebhookAnswer::of(settings.webhook(id)?, app.now())))
}

/// Delete an endpoint. What waits for it is let go within a minute.
#[utoipa::path(
    operation_id = "delete_webhook",
    delete, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}", tag = "webhooks",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("webhook_id" = String, Path)),
    responses((status = 204, description = "Deleted, now or before."), OperatorRefusals),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, webhook)): Segments<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (settings, id) = find(&app, &merchant, &webhook).await?;
    if let Ok(webhook) = settings.webhook(id) {
        app.store().delete_webhook(settings.merchant.id, webhook).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Give an endpoint another secret. For a day events carry a signature of each.
#[utoipa::path(
    operation_id = "rotate_webhook_secret",
    post, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}/secret", tag = "webhooks",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("webhook_id" = String, Path)),
    responses(
        (status = 201, description = "Made: the only time that it is shown.", body = RotatedSecret),
        OperatorRefusals,
    ),
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, webhook)): Segments<(String, String)>,
) -> Result<(StatusCode, Json<RotatedSecret>), Problem> {
    let (settings, id) = find(&app, &merchant, &webhook).await?;
    let webhook = settings.webhook(id)?;
    let (secret, until) = app.store().rotate_webhook_secret(&settings, webhook, app.now()).await?;
    let secret = secret.expose().to_string();
    Ok((StatusCode::CREATED, Json(RotatedSecret { secret, previous_secret_signs_until: until })))
}

/// The merchant's settings as they are now, and an endpoint of the path.
async fn find(
    app: &App,
    merchant: &str,
    webhook: &str,
) -> Result<(Arc<Settings>, WebhookId), Problem> {
    let merchant = identifiers::merchant(merchant)?;
    let id = WebhookId::parse(webhook).map_err(|_| Problem::not_found("webhook"))?;
    Ok((app.store().settings_fresh(merchant, app.now()).await?, id))
}

async fn read(
    app: &App,
    url: &str,
    events: &[String],
) -> Result<(WebhookUrl, EventTypes), Problem> {
    let mut fields = Fields::default();
    let url = fields.check("/url", app.webhooks.url(url).await);
    let types = events.iter().enumerate().filter_map(|(number, word)| {
        fields.check(&format!("/events/{number}"), EventType::parse(word))
    });
    let types: Vec<_> = types.collect();
    if events.is_empty() || types.len() == events.len() {
        let types = fields.check("/events", EventTypes::new(types));
        if let (Some(url), Some(types)) = (url, types) {
            return Ok((url, types));
        }
    }
    Err(fields.refuse())
}
