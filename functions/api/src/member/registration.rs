//! A member's registration: the invitation to complete it, which a back office reports, and its completion, which
//! a till may report too.

use crate::context::App;
use crate::member::find::FoundMember;
use crate::parameters::MemberPath;
use crate::purchase::till_clock::CLOCK_AHEAD;
use crate::schema::DateTime;
use axum::Json;
use axum::extract::State;
use domain::values::calendar;
use domain::{DomainError, Instant, MemberError, Registration, ValueError, rights};
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use serde::Deserialize;
use store::StoreError;
use utoipa::ToSchema;

/// The steps of a registration to record: at least one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct PutRegistration {
    /// The instant at which the invitation was sent, for a key with the scope `back_office`. A card that is not
    /// activated within three months from then is erased. Not before the member was created, and not more than 30
    /// days ago.
    #[schema(value_type = Option<DateTime>)]
    invited_at: Option<String>,
    /// The instant at which the person completed the registration, which activates the card. Not before the
    /// member was created.
    #[schema(value_type = Option<DateTime>)]
    activated_at: Option<String>,
}

impl PutRegistration {
    fn read(&self, now: Instant) -> Result<Registration, Problem> {
        let mut fields = Fields::default();
        if self.invited_at.is_none() && self.activated_at.is_none() {
            let detail = "must hold invited_at, activated_at or both";
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

/// An instant in the past, to the second. An instant ahead by less than [`CLOCK_AHEAD`] counts as now.
fn past(text: &str, now: Instant) -> Result<Instant, ValueError> {
    let at = calendar::parse_instant(text)?;
    if now.duration_since(at) < -CLOCK_AHEAD {
        return Err(ValueError::InFuture);
    }
    Instant::from_second(at.min(now).as_second()).map_err(|_| ValueError::InstantUnreadable)
}

/// Record the invitation or the completion of a member's registration.
///
/// The first of each counts; the same request again changes nothing.
#[utoipa::path(
    operation_id = "put_registration",
    put, path = "/v1/members/{member_id}/registration", tag = "members",
    params(MemberPath),
    request_body = PutRegistration,
    responses((status = 200, description = "The member, as `find_member` answers. `GET /v1/members/{member_id}` has the instants.",
     body = FoundMember)),
)]
pub(crate) async fn put(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    JsonBody(put): JsonBody<PutRegistration>,
) -> Result<Json<FoundMember>, Problem> {
    let now = app.now();
    if put.invited_at.is_some() {
        till.check_field("invited_at", rights::INVITATION_CALLERS)?;
    }
    let registration = put.read(now)?;
    let registered = app.store().register(&till.scope, path.member_id, &registration, now).await;
    let member = registered.map_err(refusal)?;
    Ok(Json(FoundMember::of(&member, &till, now)))
}

fn refusal(error: StoreError) -> Problem {
    let pointer = match &error {
        StoreError::Refused(DomainError::Member(
            MemberError::InvitedBeforeCreation | MemberError::InvitedTooLongAgo,
        )) => "/invited_at",
        StoreError::Refused(DomainError::Member(MemberError::ActivatedBeforeCreation)) => {
            "/activated_at"
        }
        _ => return error.into(),
    };
    Problem::from(error).at(pointer)
}
