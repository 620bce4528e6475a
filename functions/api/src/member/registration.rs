//! A member's registration, at the till: when the invitation to complete it was sent, and when the
//! person completed it.

use crate::openapi::{BodyRefusals, TillRefusals};
use crate::purchase::till_clock::CLOCK_AHEAD;
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::values::calendar;
use domain::{DomainError, Instant, MemberError, Registration, ValueError};
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::ToSchema;

/// What happened to a registration, each with its offset. What was told first stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutRegistration {
    /// When the invitation to complete it was sent; three months after it a card that was not activated
    /// is erased.
    #[schema(format = DateTime)]
    invited_at: Option<String>,
    /// When the person completed it.
    #[schema(format = DateTime)]
    activated_at: Option<String>,
}

/// How a member's registration stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegistrationAnswer {
    member_id: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    invited_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    activated_at: Option<Instant>,
}

impl PutRegistration {
    fn read(&self, now: Instant) -> Result<Registration, Problem> {
        let mut fields = Fields::default();
        if self.invited_at.is_none() && self.activated_at.is_none() {
            let detail = "tell when the member was invited, when the card was activated, or both";
            fields.note("", http_edge::codes::MISSING, detail);
        }
        let at = |text: &str| past(text, now);
        let invited_at = fields.check_given("/invited_at", self.invited_at.as_deref(), at);
        let activated_at = fields.check_given("/activated_at", self.activated_at.as_deref(), at);
        match (fields.all_accepted(), invited_at, activated_at) {
            (true, Some(invited_at), Some(activated_at)) => {
                Ok(Registration { invited_at, activated_at })
            }
            _ => Err(fields.refuse()),
        }
    }
}

/// An instant that has passed, to the second; now, where a clock is somewhat ahead.
fn past(text: &str, now: Instant) -> Result<Instant, ValueError> {
    let at = calendar::parse_instant(text)?;
    if now.duration_since(at) < -CLOCK_AHEAD {
        return Err(ValueError::InFuture);
    }
    Instant::from_second(at.min(now).as_second()).map_err(|_| ValueError::InstantUnreadable)
}

/// Tell what happened to a member's registration. The first invitation and the first activation stand;
/// the same again changes nothing.
#[utoipa::path(
    operation_id = "put_registration",
    put, path = "/v1/members/{member_id}/registration", tag = "members",
    security(("till_key" = [])),
    params(("member_id" = String, Path)),
    request_body = PutRegistration,
    responses(
        (status = 200, description = "The registration as it stands.", body = RegistrationAnswer),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(put): JsonBody<PutRegistration>,
) -> Result<Json<RegistrationAnswer>, Problem> {
    let id = identifiers::member(&id)?;
    let now = app.now();
    let registration = put.read(now)?;
    let registered = app.store().register(&till.scope, id, &registration, now).await;
    let person = registered.map_err(refusal)?.person;
    Ok(Json(RegistrationAnswer {
        member_id: person.id.to_string(),
        created_at: person.created_at,
        invited_at: person.invited_at,
        activated_at: person.activated_at,
    }))
}

fn refusal(error: StoreError) -> Problem {
    let pointer = match &error {
        StoreError::Refused(DomainError::Member(MemberError::InvitedBeforeCreation)) => {
            "/invited_at"
        }
        StoreError::Refused(DomainError::Member(MemberError::ActivatedBeforeCreation)) => {
            "/activated_at"
        }
        _ => return error.into(),
    };
    Problem::from(error).at(pointer)
}
