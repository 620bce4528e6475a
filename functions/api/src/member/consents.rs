//! What a member said of being written to, channel by channel.

use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::member::consent::{self, ChannelConsent};
use domain::values::{calendar, text};
use domain::{Channel, Instant};
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use serde::{Deserialize, Serialize};
use store::ConsentChange;
use utoipa::ToSchema;

const VERSION_LENGTH: usize = 40;

/// Who told us.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToldBy {
    /// The person, at the counter.
    Till,
    /// The person, alone before a screen.
    Member,
    /// The merchant, later. Does not lift an opposition: only the person does.
    Merchant,
}

/// A consent or an opposition.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutConsent {
    /// `true` for a consent, `false` for an opposition, which holds at once.
    given: bool,
    /// The version of the text that was shown. Needed for a consent.
    #[schema(max_length = 40, examples("2026-01"))]
    text_version: Option<String>,
    /// Who told. Needed for a consent.
    told_by: Option<ToldBy>,
    /// When it was said, with its offset; now, where it is absent.
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// The last consent.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentAnswer {
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    told_by: ToldBy,
    text_version: String,
}

/// The last opposition.
#[derive(Serialize, ToSchema)]
pub(crate) struct OppositionAnswer {
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// `unsubscribed`, `stop`, `complaint`, `bounced` or `manual`.
    reason: &'static str,
}

/// How one channel stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChannelAnswer {
    /// `email`, `sms` or `postal`.
    channel: &'static str,
    /// Whether marketing may be sent by it now.
    permitted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opposition: Option<OppositionAnswer>,
}

/// How every channel of a member stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentsAnswer {
    member_id: String,
    channels: Vec<ChannelAnswer>,
}

impl ConsentsAnswer {
    fn of(member: &store::Member) -> Self {
        let consents = &member.person.consents;
        let channels = Channel::ALL.into_iter().map(|channel| {
            let ChannelConsent { consent, opposition } = consents.of(channel);
            ChannelAnswer {
                channel: channel.as_str(),
                permitted: consents.permit(channel),
                consent: consent.as_ref().map(|consent| ConsentAnswer {
                    at: calendar::whole_second(consent.at),
                    told_by: match consent.source {
                        domain::ConsentSource::Till => ToldBy::Till,
                        domain::ConsentSource::Member => ToldBy::Member,
                        domain::ConsentSource::Merchant => ToldBy::Merchant,
                    },
                    text_version: consent.text_version.clone(),
                }),
                opposition: opposition.map(|opposition| OppositionAnswer {
                    at: calendar::whole_second(opposition.at),
                    reason: opposition.reason.as_str(),
                }),
            }
        });
        Self { member_id: member.person.id.to_string(), channels: channels.collect() }
    }
}

impl PutConsent {
    fn read(&self, now: Instant) -> Result<ConsentChange, Problem> {
        let mut fields = Fields::default();
        let at = fields.check_given("/at", self.at.as_deref(), |text| {
            let at = calendar::parse_instant(text)?;
            if at > now { Err(domain::ValueError::InFuture) } else { Ok(at) }
        });
        if !self.given {
            let Some(at) = at else { return Err(fields.refuse()) };
            return Ok(ConsentChange::Oppose(consent::Opposition {
                at: at.unwrap_or(now),
                reason: consent::OppositionReason::Manual,
            }));
        }
        let shown = self.text_version.as_deref().unwrap_or_default();
        let text_version = fields.check("/text_version", text::bounded(shown, VERSION_LENGTH));
        if self.told_by.is_none() {
            fields.note("/told_by", http_edge::codes::MISSING, "must be told for a consent");
        }
        let (Some(at), Some(text_version), Some(told_by)) = (at, text_version, self.told_by) else {
            return Err(fields.refuse());
        };
        Ok(ConsentChange::Consent(consent::Consent {
            at: at.unwrap_or(now),
            source: match told_by {
                ToldBy::Till => domain::ConsentSource::Till,
                ToldBy::Member => domain::ConsentSource::Member,
                ToldBy::Merchant => domain::ConsentSource::Merchant,
            },
            text_version: text_version.to_owned(),
        }))
    }
}

/// What a member said of being written to.
#[utoipa::path(
    operation_id = "show_consents",
    get, path = "/v1/members/{member_id}/consents", tag = "consents", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    responses(
        (status = 200, description = "Every channel.", body = ConsentsAnswer), TillRefusals,
    ),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<ConsentsAnswer>, Problem> {
    let member = app.store().member(&till.scope, identifiers::member(&id)?).await?;
    Ok(Json(ConsentsAnswer::of(&member)))
}

/// Note a consent or an opposition. What was said last counts, in whatever order it arrives; the
/// same again changes nothing.
#[utoipa::path(
    operation_id = "put_consent",
    put, path = "/v1/members/{member_id}/consents/{channel}", tag = "consents",
    security(("till_key" = [])),
    params(
        ("member_id" = String, Path),
        ("channel" = String, Path, description = "`email`, `sms` or `postal`."),
    ),
    request_body = PutConsent,
    responses(
        (status = 200, description = "Every channel, as it stands now.", body = ConsentsAnswer),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    till: Till,
    Segments((id, channel)): Segments<(String, String)>,
    JsonBody(put): JsonBody<PutConsent>,
) -> Result<Json<ConsentsAnswer>, Problem> {
    let id = identifiers::member(&id)?;
    let channel = Channel::parse(&channel).ok_or_else(|| Problem::not_found("channel"))?;
    let change = put.read(app.now())?;
    let member = app.store().change_consent(&till.scope, id, channel, &change).await?;
    Ok(Json(ConsentsAnswer::of(&member)))
}
