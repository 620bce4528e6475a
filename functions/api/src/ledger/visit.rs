//! Visits without a purchase.

use crate::openapi::{BodyRefusals, TillRefusals};
use crate::purchase::till_clock::done_at;
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Instant;
use domain::language::french::ticket;
use domain::programme::Unit;
use http_edge::idempotency::{Replayed, told};
use http_edge::{Fields, KeyedBody, Problem, Segments, Till};
use serde::{Deserialize, Serialize};
use store::{Entered, NewVisit};
use utoipa::ToSchema;

/// A visit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewVisit)]
pub(crate) struct CreateVisit {
    /// When the customer came, with the offset; at most 7 days ago and 10 minutes ahead.
    #[schema(format = DateTime, examples("2026-11-24T10:15:00+01:00"))]
    visited_at: String,
}

/// A visit that was entered.
#[derive(Serialize, ToSchema)]
#[schema(as = Visit)]
pub(crate) struct VisitAnswer {
    member_id: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    visited_at: Instant,
    /// What the programme gives for it.
    points: i64,
    /// What can be spent after it.
    balance: i64,
    /// What waits after it for the time of returns to pass.
    pending: i64,
    /// Lines for the ticket, in French, of at most 40 characters.
    ticket: Vec<String>,
}

impl VisitAnswer {
    fn of(entered: &Entered, unit: Unit) -> Self {
        let Entered { member, entry, balance } = entered;
        Self {
            member_id: member.to_string(),
            visited_at: entry.at,
            points: entry.points.get(),
            balance: balance.available.get(),
            pending: balance.pending.get(),
            ticket: ticket::lines(unit, Some(entry.points), balance),
        }
    }
}

/// Enter a visit of a customer who buys nothing: a stamp of a stamp card, and a use of the card, which keeps
/// it alive. A sale is a visit of its own: enter none beside it. The programme says how many visits of one day
/// count, and a programme with a minimum spend gives nothing for coming alone. What it gives can be
/// spent at once. A visit entered by mistake is put right with a correction of the balance.
#[utoipa::path(
    operation_id = "create_visit",
    post, path = "/v1/members/{member_id}/visits", tag = "members", security(("till_key" = [])),
    params(
        ("member_id" = String, Path),
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 255,
         description = "Visible ASCII characters; one key a visit, a UUID for example."),
    ),
    request_body = CreateVisit,
    responses(
        (status = 201, description = "Entered, now or before.", body = VisitAnswer,
         headers(("idempotency-replayed" = String, description = "`true` where it was entered before."))),
        (status = 409, description = "The key came with another request (`idempotency_key_reused`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    Segments(member): Segments<String>,
    body: KeyedBody<CreateVisit>,
) -> Result<(StatusCode, Replayed, Json<VisitAnswer>), Problem> {
    let (key, create) = body.required()?;
    let (member, now) = (identifiers::member(&member)?, app.now());
    let mut fields = Fields::default();
    let Some(at) = fields.check("/visited_at", done_at(&create.visited_at, now)) else {
        return Err(fields.refuse());
    };
    let new = NewVisit { member, establishment: till.establishment.id.clone(), at };
    let (entered, replayed) = told(app.store().visit(&till.scope, &new, &key, now).await?);
    let unit = till.scope.settings.programmes.unit();
    Ok((StatusCode::CREATED, replayed, Json(VisitAnswer::of(&entered, unit))))
}
