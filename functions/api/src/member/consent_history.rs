//! The history of a member's consents, oppositions and bounces.

use crate::context::App;
use crate::member::consent_answer::{BounceAnswer, ChannelWord, ConsentAnswer, OppositionAnswer};
use crate::parameters::MemberPath;
use crate::schema::{DateTime, Identifier};
use crate::second::Second;
use axum::Json;
use axum::extract::State;
use domain::{Credential, MemberId};
use http_edge::{Problem, Segments, Till};
use serde::Serialize;
use store::{ConsentChange, RecordedChange};
use utoipa::ToSchema;

/// A consent, an opposition or a bounce, as it was recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentChangeAnswer {
    #[schema(value_type = ChannelWord)]
    channel: &'static str,
    #[schema(value_type = DateTime)]
    recorded_at: Second,
    /// The credential that recorded the change: `key:` and the identifier of a till's key, `upload:` and the
    /// identifier of a file, `provider:` and its name, `link`, `operator` or `service`.
    #[schema(value_type = String, examples("key:01M86DNQG02W65QJ2ENKX1WYVS"))]
    recorded_by: Credential,
    /// The consent, if the person consented.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentAnswer>,
    /// The opposition, if the person opposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    opposition: Option<OppositionAnswer>,
    /// The bounce, if a message to the address came back for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounce: Option<BounceAnswer>,
}

/// The history of a member's consents.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentHistoryAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// The last 20 consents, oppositions and bounces of each channel, the latest first.
    changes: Vec<ConsentChangeAnswer>,
}

impl ConsentChangeAnswer {
    fn of(recorded: &RecordedChange) -> Self {
        let mut answer = Self {
            channel: recorded.channel.as_str(),
            recorded_at: recorded.recorded_at.into(),
            recorded_by: recorded.change.by(),
            consent: None,
            opposition: None,
            bounce: None,
        };
        match &recorded.change {
            ConsentChange::Consent(consent) => answer.consent = Some(ConsentAnswer::of(consent)),
            ConsentChange::Oppose(opposition) => {
                answer.opposition = Some(OppositionAnswer::of(*opposition));
            }
            ConsentChange::Bounce(bounce) => answer.bounce = Some(BounceAnswer::of(*bounce)),
        }
        answer
    }
}

/// List the consents, oppositions and bounces of a member, the latest first.
///
/// A change without an effect is not in the list, nor is an opposition that repeats one that holds, for the same reason
/// and by the same credential.
#[utoipa::path(
    operation_id = "list_consent_history",
    get, path = "/v1/members/{member_id}/consents/history", tag = "consents",
    params(MemberPath),
    responses((status = 200, description = "The history of every channel.", body = ConsentHistoryAnswer)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
) -> Result<Json<ConsentHistoryAnswer>, Problem> {
    let changes = app.store().consent_history(&till.scope, path.member_id).await?;
    let changes = changes.iter().map(ConsentChangeAnswer::of).collect();
    Ok(Json(ConsentHistoryAnswer { member_id: path.member_id, changes }))
}
