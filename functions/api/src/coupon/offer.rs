//! The operator writes and reads a merchant's offers.

use crate::context::App;
use crate::coupon::request::PutOffer;
use crate::coupon::response::{OfferAnswer, OfferPage};
use crate::merchant::mode::DataMode;
use crate::merchant::scope::{scope, scope_in_force};
use crate::parameters::{MerchantPath, ModeQuery, OfferPath, OptionalKey, PageQuery};
use axum::Json;
use axum::extract::State;
use domain::OfferId;
use http_edge::{
    JsonBody, KeyedAnswer, KeyedBody, Operator, Page, Problem, Query, Segments, cursor, idempotency,
};
use store::StoredOffer;

/// Create an offer.
///
/// Its coupons are made afterwards: by a batch, from a file, or one by one.
#[utoipa::path(
    operation_id = "create_offer",
    post, path = "/v1/merchants/{merchant_id}/offers", tag = "offers",
    params(MerchantPath, ModeQuery, OptionalKey),
    request_body = PutOffer,
    responses(
        (status = 201, description = "The new offer; or the offer that an earlier request with the same key \
         created, as it is now.", body = OfferAnswer),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`), or the key came \
         with another request (`idempotency_key_reused`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    Query(DataMode(mode)): Query<DataMode>,
    KeyedBody { key, body: put }: KeyedBody<PutOffer>,
) -> Result<KeyedAnswer<OfferAnswer>, Problem> {
    let (now, scope) = (app.now(), scope_in_force(&app, path.merchant_id, mode).await?);
    let offer = put.read(OfferId::mint(now, app.random()?), &scope.settings)?;
    let answered = app.store().create_offer(&scope, &offer, key.as_ref(), now).await?;
    let (offer, is_replay) = idempotency::split(answered);
    Ok(KeyedAnswer::created(OfferAnswer::of(&offer), is_replay))
}

/// The name of the list in its cursors.
const LIST: &str = "offers";

/// List a merchant's offers, newest first.
#[utoipa::path(
    operation_id = "list_offers",
    get, path = "/v1/merchants/{merchant_id}/offers", tag = "offers",
    params(MerchantPath, ModeQuery, PageQuery),
    responses((status = 200, description = "A page of offers.", body = OfferPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    Query((DataMode(mode), page)): Query<(DataMode, Page)>,
) -> Result<Json<OfferPage>, Problem> {
    let scope = scope(&app, path.merchant_id, mode).await?;
    let (offers, next) =
        app.store().offers(scope.tenant(), page.after(&scope, LIST)?, page.limit).await?;
    Ok(Json(OfferPage {
        offers: offers.iter().map(OfferAnswer::of).collect(),
        next_cursor: cursor::next(&scope, LIST, next.as_ref())?,
    }))
}

/// Show an offer.
#[utoipa::path(
    operation_id = "show_offer",
    get, path = "/v1/merchants/{merchant_id}/offers/{offer_id}", tag = "offers",
    params(OfferPath, ModeQuery),
    responses((status = 200, description = "The offer of the merchant.", body = OfferAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<OfferPath>,
    Query(DataMode(mode)): Query<DataMode>,
) -> Result<Json<OfferAnswer>, Problem> {
    let scope = scope(&app, path.merchant_id, mode).await?;
    let offer = app.store().offer(scope.tenant(), path.offer_id).await?;
    Ok(Json(OfferAnswer::of(&offer)))
}

/// Replace an offer as a whole.
///
/// Its coupons give the new benefit at every till within one minute; uses that were made before do not
/// change.
#[utoipa::path(
    operation_id = "put_offer",
    put, path = "/v1/merchants/{merchant_id}/offers/{offer_id}", tag = "offers",
    params(OfferPath, ModeQuery),
    request_body = PutOffer,
    responses(
        (status = 200, description = "The updated offer.", body = OfferAnswer),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`)."),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<OfferPath>,
    Query(DataMode(mode)): Query<DataMode>,
    JsonBody(put): JsonBody<PutOffer>,
) -> Result<Json<OfferAnswer>, Problem> {
    let scope = scope_in_force(&app, path.merchant_id, mode).await?;
    let offer = put.read(path.offer_id, &scope.settings)?;
    app.store().rewrite_offer(&scope, &offer).await?;
    let changed_by = scope.credential;
    Ok(Json(OfferAnswer::of(&StoredOffer { offer, changed_by })))
}
