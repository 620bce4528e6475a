//! The steps of a campaign: launched, scheduled, paused, resumed, cancelled.

use crate::campaign::response::CampaignAnswer;
use crate::codes;
use crate::context::App;
use crate::merchant::scope::{in_force, scope};
use crate::parameters::CampaignPath;
use crate::schema::DateTime;
use axum::Json;
use axum::extract::State;
use domain::campaign::{State as CampaignState, Step};
use domain::values::calendar;
use domain::{Campaign, CampaignError, Channel, DomainError};
use http_edge::problem::Kind;
use http_edge::{JsonBody, Operator, Problem, Segments};
use messaging::sms::names_merchant;
use platform::messages::CampaignMessage;
use serde::Deserialize;
use store::{Mode, Settings, StoreError};
use utoipa::ToSchema;

/// The schedule of a campaign.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    /// The instant at which the campaign begins, which must be ahead. SMS still wait for the hours that the
    /// law allows.
    #[schema(value_type = DateTime)]
    begins_at: String,
}

/// Launch a campaign now.
#[utoipa::path(
    operation_id = "launch_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/launch", tag = "campaigns",
    params(CampaignPath),
    responses(
        (status = 200, description = "The running campaign.", body = CampaignAnswer),
        (status = 409, description = "The campaign was launched before (`already_launched`), its state does not allow a \
         launch (`campaign_state`), its channel has no sender (`no_sender`), its sender carries no marketing (`transactional_sender`), its SMS does not name the merchant \
         (`merchant_not_named`), or the merchant's contract has ended (`contract_ended`). Nothing was changed."),
    ),
)]
pub(crate) async fn launch(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
) -> Result<Json<CampaignAnswer>, Problem> {
    step(&app, &path, Step::Launch).await
}

/// Schedule a campaign: it begins by itself at an instant.
///
/// Another request moves the instant.
#[utoipa::path(
    operation_id = "schedule_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/schedule", tag = "campaigns",
    params(CampaignPath),
    request_body = Schedule,
    responses(
        (status = 200, description = "The scheduled campaign.", body = CampaignAnswer),
        (status = 409, description = "The state of the campaign does not allow a schedule (`campaign_state`), its channel has no sender (`no_sender`), its sender carries no marketing (`transactional_sender`), its SMS does not name the merchant \
         (`merchant_not_named`), or the merchant's contract has ended (`contract_ended`)."),
    ),
)]
pub(crate) async fn schedule(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
    JsonBody(Schedule { begins_at }): JsonBody<Schedule>,
) -> Result<Json<CampaignAnswer>, Problem> {
    let begins_at = calendar::parse_instant(&begins_at)
        .map_err(|invalid| Problem::refused("/begins_at", invalid))?;
    step(&app, &path, Step::Schedule(begins_at)).await
}

/// Pause a running campaign.
///
/// Messages that were not given to the provider wait.
#[utoipa::path(
    operation_id = "pause_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/pause", tag = "campaigns",
    params(CampaignPath),
    responses(
        (status = 200, description = "The paused campaign.", body = CampaignAnswer),
        (status = 409, description = "The state of the campaign does not allow a pause (`campaign_state`)."),
    ),
)]
pub(crate) async fn pause(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
) -> Result<Json<CampaignAnswer>, Problem> {
    step(&app, &path, Step::Pause).await
}

/// Resume a paused campaign.
#[utoipa::path(
    operation_id = "resume_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/resume", tag = "campaigns",
    params(CampaignPath),
    responses(
        (status = 200, description = "The running campaign.", body = CampaignAnswer),
        (status = 409, description = "The state of the campaign does not allow a resumption (`campaign_state`), its channel has no sender (`no_sender`), its sender carries no marketing (`transactional_sender`), its SMS does not name the merchant \
         (`merchant_not_named`), or the merchant's contract has ended (`contract_ended`)."),
    ),
)]
pub(crate) async fn resume(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
) -> Result<Json<CampaignAnswer>, Problem> {
    step(&app, &path, Step::Resume).await
}

/// Cancel a campaign.
///
/// Messages that were not given to the provider are never sent. A campaign that was cancelled before
/// stays so.
#[utoipa::path(
    operation_id = "cancel_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/cancel", tag = "campaigns",
    params(CampaignPath),
    responses(
        (status = 200, description = "The cancelled campaign.", body = CampaignAnswer),
        (status = 409, description = "The campaign is finished (`campaign_state`)."),
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
) -> Result<Json<CampaignAnswer>, Problem> {
    step(&app, &path, Step::Cancel).await
}

async fn step(app: &App, path: &CampaignPath, step: Step) -> Result<Json<CampaignAnswer>, Problem> {
    let scope = scope(app, path.merchant_id, Mode::Live).await?;
    let (tenant, id, now) = (scope.tenant(), path.campaign_id, app.now());
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
    let stored = app.store().step_campaign(&scope, id, step, now).await;
    let stored = stored.map_err(|error| refused_by_store(error, before))?;
    if stored.campaign.state == CampaignState::Running
        && let Err(problem) = app.campaigns.queue(&CampaignMessage::of(tenant, id)).await
    {
        // The campaign is due: the schedule finds it.
        tracing::warn!(merchant = %tenant.merchant, campaign = %id, code = problem.code(), "begins with the next tick");
    }
    Ok(Json(CampaignAnswer::of(app, &scope, stored).await?))
}

/// Refuses a campaign whose messages could not be sent: its channel has no sender, its sender of SMS carries no
/// marketing, or its SMS does not name the merchant.
pub(super) fn ready(campaign: &Campaign, settings: &Settings) -> Result<(), Problem> {
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
    let Some(sender) = senders.sms.as_ref().filter(|_| campaign.channel == Channel::Sms) else {
        return Ok(());
    };
    if sender.sender_id.is_transactional() {
        let detail = "The merchant's sender of SMS is a short code 38xxx, which carries no marketing: set another one, then send the same request again.";
        return Err(Problem::new(Kind::Conflict, detail).coded(codes::TRANSACTIONAL_SENDER));
    }
    if !names_merchant(&sender.sender_id, &campaign.content.body, &settings.merchant.name) {
        let detail =
            "The sender does not name the merchant, so the SMS must: write {{merchant}} in it.";
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

/// The answer to a refused step. The state is not a field of the request; the instant of a schedule is.
pub(super) fn refused(invalid: DomainError, state: CampaignState) -> Problem {
    match invalid {
        DomainError::Campaign(CampaignError::State) => {
            let may = match state {
                CampaignState::Draft | CampaignState::Scheduled => {
                    "it can be replaced, launched, scheduled or cancelled"
                }
                CampaignState::Running => "it can be paused or cancelled",
                CampaignState::Paused => "it can be resumed or cancelled",
                CampaignState::Cancelled | CampaignState::Finished => {
                    "it has ended: create another one"
                }
            };
            let detail = format!("The campaign is {}: {may}. Nothing was changed.", state.as_str());
            Problem::new(Kind::Conflict, detail).coded(CampaignError::State.into())
        }
        invalid => Problem::refused("/begins_at", invalid),
    }
}

/// As [`refused`], for an error of the store.
pub(super) fn refused_by_store(error: StoreError, state: CampaignState) -> Problem {
    match error {
        StoreError::Refused(invalid) => refused(invalid, state),
        error => error.into(),
    }
}
