//! A replay: the events of a range are posted to an endpoint again, in the background.

use crate::context::App;
use crate::parameters::WebhookPath;
use crate::schema::DateTime;
use crate::webhook::read::settings_and_webhooks;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Instant;
use domain::webhook::{ReplayRange, Switch};
use http_edge::problem::Kind;
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use platform::messages::WebhookMessage;
use serde::{Deserialize, Serialize};
use store::Tenant;
use utoipa::ToSchema;

/// A range of events, from one instant until another, which is not part of it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    /// The first instant of the range, in the last 30 days.
    #[schema(value_type = DateTime)]
    from: Instant,
    /// The end of the range, after `from`. An instant ahead counts as now.
    #[schema(value_type = DateTime)]
    until: Instant,
}

/// Post the events of a range again, whether the endpoint accepted them or not.
///
/// The events have the same identifiers as before.
#[utoipa::path(
    operation_id = "replay_webhook",
    post, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}/replay", tag = "webhooks",
    params(WebhookPath),
    request_body = Replay,
    responses(
        (status = 202, description = "The range whose events are posted again. Their order has no meaning.",
         body = Replay),
        (status = 409, description = "The endpoint is turned off."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<WebhookPath>,
    JsonBody(replay): JsonBody<Replay>,
) -> Result<(StatusCode, Json<Replay>), Problem> {
    let mut fields = Fields::default();
    let range = ReplayRange::new(replay.from, replay.until, app.now());
    let Some(range) = fields.check("/from", range) else {
        return Err(fields.refuse());
    };
    let (settings, webhooks) = settings_and_webhooks(&app, path.merchant_id).await?;
    let webhook = webhooks.find(path.webhook_id)?;
    if webhook.switch != Switch::On {
        return Err(Problem::new(
            Kind::Conflict,
            "This webhook is turned off: turn it on before events are posted to it again.",
        ));
    }
    let tenant = Tenant { merchant: settings.merchant.id, mode: webhook.mode };
    let pieces = range.pieces().into_iter();
    let messages: Vec<_> =
        pieces.map(|piece| WebhookMessage::replay(tenant, path.webhook_id, piece)).collect();
    app.webhooks.queue(&messages).await?;
    Ok((StatusCode::ACCEPTED, Json(Replay { from: range.from, until: range.until })))
}
