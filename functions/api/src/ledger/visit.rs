//! Visits without a purchase.

use crate::context::App;
use crate::ledger::new_balance::NewBalance;
use crate::parameters::{MemberPath, RequiredKey};
use crate::purchase::till_clock::done_at;
use crate::schema::{DateTime, Identifier};
use crate::second::Second;
use axum::extract::State;
use domain::MemberId;
use domain::language::french::ticket;
use domain::programme::Unit;
use http_edge::{Fields, KeyedAnswer, Problem, RequiredKeyBody, Segments, Till, idempotency};
use serde::{Deserialize, Serialize};
use store::{Entered, NewVisit};
use utoipa::ToSchema;

/// A visit to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewVisit)]
pub(crate) struct CreateVisit {
    /// The instant of the visit: at most 7 days ago and 10 minutes ahead.
    #[schema(value_type = DateTime)]
    visited_at: String,
}

/// A visit that was recorded.
#[derive(Serialize, ToSchema)]
#[schema(as = Visit)]
pub(crate) struct VisitAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// The instant of the visit.
    #[schema(value_type = DateTime)]
    visited_at: Second,
    /// The points that the programme gives for the visit.
    points: i64,
    #[serde(flatten)]
    balance: NewBalance,
}

impl VisitAnswer {
    fn of(entered: &Entered, unit: Unit) -> Self {
        let Entered { member, entry, balance } = entered;
        Self {
            member_id: *member,
            visited_at: entry.at.into(),
            points: entry.points.get(),
            balance: NewBalance::of(balance, ticket::lines(unit, Some(entry.points), balance)),
        }
    }
}

/// Record a visit of a member who buys nothing: a stamp of a stamp card.
///
/// A sale is a visit of its own, so record none beside a sale.
///
/// The visit is a use of the card and delays its retention deadline. The programme says how many visits
/// of one day count; a programme with a minimum spend gives nothing for a visit. The points can be
/// spent at once. A visit recorded by mistake is corrected by an adjustment of the balance.
#[utoipa::path(
    operation_id = "create_visit",
    post, path = "/v1/members/{member_id}/visits", tag = "members",
    params(MemberPath, RequiredKey),
    request_body = CreateVisit,
    responses(
        (status = 201, description = "The new visit; or the visit that an earlier request with the same key \
         recorded.", body = VisitAnswer),
        (status = 409, description = "The key came with another request (`idempotency_key_reused`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    RequiredKeyBody { key, body: create }: RequiredKeyBody<CreateVisit>,
) -> Result<KeyedAnswer<VisitAnswer>, Problem> {
    let now = app.now();
    let mut fields = Fields::default();
    let Some(at) = fields.check("/visited_at", done_at(&create.visited_at, now)) else {
        return Err(fields.refuse());
    };
    let establishment = till.establishment.id.clone();
    let new = NewVisit { member: path.member_id, establishment, at };
    let answered = app.store().visit(&till.scope, &new, &key, now).await?;
    let (entered, is_replay) = idempotency::split(answered);
    Ok(KeyedAnswer::created(VisitAnswer::of(&entered, till.unit()), is_replay))
}
