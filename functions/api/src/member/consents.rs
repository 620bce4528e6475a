//! A member's consents and oppositions to marketing messages, channel by channel.

use crate::context::App;
use crate::member::consent_answer::{ChannelWord, ConsentsAnswer, RecordedConsent};
use crate::member::consent_request::{PutConsent, StatedSource};
use crate::parameters::MemberPath;
use crate::schema::Identifier;
use axum::Json;
use axum::extract::State;
use domain::{Channel, DomainError, MemberError, MemberId};
use http_edge::{JsonBody, Problem, Segments, Till, codes};
use serde::Deserialize;
use store::StoreError;
use utoipa::IntoParams;

/// A channel of a member.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ConsentPath {
    /// The identifier of the member.
    #[param(value_type = Identifier)]
    member_id: MemberId,
    /// The channel of the consent.
    #[param(value_type = ChannelWord)]
    channel: String,
}

/// Show a member's consents and oppositions.
#[utoipa::path(
    operation_id = "show_consents",
    get, path = "/v1/members/{member_id}/consents", tag = "consents",
    params(MemberPath),
    responses((status = 200, description = "The consents for every channel.", body = ConsentsAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
) -> Result<Json<ConsentsAnswer>, Problem> {
    let member = app.store().member(&till.scope, path.member_id).await?;
    Ok(Json(ConsentsAnswer::of(&member.person, till.day(app.now()))))
}

/// Record a consent or an opposition.
///
/// The latest by `at` counts, in whatever order they arrive. The same request again changes nothing. An
/// opposition of the person ends only by a consent that the person gave at the counter and whose operator is
/// named.
#[utoipa::path(
    operation_id = "put_consent",
    put, path = "/v1/members/{member_id}/consents/{channel}", tag = "consents",
    params(ConsentPath),
    request_body = PutConsent,
    responses(
        (status = 200, description = "The recorded consent or opposition.", body = RecordedConsent),
        (status = 409, description = "The consent does not end the person's opposition (`opposition_stands`)."),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<ConsentPath>,
    JsonBody(put): JsonBody<PutConsent>,
) -> Result<Json<RecordedConsent>, Problem> {
    let channel = Channel::parse(&path.channel).ok_or_else(unknown_channel)?;
    let now = app.now();
    let change = put.read(&till, now)?;
    let changed =
        app.store().change_consent(&till.scope, path.member_id, channel, &change, now).await;
    let member = changed.map_err(|error| refusal(error, put.told_by))?;
    Ok(Json(RecordedConsent::of(&member.person, channel, &till, now)))
}

fn refusal(error: StoreError, told_by: Option<StatedSource>) -> Problem {
    let pointer = match (&error, told_by) {
        (StoreError::Refused(DomainError::Member(MemberError::OppositionStands)), told_by) => {
            if told_by == Some(StatedSource::Till) {
                "/operator"
            } else {
                "/told_by"
            }
        }
        (StoreError::Refused(DomainError::Member(MemberError::ParentalConsentMissing)), _) => {
            "/parental_consent"
        }
        _ => return error.into(),
    };
    Problem::from(error).at(pointer)
}

fn unknown_channel() -> Problem {
    let words = Channel::ALL.map(Channel::as_str).join(", ");
    let detail = format!("must be one of {words}");
    Problem::not_found("channel").at_parameter("channel", codes::UNKNOWN_VALUE, &detail)
}
