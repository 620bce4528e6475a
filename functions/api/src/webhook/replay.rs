//! Events of a range are posted to an endpoint again, in the background.

use super::find;
use crate::App;
use crate::openapi::{BodyRefusals, OperatorRefusals};
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

/// The events to post again: those that happened from one instant until another, which is not in it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    /// In the last 30 days.
    #[schema(value_type = String, format = DateTime, examples("2026-11-23T00:00:00+01:00"))]
    from: Instant,
    /// One still to come is now.
    #[schema(value_type = String, format = DateTime, examples("2026-11-24T00:00:00+01:00"))]
    until: Instant,
}

/// Post the events of a range again, whether they were taken or not. They keep their identifiers.
#[utoipa::path(
    operation_id = "replay_webhook",
    post, path = "/v1/merchants/{merchant_id}/webhooks/{webhook_id}/replay", tag = "webhooks",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("webhook_id" = String, Path)),
    request_body = Replay,
    responses(
        (status = 202, description = "The range that is posted again, in no order.", body = Replay),
        (status = 409, description = "The endpoint is turned off.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn ask(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, webhook)): Segments<(String, String)>,
    JsonBody(asked): JsonBody<Replay>,
) -> Result<(StatusCode, Json<Replay>), Problem> {
    let mut fields = Fields::default();
    let range = ReplayRange::new(asked.from, asked.until, app.now());
    let Some(range) = fields.check("/from", range) else {
        return Err(fields.refuse());
    };
    let (settings, id) = find(&app, &merchant, &webhook).await?;
    let webhook = settings.webhook(id)?;
    if webhook.switch != Switch::On {
        return Err(Problem::new(
            Kind::Conflict,
            "This webhook is turned off: turn it on before events are posted to it again.",
        ));
    }
    let tenant = Tenant { merchant: settings.merchant.id, mode: webhook.mode };
    let pieces = range.pieces().into_iter();
    let messages: Vec<_> = pieces.map(|piece| WebhookMessage::replay(tenant, id, piece)).collect();
    app.webhooks.queue(&messages).await?;
    Ok((StatusCode::ACCEPTED, Json(Replay { from: range.from, until: range.until })))
}
