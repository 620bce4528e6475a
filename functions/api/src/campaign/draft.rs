//! Campaigns created, listed, shown, and replaced before they begin.

use crate::campaign::request::PutCampaign;
use crate::campaign::response::{CampaignAnswer, CampaignPage, CampaignSummary};
use crate::campaign::steps::{ready, refused, refused_by_store};
use crate::context::App;
use crate::merchant::scope::{scope, scope_in_force};
use crate::parameters::{CampaignPath, MerchantPath, OptionalKey, PageQuery};
use axum::Json;
use axum::extract::State;
use domain::campaign::State as CampaignState;
use domain::{Campaign, CampaignId};
use http_edge::{
    JsonBody, KeyedAnswer, KeyedBody, Operator, Page, Problem, Query, Segments, cursor, idempotency,
};
use store::Mode;

/// Create a campaign.
///
/// The campaign is a draft: nothing is sent.
#[utoipa::path(
    operation_id = "create_campaign",
    post, path = "/v1/merchants/{merchant_id}/campaigns", tag = "campaigns",
    params(MerchantPath, OptionalKey),
    request_body = PutCampaign,
    responses(
        (status = 201, description = "The new campaign; or the campaign that an earlier request with the same \
         key created, as it is now.", body = CampaignAnswer),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`), or the key came \
         with another request (`idempotency_key_reused`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    KeyedBody { key, body: put }: KeyedBody<PutCampaign>,
) -> Result<KeyedAnswer<CampaignAnswer>, Problem> {
    let (now, scope) = (app.now(), scope_in_force(&app, path.merchant_id, Mode::Live).await?);
    let draft = put.read(&scope.settings)?;
    let campaign = Campaign::drafted(CampaignId::mint(now, app.random()?), draft, now);
    let answered = app.store().create_campaign(&scope, &campaign, key.as_ref(), now).await?;
    let (stored, is_replay) = idempotency::split(answered);
    Ok(KeyedAnswer::created(CampaignAnswer::of(&app, &scope, stored).await?, is_replay))
}

/// The name of the list in its cursors.
const LIST: &str = "campaigns";

/// List a merchant's campaigns, newest first.
///
/// A page of long e-mails may hold fewer than `limit`.
#[utoipa::path(
    operation_id = "list_campaigns",
    get, path = "/v1/merchants/{merchant_id}/campaigns", tag = "campaigns",
    params(MerchantPath, PageQuery),
    responses((status = 200, description = "A page of campaigns.", body = CampaignPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    Query(page): Query<Page>,
) -> Result<Json<CampaignPage>, Problem> {
    let scope = scope(&app, path.merchant_id, Mode::Live).await?;
    let (campaigns, next) =
        app.store().campaigns(&scope, page.after(&scope, LIST)?, page.limit).await?;
    Ok(Json(CampaignPage {
        campaigns: campaigns.into_iter().map(CampaignSummary::of).collect(),
        next_cursor: cursor::next(&scope, LIST, next.as_ref())?,
    }))
}

/// Show a campaign and its figures.
#[utoipa::path(
    operation_id = "show_campaign",
    get, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}", tag = "campaigns",
    params(CampaignPath),
    responses((status = 200, description = "The campaign and its figures.", body = CampaignAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
) -> Result<Json<CampaignAnswer>, Problem> {
    let scope = scope(&app, path.merchant_id, Mode::Live).await?;
    let stored = app.store().campaign(scope.tenant(), path.campaign_id).await?;
    Ok(Json(CampaignAnswer::of(&app, &scope, stored).await?))
}

/// Replace a campaign as a whole, before it begins.
///
/// The result of a dry run is deleted.
#[utoipa::path(
    operation_id = "put_campaign",
    put, path = "/v1/merchants/{merchant_id}/campaigns/{campaign_id}", tag = "campaigns",
    params(CampaignPath),
    request_body = PutCampaign,
    responses(
        (status = 200, description = "The updated campaign.", body = CampaignAnswer),
        (status = 409, description = "The campaign has begun (`campaign_state`); it is scheduled, and the new \
         channel has no sender (`no_sender`), its sender carries no marketing (`transactional_sender`) or the SMS does not name the merchant (`merchant_not_named`); or \
         the merchant's contract has ended (`contract_ended`)."),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CampaignPath>,
    JsonBody(put): JsonBody<PutCampaign>,
) -> Result<Json<CampaignAnswer>, Problem> {
    let (scope, id) = (scope_in_force(&app, path.merchant_id, Mode::Live).await?, path.campaign_id);
    let draft = put.read(&scope.settings)?;
    let mut campaign = app.store().campaign(scope.tenant(), id).await?.campaign;
    campaign.rewrite(&draft).map_err(|invalid| refused(invalid.into(), campaign.state))?;
    if campaign.state == CampaignState::Scheduled {
        ready(&campaign, &scope.settings)?;
    }
    let stored = app
        .store()
        .rewrite_campaign(&scope, id, &draft, app.now())
        .await
        .map_err(|error| refused_by_store(error, campaign.state))?;
    Ok(Json(CampaignAnswer::of(&app, &scope, stored).await?))
}
