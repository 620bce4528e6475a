//! A dry run of a campaign: its recipients, its SMS and its cost. A job counts them in the background, because
//! a merchant may have a million members.

use crate::context::App;
use crate::merchant::scope::{scope, scope_in_force};
use crate::parameters::CampaignPath;
use crate::schema::{DateTime, Identifier};
use crate::second::Second;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::campaign::Campaign;
use domain::merchant::sender::UnitPrice;
use domain::{CampaignId, Channel};
use http_edge::{Operator, Problem, Segments};
use platform::messages::CampaignMessage;
use serde::Serialize;
use store::{DryCounts, DryRun, Mode, Settings};
use utoipa::ToSchema;

/// The members of the segment who would get no message.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotReached {
    /// The members who opposed.
    opposed: u64,
    /// The members who never consented, and did not oppose.
    without_consent: u64,
    /// The members who consented and have no address, or one that does not exist.
    unreachable: u64,
    /// The members whose e-mail address another recipient has, because an address gets a campaign once.
    same_address: u64,
}

/// The length of the SMS, each measured with the person's own name and points.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsLengths {
    /// The number of SMS.
    messages: u64,
    /// The number of parts to pay for.
    parts_total: u64,
    /// The number of SMS in UCS-2, whose parts are shorter.
    unicode_messages: u64,
}

/// A dry run. Members who share an e-mail address count as one recipient.
#[derive(Serialize, ToSchema)]
#[schema(as = DryRun)]
pub(crate) struct DryRunAnswer {
    #[schema(value_type = Identifier)]
    campaign_id: CampaignId,
    /// The state of the dry run: `running` or `done`.
    #[schema(value_type = String, examples("done"))]
    state: &'static str,
    #[schema(value_type = DateTime)]
    asked_at: Second,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    done_at: Option<Second>,
    /// The number of members that were checked so far.
    walked: u64,
    /// The number of members who would get the campaign.
    recipients: u64,
    not_reached: NotReached,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms: Option<SmsLengths>,
    /// The price of one e-mail, or of one part of an SMS, in millionths of a euro. `null` where the sender has
    /// no price.
    unit_price_microeuros: Option<u32>,
    /// The estimated cost, rounded up to a cent. `null` where the sender has no price.
    estimated_cost_cents: Option<i64>,
}

impl DryRunAnswer {
    fn of(campaign: &Campaign, dry_run: &DryRun, settings: &Settings) -> Self {
        let DryCounts {
            walked,
            recipients,
            opposed,
            without_consent,
            unreachable,
            same_address,
            sms_parts,
            unicode,
        } = dry_run.counts;
        let senders = &settings.senders;
        let (price, paid_for) = match campaign.channel {
            Channel::Sms => (senders.sms.as_ref().and_then(|sender| sender.price), sms_parts),
            _ => (senders.email.as_ref().and_then(|sender| sender.price), recipients),
        };
        Self {
            campaign_id: campaign.id,
            state: if dry_run.done_at.is_some() { "done" } else { "running" },
            asked_at: dry_run.asked_at.into(),
            done_at: dry_run.done_at.map(Second::from),
            walked,
            recipients,
            not_reached: NotReached { opposed, without_consent, unreachable, same_address },
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

/// Start a dry run of a campaign as it is written now.
///
/// No message is sent. A request while a dry run is running resumes it.
#[utoipa::path(
    operation_id = "ask_dry_run",
    post, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/dry-run", tag = "campaigns",
    params(CampaignPath),
    responses(
        (status = 202, description = "The dry run, which is running.", body = DryRunAnswer),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`)."),
    ),
)]
pub(crate) async fn request(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
) -> Result<(StatusCode, Json<DryRunAnswer>), Problem> {
    let scope = scope_in_force(&app, path.merchant_id, Mode::Live).await?;
    let (tenant, id) = (scope.tenant(), path.campaign_id);
    let campaign = app.store().campaign(tenant, id).await?.campaign;
    let dry_run = app.store().request_dry_run(tenant, id, app.now()).await?;
    app.campaigns.queue(&CampaignMessage::dry_run_of(tenant, id)).await?;
    let answer = DryRunAnswer::of(&campaign, &dry_run, &scope.settings);
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// Show the dry run of a campaign.
///
/// The dry run is stored for 30 days, or until the campaign is replaced.
#[utoipa::path(
    operation_id = "show_dry_run",
    get, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}/dry-run", tag = "campaigns",
    params(CampaignPath),
    responses((status = 200, description = "The dry run and its counts.", body = DryRunAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
) -> Result<Json<DryRunAnswer>, Problem> {
    let scope = scope(&app, path.merchant_id, Mode::Live).await?;
    let (tenant, id) = (scope.tenant(), path.campaign_id);
    let campaign = app.store().campaign(tenant, id).await?.campaign;
    let dry_run = app.store().dry_run(tenant, id, app.now()).await?;
    let dry_run = dry_run.ok_or_else(|| Problem::not_found("dry run: ask for one by POST"))?;
    Ok(Json(DryRunAnswer::of(&campaign, &dry_run, &scope.settings)))
}
