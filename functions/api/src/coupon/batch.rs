//! Batches of an offer's codes: created, listed, shown and resumed.

use crate::context::App;
use crate::merchant::mode::DataMode;
use crate::merchant::scope::{scope, scope_in_force};
use crate::parameters::{BatchPath, ModeQuery, OfferPath, OptionalKey, PageQuery};
use crate::schema::{DateTime, Identifier};
use crate::second::Second;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{CouponBatchId, CouponError, DomainError, OfferId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use http_edge::{
    KeyedAnswer, KeyedBody, Operator, Page, Problem, Query, Segments, cursor, idempotency,
};
use platform::messages::CouponRangeMessage;
use serde::{Deserialize, Serialize};
use store::{CouponBatch, NewCouponBatch, StoreError, Tenant};
use utoipa::ToSchema;

/// Messages sent to the queue at once.
const AT_ONCE: usize = 10;

/// A batch to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBatch {
    /// The number of codes.
    #[schema(minimum = 1, maximum = 1_000_000, examples(5000))]
    count: u32,
}

/// The progress of a batch.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchState {
    /// The codes are being made, and none of them gives anything yet.
    Running,
    /// All codes are made.
    Finished,
}

/// A batch of coupons.
#[derive(Serialize, ToSchema)]
#[schema(as = CouponBatch)]
pub(crate) struct BatchAnswer {
    #[schema(value_type = Identifier)]
    batch_id: CouponBatchId,
    #[schema(value_type = Identifier)]
    offer_id: OfferId,
    /// The number of codes of the batch.
    count: u32,
    /// The number of codes that are made. Absent in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    codes_made: Option<u32>,
    state: BatchState,
    #[schema(value_type = DateTime)]
    created_at: Second,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    finished_at: Option<Second>,
}

/// A page of batches.
#[derive(Serialize, ToSchema)]
pub(crate) struct CouponBatchPage {
    batches: Vec<BatchAnswer>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl BatchAnswer {
    fn of(batch: &CouponBatch, codes_made: Option<u32>) -> Self {
        Self {
            batch_id: batch.id,
            offer_id: batch.offer,
            count: batch.count,
            codes_made,
            state: match batch.finished_at {
                Some(_) => BatchState::Finished,
                None => BatchState::Running,
            },
            created_at: batch.created_at.into(),
            finished_at: batch.finished_at.map(Second::from),
        }
    }
}

/// Queues ranges of a batch: a round trip for each, ten at once.
async fn queue(
    app: &App,
    tenant: Tenant,
    batch: &CouponBatch,
    ranges: impl IntoIterator<Item = u32>,
) -> Result<(), Problem> {
    let messages = ranges.into_iter().map(|range| {
        let message = CouponRangeMessage::of(tenant, batch.offer, batch.id, range);
        async move { app.coupons.queue(&message).await }
    });
    let messages: Vec<_> = messages.collect();
    stream::iter(messages).buffer_unordered(AT_ONCE).try_collect().await
}

/// Create a batch of codes of an offer.
///
/// The codes are made in the background, and give nothing before all of them are made. A batch that
/// stops is resumed by `resume`.
#[utoipa::path(
    operation_id = "create_coupon_batch",
    post, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches", tag = "offers",
    params(OfferPath, ModeQuery, OptionalKey),
    request_body = NewBatch,
    responses(
        (status = 202, description = "The new batch; or the batch that an earlier request with the same key \
         created, as it is now.", body = BatchAnswer),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`), or the key came \
         with another request (`idempotency_key_reused`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<OfferPath>,
    Query(DataMode(mode)): Query<DataMode>,
    KeyedBody { key, body: NewBatch { count } }: KeyedBody<NewBatch>,
) -> Result<KeyedAnswer<BatchAnswer>, Problem> {
    let (now, scope) = (app.now(), scope_in_force(&app, path.merchant_id, mode).await?);
    let (tenant, store) = (scope.tenant(), app.store());
    let offer = store.offer(tenant, path.offer_id).await?.offer.id;
    let id = CouponBatchId::mint(now, app.random()?);
    let new = NewCouponBatch { id, offer, count };
    let answered = store.create_coupon_batch(&scope, &new, key.as_ref(), now).await;
    let answered = answered.map_err(|error| match error {
        StoreError::Refused(DomainError::Coupon(CouponError::BatchCount)) => {
            Problem::from(error).at("/count")
        }
        _ => error.into(),
    })?;
    let (batch, is_replay) = idempotency::split(answered);
    let mut codes_made = 0;
    if is_replay {
        codes_made = store.batch_progress(tenant, &batch).await?.codes_made;
    } else if let Err(problem) = queue(&app, tenant, &batch, 0..batch.ranges()).await {
        // The batch exists, and can be resumed.
        tracing::warn!(merchant = %tenant.merchant, batch = %id, code = problem.code(), "not all of it is queued");
    }
    Ok(KeyedAnswer::accepted(BatchAnswer::of(&batch, Some(codes_made)), is_replay))
}

/// List the batches of an offer, newest first.
#[utoipa::path(
    operation_id = "list_coupon_batches",
    get, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches", tag = "offers",
    params(OfferPath, ModeQuery, PageQuery),
    responses((status = 200, description = "A page of batches.", body = CouponBatchPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<OfferPath>,
    Query((DataMode(mode), page)): Query<(DataMode, Page)>,
) -> Result<Json<CouponBatchPage>, Problem> {
    let scope = scope(&app, path.merchant_id, mode).await?;
    let list = format!("batches {}", path.offer_id);
    let after = page.after(&scope, &list)?;
    let (batches, next) =
        app.store().coupon_batches(scope.tenant(), path.offer_id, after, page.limit).await?;
    Ok(Json(CouponBatchPage {
        batches: batches.iter().map(|batch| BatchAnswer::of(batch, None)).collect(),
        next_cursor: cursor::next(&scope, &list, next.as_ref())?,
    }))
}

/// Show a batch and its progress.
#[utoipa::path(
    operation_id = "show_coupon_batch",
    get, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}", tag = "offers",
    params(BatchPath, ModeQuery),
    responses((status = 200, description = "The batch and its progress.", body = BatchAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<BatchPath>,
    Query(DataMode(mode)): Query<DataMode>,
) -> Result<Json<BatchAnswer>, Problem> {
    let tenant = scope(&app, path.merchant_id, mode).await?.tenant();
    let batch = app.store().coupon_batch(tenant, path.offer_id, path.batch_id).await?;
    let codes_made = app.store().batch_progress(tenant, &batch).await?.codes_made;
    Ok(Json(BatchAnswer::of(&batch, Some(codes_made))))
}

/// Resume a batch whose messages were lost: the codes that are not made are queued again.
///
/// A finished batch does not change.
#[utoipa::path(
    operation_id = "resume_coupon_batch",
    post, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}/resume",
    tag = "offers",
    params(BatchPath, ModeQuery),
    responses(
        (status = 202, description = "The batch, whose codes are being made.", body = BatchAnswer),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`)."),
    ),
)]
pub(crate) async fn resume(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<BatchPath>,
    Query(DataMode(mode)): Query<DataMode>,
) -> Result<(StatusCode, Json<BatchAnswer>), Problem> {
    let tenant = scope_in_force(&app, path.merchant_id, mode).await?.tenant();
    let batch = app.store().coupon_batch(tenant, path.offer_id, path.batch_id).await?;
    let progress = app.store().batch_progress(tenant, &batch).await?;
    queue(&app, tenant, &batch, progress.open_ranges).await?;
    Ok((StatusCode::ACCEPTED, Json(BatchAnswer::of(&batch, Some(progress.codes_made)))))
}
