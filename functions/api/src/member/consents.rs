//! A member's consents and oppositions to marketing messages, channel by channel.

use crate::context::App;
use crate::parameters::MemberPath;
use crate::schema::{DateTime, Identifier, Text40};
use axum::Json;
use axum::extract::State;
use domain::member::consent::{self, ChannelConsent};
use domain::values::{calendar, text};
use domain::{Channel, Instant, MemberId};
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use serde::{Deserialize, Serialize};
use store::ConsentChange;
use utoipa::{IntoParams, ToSchema};

const VERSION_LENGTH: usize = 40;

/// The source of a consent.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConsentSource {
    /// The person, at the counter.
    Till,
    /// The person, alone before a screen.
    Member,
    /// The merchant, later. This source does not lift an opposition: only the person does.
    Merchant,
}

/// A channel of marketing messages.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConsentChannel)]
#[expect(dead_code, reason = "describes the words that `domain::Channel` reads and writes")]
pub(crate) enum ChannelWord {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
    /// Letters.
    Postal,
}

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

/// A consent or an opposition to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutConsent {
    /// `true` for a consent, `false` for an opposition, which takes effect at once.
    given: bool,
    /// The version of the text that the person read. Required for a consent.
    #[schema(value_type = Option<Text40>, examples("2026-01"))]
    text_version: Option<String>,
    /// The source of the consent. Required for a consent.
    told_by: Option<ConsentSource>,
    /// The instant of the consent or opposition, which cannot be ahead; now by default.
    #[schema(value_type = Option<DateTime>)]
    at: Option<String>,
}

/// The last consent.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentAnswer {
    #[schema(value_type = DateTime)]
    at: Instant,
    told_by: ConsentSource,
    /// The version of the text that the person read.
    text_version: String,
}

/// The last opposition.
#[derive(Serialize, ToSchema)]
pub(crate) struct OppositionAnswer {
    #[schema(value_type = DateTime)]
    at: Instant,
    /// The reason of the opposition: `unsubscribed`, `stop`, `complaint`, `bounced` or `manual`.
    reason: &'static str,
}

/// The consent for one channel.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChannelAnswer {
    #[schema(value_type = ChannelWord)]
    channel: &'static str,
    /// Whether marketing messages may be sent by this channel now.
    permitted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opposition: Option<OppositionAnswer>,
}

/// The effect of a consent or an opposition that was recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct PermissionAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    #[schema(value_type = ChannelWord)]
    channel: &'static str,
    /// Whether marketing messages may be sent by this channel now.
    permitted: bool,
}

/// The consents of a member.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentsAnswer {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// Every channel, with its consent and opposition.
    channels: Vec<ChannelAnswer>,
}

impl ConsentSource {
    const fn of(source: domain::ConsentSource) -> Self {
        match source {
            domain::ConsentSource::Till => Self::Till,
            domain::ConsentSource::Member => Self::Member,
            domain::ConsentSource::Merchant => Self::Merchant,
        }
    }

    const fn read(self) -> domain::ConsentSource {
        match self {
            Self::Till => domain::ConsentSource::Till,
            Self::Member => domain::ConsentSource::Member,
            Self::Merchant => domain::ConsentSource::Merchant,
        }
    }
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
                    told_by: ConsentSource::of(consent.source),
                    text_version: consent.text_version.clone(),
                }),
                opposition: opposition.map(|opposition| OppositionAnswer {
                    at: calendar::whole_second(opposition.at),
                    reason: opposition.reason.as_str(),
                }),
            }
        });
        Self { member_id: member.person.id, channels: channels.collect() }
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
        let text_version = self.text_version.as_deref().unwrap_or_default();
        let text_version =
            fields.check("/text_version", text::bounded(text_version, VERSION_LENGTH));
        if self.told_by.is_none() {
            fields.note("/told_by", http_edge::codes::MISSING, "must be given for a consent");
        }
        let (Some(at), Some(text_version), Some(source)) = (at, text_version, self.told_by) else {
            return Err(fields.refuse());
        };
        Ok(ConsentChange::Consent(consent::Consent {
            at: at.unwrap_or(now),
            source: source.read(),
            text_version: text_version.to_owned(),
        }))
    }
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
    Ok(Json(ConsentsAnswer::of(&member)))
}

/// Record a consent or an opposition.
///
/// The latest by `at` counts, in whatever order they arrive. The same request again changes nothing.
#[utoipa::path(
    operation_id = "put_consent",
    put, path = "/v1/members/{member_id}/consents/{channel}", tag = "consents",
    params(ConsentPath),
    request_body = PutConsent,
    responses(
        (status = 200, description = "The effect for the channel.", body = PermissionAnswer),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<ConsentPath>,
    JsonBody(put): JsonBody<PutConsent>,
) -> Result<Json<PermissionAnswer>, Problem> {
    let channel = Channel::parse(&path.channel).ok_or_else(|| Problem::not_found("channel"))?;
    let change = put.read(app.now())?;
    let member = app.store().change_consent(&till.scope, path.member_id, channel, &change).await?;
    Ok(Json(PermissionAnswer {
        member_id: member.person.id,
        channel: channel.as_str(),
        permitted: member.person.consents.permit(channel),
    }))
}
