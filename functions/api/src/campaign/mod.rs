//! Campaigns: written, tried out, launched and followed. The operator calls these routes today; a
//! merchant's own login will come to the same ones.

pub(crate) mod content;
pub(crate) mod dry_run;
pub(crate) mod segment;
pub(crate) mod steps;

use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use content::{ContentBody, SmsLength};
use domain::campaign::{Draft, State as CampaignState};
use domain::values::sensitive;
use domain::{Campaign, CampaignId, Instant};
use http_edge::idempotency::{Replayed, told};
use http_edge::problem::Kind;
use http_edge::{Fields, JsonBody, KeyedBody, Operator, Page, Problem, Segments, cursor, page};
use segment::SegmentBody;
use serde::{Deserialize, Serialize};
use steps::{in_force, ready, refused, refused_by_store};
use store::{ByState, Mode, Scope, Settings, StoredCampaign};
use utoipa::ToSchema;

const NAME_LENGTH: usize = 100;

/// By which way a campaign goes.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CampaignChannel)]
pub(crate) enum Channel {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
}

/// A campaign as it is written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutCampaign)]
pub(crate) struct PutCampaign {
    /// What the merchant calls it.
    #[schema(max_length = 100, examples("Rentrée"))]
    name: String,
    channel: Channel,
    content: ContentBody,
    /// For whom; for all members where it is absent.
    #[serde(default)]
    segment: SegmentBody,
}

/// A campaign's recipients, each in exactly one state: they sum to those planned.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecipientStates {
    /// Not handed to the provider yet; of a campaign that was cancelled, never.
    waiting: u64,
    /// Handed to the provider, which told nothing of them yet.
    sent: u64,
    delivered: u64,
    /// Returned by an address that does not exist, or that took no message five times.
    bounced: u64,
    /// Given up by the provider.
    failed: u64,
    /// Refused by the provider.
    refused: u64,
    /// Opposed when their turn came, or without consent.
    opposed: u64,
    /// Gone or without an address when their turn came, or written to with their family.
    unreachable: u64,
    /// Not on the list of those who may be written to outside production.
    not_allowed: u64,
    /// May or may not have been sent: not sent again.
    uncertain: u64,
}

/// How a campaign that has begun stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignFigures {
    /// Those planned so far.
    recipients: u64,
    /// Whether every member has been looked at: until then `recipients` grows.
    planned: bool,
    by_state: RecipientStates,
}

/// A campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = Campaign)]
pub(crate) struct CampaignAnswer {
    campaign_id: String,
    name: String,
    channel: Channel,
    content: ContentBody,
    segment: SegmentBody,
    /// `draft`, `scheduled`, `running`, `paused`, `cancelled` or `finished`.
    #[schema(value_type = String, examples("draft"))]
    state: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it begins or began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    begins_at: Option<Instant>,
    /// Why it was paused, where nobody asked for it: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_because: Option<String>,
    /// What to do about it: a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    what_to_do: Option<&'static str>,
    /// Of an SMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<SmsLength>,
    /// Since it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<CampaignFigures>,
}

/// A campaign of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignSummary {
    campaign_id: String,
    name: String,
    channel: Channel,
    /// `draft`, `scheduled`, `running`, `paused`, `cancelled` or `finished`.
    #[schema(value_type = String, examples("draft"))]
    state: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    begins_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_because: Option<String>,
}

/// A page of campaigns.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignPage {
    campaigns: Vec<CampaignSummary>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl Channel {
    const fn of(channel: domain::Channel) -> Self {
        match channel {
            domain::Channel::Sms => Self::Sms,
            domain::Channel::Email | domain::Channel::Postal => Self::Email,
        }
    }

    const fn read(self) -> domain::Channel {
        match self {
            Self::Email => domain::Channel::Email,
            Self::Sms => domain::Channel::Sms,
        }
    }
}

impl PutCampaign {
    fn read(&self, settings: &Settings) -> Result<Draft, Problem> {
        let mut fields = Fields::default();
        let channel = self.channel.read();
        let name = fields.check("/name", sensitive::name(&self.name, NAME_LENGTH));
        let content = self.content.read(channel, settings, &mut fields);
        let segment = self.segment.read(settings, &mut fields);
        match (name, content, segment) {
            (Some(name), Some(content), Some(segment)) => {
                Ok(Draft { name: name.to_owned(), channel, content, segment })
            }
            _ => Err(fields.refuse()),
        }
    }
}

impl CampaignFigures {
    fn of(recipients: u64, planned: bool, by_state: ByState) -> Self {
        let ByState {
            waiting,
            sent,
            delivered,
            bounced,
            failed,
            refused,
            opposed,
            unreachable,
            not_allowed,
            uncertain,
        } = by_state;
        let by_state = RecipientStates {
            waiting,
            sent,
            delivered,
            bounced,
            failed,
            refused,
            opposed,
            unreachable,
            not_allowed,
            uncertain,
        };
        Self { recipients, planned, by_state }
    }
}

impl CampaignAnswer {
    /// Of a campaign, with its figures where it has begun: no round trip, or 2.
    async fn of(app: &App, scope: &Scope, stored: StoredCampaign) -> Result<Self, Problem> {
        let StoredCampaign { campaign, held_because } = stored;
        let begun = !matches!(campaign.state, CampaignState::Draft | CampaignState::Scheduled);
        let figures = if begun {
            // The plan last: it never has fewer recipients than were dealt with.
            let figures = app.store().figures(scope.tenant(), campaign.id).await?;
            let plan = app.store().plan(scope.tenant(), campaign.id).await?;
            let by_state = figures.by_state(plan.recipients);
            Some(CampaignFigures::of(plan.recipients, plan.is_done(), by_state))
        } else {
            None
        };
        Ok(Self {
            campaign_id: campaign.id.to_string(),
            sms: SmsLength::of(&campaign, &scope.settings),
            channel: Channel::of(campaign.channel),
            content: ContentBody::of(campaign.channel, &campaign.content),
            segment: SegmentBody::of(&campaign.segment),
            name: campaign.name,
            state: campaign.state.as_str(),
            created_at: campaign.created_at,
            begins_at: campaign.begins_at,
            what_to_do: held_because.as_deref().map(what_to_do),
            held_because,
            figures,
        })
    }
}

impl CampaignSummary {
    fn of(stored: StoredCampaign) -> Self {
        let StoredCampaign { campaign, held_because } = stored;
        Self {
            campaign_id: campaign.id.to_string(),
            name: campaign.name,
            channel: Channel::of(campaign.channel),
            state: campaign.state.as_str(),
            created_at: campaign.created_at,
            begins_at: campaign.begins_at,
            held_because,
        }
    }
}

fn what_to_do(held_because: &str) -> &'static str {
    match held_because {
        "provider_account" => {
            "The provider refuses the account: look at its credentials and its credit, then resume the \
             campaign."
        }
        "no_sender" => {
            "The merchant has no sender for this channel: set one, then resume the campaign."
        }
        "content" => {
            "The text can no longer be sent as it is: cancel the campaign and write it anew."
        }
        _ => "Look at the reason, then resume the campaign.",
    }
}

/// The live data of a merchant of the path: 1 round trip.
async fn scope(app: &App, merchant: &str) -> Result<Scope, Problem> {
    let merchant = identifiers::merchant(merchant)?;
    let settings = app.store().settings_fresh(merchant, app.now()).await?;
    Ok(Scope { settings, mode: Mode::Live })
}

/// As [`scope`], of a merchant whose contract is in force.
async fn scope_in_force(app: &App, merchant: &str) -> Result<Scope, Problem> {
    let scope = scope(app, merchant).await?;
    in_force(&scope.settings, app.now())?;
    Ok(scope)
}

/// Write a campaign. It is a draft: nothing is sent. With the header `Idempotency-Key` the same request
/// again within 24 hours writes none, and is answered with the campaign as it stands then.
#[utoipa::path(
    operation_id = "create_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns", tag = "campaigns",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
         description = "Visible ASCII characters; one key a campaign, a UUID for example."),
    ),
    request_body = PutCampaign,
    responses(
        (status = 201, description = "Written; before, where the header `idempotency-replayed` is `true`.",
         body = CampaignAnswer),
        (status = 409, description = "The merchant's contract has ended, or the key came with another \
         request (`idempotency_key_reused`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    KeyedBody { key, body: put }: KeyedBody<PutCampaign>,
) -> Result<(StatusCode, Replayed, Json<CampaignAnswer>), Problem> {
    let (now, scope) = (app.now(), scope_in_force(&app, &merchant).await?);
    let draft = put.read(&scope.settings)?;
    let campaign = Campaign::drafted(CampaignId::mint(now, identifiers::random()?), draft, now);
    let answered = app.store().create_campaign(&scope, &campaign, key.as_ref(), now).await?;
    let (stored, replayed) = told(answered);
    let campaign = CampaignAnswer::of(&app, &scope, stored).await?;
    Ok((StatusCode::CREATED, replayed, Json(campaign)))
}

/// A merchant's campaigns, newest first.
#[utoipa::path(
    operation_id = "list_campaigns",
    get, path = "/v1/merchants/{merchant_id}/campaigns", tag = "campaigns",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500,
         description = "50 by default. A page of long e-mails may hold fewer."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = CampaignPage),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    Page { limit, after }: Page<String>,
) -> Result<Json<CampaignPage>, Problem> {
    let scope = scope(&app, &merchant).await?;
    let after = after
        .map(|after| CampaignId::parse(&after))
        .transpose()
        .map_err(|_| Problem::fields(Kind::Malformed, vec![page::refused_cursor()]))?;
    let (campaigns, next) = app.store().campaigns(&scope, after, limit).await?;
    let next_cursor = next.map(|id| cursor::encode(&id.to_string())).transpose();
    Ok(Json(CampaignPage {
        campaigns: campaigns.into_iter().map(CampaignSummary::of).collect(),
        next_cursor: next_cursor.map_err(|error| Problem::defect(error.to_string()))?,
    }))
}

/// A campaign and how it stands.
#[utoipa::path(
    operation_id = "show_campaign",
    get, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    responses((status = 200, description = "It.", body = CampaignAnswer), OperatorRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
) -> Result<Json<CampaignAnswer>, Problem> {
    let (scope, id) = (scope(&app, &merchant).await?, identifiers::campaign(&campaign)?);
    let stored = app.store().campaign(scope.tenant(), id).await?;
    Ok(Json(CampaignAnswer::of(&app, &scope, stored).await?))
}

/// Write a campaign anew, whole, before it begins.
#[utoipa::path(
    operation_id = "put_campaign",
    put, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    request_body = PutCampaign,
    responses(
        (status = 200, description = "Written. What a dry run said of it is forgotten.",
         body = CampaignAnswer),
        (status = 409, description = "It has begun, or is scheduled and the new channel has no sender.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
    JsonBody(put): JsonBody<PutCampaign>,
) -> Result<Json<CampaignAnswer>, Problem> {
    let (scope, id) = (scope_in_force(&app, &merchant).await?, identifiers::campaign(&campaign)?);
    let draft = put.read(&scope.settings)?;
    let mut campaign = app.store().campaign(scope.tenant(), id).await?.campaign;
    campaign.rewrite(&draft).map_err(|invalid| refused(invalid.into(), campaign.state))?;
    if campaign.state == CampaignState::Scheduled {
        ready(&campaign, &scope.settings)?;
    }
    let stored = app
        .store()
        .rewrite_campaign(scope.tenant(), id, &draft, app.now())
        .await
        .map_err(|error| refused_by_store(error, campaign.state))?;
    Ok(Json(CampaignAnswer::of(&app, &scope, stored).await?))
}
