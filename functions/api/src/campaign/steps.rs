//! The steps of a campaign: launched, scheduled, paused, resumed, cancelled; and what stands against one.

use crate::campaign::{CampaignAnswer, scope};
use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, codes, identifiers};
use axum::Json;
use axum::extract::State;
use domain::campaign::{State as CampaignState, Step};
use domain::merchant::sender::SmsSender;
use domain::values::calendar;
use domain::{Campaign, CampaignError, Channel, DomainError, Instant};
use http_edge::problem::Kind;
use http_edge::{JsonBody, Operator, Problem, Segments};
use messaging::Field;
use platform::messages::CampaignMessage;
use serde::Deserialize;
use store::{Settings, StoreError};
use utoipa::ToSchema;

/// When a campaign begins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    /// A moment to come, with its offset. SMS still wait for the hours of the law.
    #[schema(format = DateTime, examples("2026-12-01T10:00:00+01:00"))]
    begins_at: String,
}

/// Begin a campaign now.
#[utoipa::path(
    operation_id = "launch_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/launch", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    responses(
        (status = 200, description = "It runs.", body = CampaignAnswer),
        (status = 409, description = "It was launched before, its state does not allow it, or its \
         channel has no sender. Nothing was changed.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn launch(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
) -> Result<Json<CampaignAnswer>, Problem> {
    take(&app, &merchant, &campaign, Step::Launch).await
}

/// Have a campaign begin by itself at a moment; again with another moment to move it.
#[utoipa::path(
    operation_id = "schedule_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/schedule", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    request_body = Schedule,
    responses(
        (status = 200, description = "It is scheduled.", body = CampaignAnswer),
        (status = 409, description = "Its state does not allow it, or its channel has no sender.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn schedule(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
    JsonBody(Schedule { begins_at }): JsonBody<Schedule>,
) -> Result<Json<CampaignAnswer>, Problem> {
    let begins_at = calendar::parse_instant(&begins_at)
        .map_err(|invalid| Problem::refused("/begins_at", invalid))?;
    take(&app, &merchant, &campaign, Step::Schedule(begins_at)).await
}

/// Hold a running campaign: what was not handed to the provider waits.
#[utoipa::path(
    operation_id = "pause_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/pause", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    responses(
        (status = 200, description = "It is paused.", body = CampaignAnswer),
        (status = 409, description = "Its state does not allow it.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn pause(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
) -> Result<Json<CampaignAnswer>, Problem> {
    take(&app, &merchant, &campaign, Step::Pause).await
}

/// Let a paused campaign go on.
#[utoipa::path(
    operation_id = "resume_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/resume", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    responses(
        (status = 200, description = "It runs.", body = CampaignAnswer),
        (status = 409, description = "Its state does not allow it, or its channel has no sender.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn resume(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
) -> Result<Json<CampaignAnswer>, Problem> {
    take(&app, &merchant, &campaign, Step::Resume).await
}

/// End a campaign by hand: what was not handed to the provider is never sent.
#[utoipa::path(
    operation_id = "cancel_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/cancel", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    responses(
        (status = 200, description = "It is cancelled, now or before.", body = CampaignAnswer),
        (status = 409, description = "It is finished.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
) -> Result<Json<CampaignAnswer>, Problem> {
    take(&app, &merchant, &campaign, Step::Cancel).await
}

async fn take(
    app: &App,
    merchant: &str,
    campaign: &str,
    step: Step,
) -> Result<Json<CampaignAnswer>, Problem> {
    let (scope, id) = (scope(app, merchant).await?, identifiers::campaign(campaign)?);
    let (tenant, now) = (scope.tenant(), app.now());
    let mut campaign = app.store().campaign(tenant, id).await?.campaign;
    if step == Step::Launch && campaign.state == CampaignState::Running {
        return Err(already_launched(&campaign));
    }
    let before = campaign.state;
    campaign.step(step, now).map_err(|invalid| refused(invalid.into(), before))?;
    if matches!(step, Step::Launch | Step::Schedule(_) | Step::Resume) {
        in_force(&scope.settings, now)?;
        ready(&campaign, &scope.settings)?;
    }
    let stored = app.store().step_campaign(tenant, id, step, now).await;
    let stored = stored.map_err(|error| refused_by_store(error, before))?;
    if stored.campaign.state == CampaignState::Running
        && let Err(problem) = app.campaigns.queue(&CampaignMessage::of(tenant, id)).await
    {
        // It is due, and the schedule will find it.
        tracing::warn!(merchant = %tenant.merchant, campaign = %id, code = problem.code(), "begins with the next tick");
    }
    Ok(Json(CampaignAnswer::of(app, &scope, stored).await?))
}

/// Whether the merchant's contract is in force.
pub(crate) fn in_force(settings: &Settings, now: Instant) -> Result<(), Problem> {
    if settings.contract_has_ended(now) {
        let detail =
            "The merchant's contract has ended: nothing is written or sent for it any more.";
        return Err(Problem::new(Kind::Conflict, detail).coded(codes::CONTRACT_ENDED));
    }
    Ok(())
}

/// Whether a campaign's messages could leave.
pub(crate) fn ready(campaign: &Campaign, settings: &Settings) -> Result<(), Problem> {
    let senders = &settings.senders;
    let (has_sender, channel) = match campaign.channel {
        Channel::Sms => (senders.sms.is_some(), "sms"),
        Channel::Email | Channel::Postal => (senders.email.is_some(), "email"),
    };
    if !has_sender {
        let merchant = settings.merchant.id;
        let detail = format!(
            "The merchant has no sender for this channel: set one by \
             PUT /v1/merchants/{merchant}/senders/{channel}, then send the same request again."
        );
        return Err(Problem::new(Kind::Conflict, detail).coded(codes::NO_SENDER));
    }
    let is_numbered = |sender: &SmsSender| sender.sender_id.is_short_code();
    let body = &campaign.content.body;
    if campaign.channel == Channel::Sms
        && senders.sms.as_ref().is_some_and(is_numbered)
        && !body.contains(&settings.merchant.name)
        && !messaging::content::sms(body)
            .is_ok_and(|text| text.fields().any(|field| field == Field::Merchant))
    {
        let detail =
            "The SMS comes from a number, and must name the merchant: write {{merchant}} in it.";
        return Err(Problem::new(Kind::Conflict, detail).coded(codes::MERCHANT_NOT_NAMED));
    }
    Ok(())
}

fn already_launched(campaign: &Campaign) -> Problem {
    let at = campaign.begins_at.unwrap_or(campaign.created_at);
    let detail =
        format!("The campaign began at {at:.0}: it goes out once, and nothing was changed.");
    Problem::new(Kind::Conflict, detail).coded(codes::ALREADY_LAUNCHED)
}

/// What stands against a step: the state, which is no field of the request, or the moment, which is.
pub(crate) fn refused(invalid: DomainError, state: CampaignState) -> Problem {
    match invalid {
        DomainError::Campaign(CampaignError::State) => {
            let may = match state {
                CampaignState::Draft | CampaignState::Scheduled => {
                    "it can be written anew, launched, scheduled or cancelled"
                }
                CampaignState::Running => "it can be paused or cancelled",
                CampaignState::Paused => "it can be resumed or cancelled",
                CampaignState::Cancelled | CampaignState::Finished => {
                    "it has ended: write another one"
                }
            };
            let detail = format!("The campaign is {}: {may}. Nothing was changed.", state.as_str());
            Problem::new(Kind::Conflict, detail).coded(CampaignError::State.into())
        }
        invalid => Problem::refused("/begins_at", invalid),
    }
}

pub(crate) fn refused_by_store(error: StoreError, state: CampaignState) -> Problem {
    match error {
        StoreError::Refused(invalid) => refused(invalid, state),
        error => error.into(),
    }
}
