//! What a campaign would come to: counted by a job, since a merchant may have a million members.

use crate::campaign::{scope, scope_in_force};
use crate::openapi::OperatorRefusals;
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::campaign::Campaign;
use domain::merchant::sender::UnitPrice;
use domain::{Channel, Instant};
use http_edge::{Operator, Problem, Segments};
use platform::messages::CampaignMessage;
use serde::Serialize;
use store::{DryCounts, DryRun, Settings};
use utoipa::ToSchema;

/// Members in the segment who are not written to.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotReached {
    /// They opposed, or never consented.
    opposed: u64,
    /// They have no address.
    unreachable: u64,
}

/// How long the SMS are, each measured with the person's own name and points.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsLengths {
    messages: u64,
    /// What is paid for.
    parts_total: u64,
    /// Messages in UCS-2, whose parts are shorter.
    unicode_messages: u64,
}

/// A dry run. Members who share an e-mail address count each, though their family is written to once.
#[derive(Serialize, ToSchema)]
#[schema(as = DryRun)]
pub(crate) struct DryRunAnswer {
    campaign_id: String,
    /// `running` or `done`.
    #[schema(value_type = String, examples("done"))]
    state: &'static str,
    #[schema(value_type = String, format = DateTime)]
    asked_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<Instant>,
    /// Members looked at so far.
    walked: u64,
    /// Whom the campaign would be sent to.
    recipients: u64,
    not_reached: NotReached,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<SmsLengths>,
    /// Of one e-mail, or of one part of an SMS, in millionths of a euro; null where the sender has none.
    unit_price_microeuros: Option<u32>,
    /// A cent begun counts whole; null where the sender has no price.
    estimated_cost_cents: Option<i64>,
}

impl DryRunAnswer {
    fn of(campaign: &Campaign, dry_run: &DryRun, settings: &Settings) -> Self {
        let DryCounts { walked, recipients, opposed, unreachable, sms_parts, unicode } =
            dry_run.counts;
        let senders = &settings.senders;
        let (price, paid_for) = match campaign.channel {
            Channel::Sms => (senders.sms.as_ref().and_then(|sender| sender.price), sms_parts),
            _ => (senders.email.as_ref().and_then(|sender| sender.price), recipients),
        };
        Self {
            campaign_id: campaign.id.to_string(),
            state: if dry_run.done_at.is_some() { "done" } else { "running" },
            asked_at: dry_run.asked_at,
            done_at: dry_run.done_at,
            walked,
            recipients,
            not_reached: NotReached { opposed, unreachable },
            sms: (campaign.channel == Channel::Sms).then_some(SmsLengths {
                messages: recipients,
                parts_total: sms_parts,
                unicode_messages: unicode,
            }),
            unit_price_microeuros: price.map(UnitPrice::microeuros),
            estimated_cost_cents: price.map(|price| price.of(paid_for).get()),
        }
    }
}

/// Ask what a campaign would come to, as it is written now. Nobody is written to. Asking again while it
/// runs lets it go on.
#[utoipa::path(
    operation_id = "ask_dry_run",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/dry-run", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    responses(
        (status = 202, description = "It runs.", body = DryRunAnswer),
        (status = 409, description = "The merchant's contract has ended.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn ask(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
) -> Result<(StatusCode, Json<DryRunAnswer>), Problem> {
    let (scope, id) = (scope_in_force(&app, &merchant).await?, identifiers::campaign(&campaign)?);
    let tenant = scope.tenant();
    let campaign = app.store().campaign(tenant, id).await?.campaign;
    let dry_run = app.store().ask_dry_run(tenant, id, app.now()).await?;
    app.campaigns.queue(&CampaignMessage::dry_run_of(tenant, id)).await?;
    let answer = DryRunAnswer::of(&campaign, &dry_run, &scope.settings);
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// What a campaign would come to, as far as it is counted. Kept for 30 days, and until the campaign is
/// written anew.
#[utoipa::path(
    operation_id = "show_dry_run",
    get, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/dry-run", tag = "campaigns",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("campaign_id" = String, Path)),
    responses((status = 200, description = "It.", body = DryRunAnswer), OperatorRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, campaign)): Segments<(String, String)>,
) -> Result<Json<DryRunAnswer>, Problem> {
    let (scope, id) = (scope(&app, &merchant).await?, identifiers::campaign(&campaign)?);
    let tenant = scope.tenant();
    let campaign = app.store().campaign(tenant, id).await?.campaign;
    let dry_run = app.store().dry_run(tenant, id, app.now()).await?;
    let dry_run = dry_run.ok_or_else(|| Problem::not_found("dry run: ask for one by POST"))?;
    Ok(Json(DryRunAnswer::of(&campaign, &dry_run, &scope.settings)))
}
