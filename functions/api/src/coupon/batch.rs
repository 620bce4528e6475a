//! Batches of an offer's codes: asked for, followed, and listed without being read.

use crate::coupon::{scope, scope_in_force};
use crate::merchant::mode::{InMode, PageInMode};
use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{CouponBatchId, CouponError, DomainError, Instant};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use http_edge::idempotency::{Replayed, told};
use http_edge::problem::Kind;
use http_edge::{KeyedBody, Operator, Page, Problem, Segments, cursor, page};
use platform::messages::CouponRangeMessage;
use serde::{Deserialize, Serialize};
use store::{CouponBatch, StoreError, Tenant};
use utoipa::ToSchema;

/// Messages sent to the queue at once.
const AT_ONCE: usize = 10;
/// Codes of a page of CSV.
const CSV_CODES: usize = 10_000;
/// Where the next page of a CSV begins.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("next-cursor");

/// A batch to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBatch {
    /// How many codes.
    #[schema(minimum = 1, maximum = 1_000_000, examples(5000))]
    count: u32,
}

/// How far a batch is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchState {
    /// Its codes are being made, and none gives anything yet.
    Running,
    /// All of its codes are there.
    Finished,
}

/// A batch.
#[derive(Serialize, ToSchema)]
#[schema(as = CouponBatch)]
pub(crate) struct BatchAnswer {
    batch_id: String,
    offer_id: String,
    count: u32,
    /// How many of them are made; absent from a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    codes_made: Option<u32>,
    state: BatchState,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Instant>,
}

/// A page of batches.
#[derive(Serialize, ToSchema)]
pub(crate) struct CouponBatchPage {
    batches: Vec<BatchAnswer>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A page of codes.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodePage {
    /// As they are printed; a till takes them with or without their hyphens.
    #[schema(examples(json!(["7KHP-M3CD-RTWX"])))]
    codes: Vec<String>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl BatchAnswer {
    fn of(batch: &CouponBatch, codes_made: Option<u32>) -> Self {
        Self {
            batch_id: batch.id.to_string(),
            offer_id: batch.offer.to_string(),
            count: batch.count,
            codes_made,
            state: match batch.finished_at {
                Some(_) => BatchState::Finished,
                None => BatchState::Running,
            },
            created_at: batch.created_at,
            finished_at: batch.finished_at,
        }
    }
}

/// Queues ranges of a batch: a round trip each, ten at once.
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

/// Have codes of an offer made, in the background. They give nothing before all of them are there.
/// Asked for again, other codes are made, unless the header `Idempotency-Key` tells that it is the same request
/// within 24 hours: that is answered with the batch as it stands then. A batch whose making stands still is resumed.
#[utoipa::path(
    operation_id = "create_coupon_batch",
    post, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
         description = "Visible ASCII characters; one key a batch, a UUID for example."),
    ),
    request_body = NewBatch,
    responses(
        (status = 202, description = "It runs; before, where the header `idempotency-replayed` is `true`.",
         body = BatchAnswer),
        (status = 409, description = "The merchant's contract has ended, or the key came with another \
         request (`idempotency_key_reused`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer)): Segments<(String, String)>,
    InMode(mode): InMode,
    KeyedBody { key, body: NewBatch { count } }: KeyedBody<NewBatch>,
) -> Result<(StatusCode, Replayed, Json<BatchAnswer>), Problem> {
    let (now, scope) = (app.now(), scope_in_force(&app, &merchant, mode).await?);
    let (tenant, store) = (scope.tenant(), app.store());
    let offer = store.offer(tenant, identifiers::offer(&offer)?).await?.id;
    let id = CouponBatchId::mint(now, identifiers::random()?);
    let answered = store.create_coupon_batch(&scope, offer, (id, count), key.as_ref(), now).await;
    let answered = answered.map_err(|error| match error {
        StoreError::Refused(DomainError::Coupon(CouponError::BatchCount)) => {
            Problem::from(error).at("/count")
        }
        _ => error.into(),
    })?;
    let (batch, replayed) = told(answered);
    if replayed.is_some() {
        let (codes_made, _) = store.coupons_made(tenant, &batch).await?;
        let batch = BatchAnswer::of(&batch, Some(codes_made));
        return Ok((StatusCode::ACCEPTED, replayed, Json(batch)));
    }
    if let Err(problem) = queue(&app, tenant, &batch, 0..batch.ranges()).await {
        // It is there, and can be resumed.
        tracing::warn!(merchant = %tenant.merchant, batch = %id, code = problem.code(), "not all of it is queued");
    }
    Ok((StatusCode::ACCEPTED, replayed, Json(BatchAnswer::of(&batch, Some(0)))))
}

/// Batches of an offer, newest first.
#[utoipa::path(
    operation_id = "list_coupon_batches",
    get, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = CouponBatchPage),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer)): Segments<(String, String)>,
    PageInMode { mode, page: Page { limit, after } }: PageInMode<String>,
) -> Result<Json<CouponBatchPage>, Problem> {
    let scope = scope(&app, &merchant, mode).await?;
    let after = after
        .map(|after| CouponBatchId::parse(&after))
        .transpose()
        .map_err(|_| Problem::fields(Kind::Malformed, vec![page::refused_cursor()]))?;
    let offer = identifiers::offer(&offer)?;
    let (batches, next) = app.store().coupon_batches(scope.tenant(), offer, after, limit).await?;
    let next_cursor = next.map(|id| cursor::encode(&id.to_string())).transpose();
    Ok(Json(CouponBatchPage {
        batches: batches.iter().map(|batch| BatchAnswer::of(batch, None)).collect(),
        next_cursor: next_cursor.map_err(|error| Problem::defect(error.to_string()))?,
    }))
}

/// A batch and how far it is.
#[utoipa::path(
    operation_id = "show_coupon_batch",
    get, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("batch_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
    ),
    responses((status = 200, description = "It.", body = BatchAnswer), OperatorRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer, batch)): Segments<(String, String, String)>,
    InMode(mode): InMode,
) -> Result<Json<BatchAnswer>, Problem> {
    let tenant = scope(&app, &merchant, mode).await?.tenant();
    let (offer, id) = (identifiers::offer(&offer)?, identifiers::coupon_batch(&batch)?);
    let batch = app.store().coupon_batch(tenant, offer, id).await?;
    let (codes_made, _) = app.store().coupons_made(tenant, &batch).await?;
    Ok(Json(BatchAnswer::of(&batch, Some(codes_made))))
}

/// Queue again what of a batch is not made, where its messages were lost. Of a finished batch nothing.
#[utoipa::path(
    operation_id = "resume_coupon_batch",
    post, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}/resume",
    tag = "offers", security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("batch_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
    ),
    responses(
        (status = 202, description = "It goes on.", body = BatchAnswer),
        (status = 409, description = "The merchant's contract has ended.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn resume(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer, batch)): Segments<(String, String, String)>,
    InMode(mode): InMode,
) -> Result<(StatusCode, Json<BatchAnswer>), Problem> {
    let tenant = scope_in_force(&app, &merchant, mode).await?.tenant();
    let (offer, id) = (identifiers::offer(&offer)?, identifiers::coupon_batch(&batch)?);
    let batch = app.store().coupon_batch(tenant, offer, id).await?;
    let (codes_made, open) = app.store().coupons_made(tenant, &batch).await?;
    queue(&app, tenant, &batch, open).await?;
    Ok((StatusCode::ACCEPTED, Json(BatchAnswer::of(&batch, Some(codes_made)))))
}

/// The codes of a finished batch, in the order they were made. With `Accept: text/csv` one a line, the
/// first page under a header, 10 000 a page whatever the limit, and the next page's cursor in the header
/// `Next-Cursor`.
#[utoipa::path(
    operation_id = "list_coupon_codes",
    get, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}/codes",
    tag = "offers", security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("batch_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", content((CodePage), (String = "text/csv"))),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The batch is not finished.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn codes(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer, batch)): Segments<(String, String, String)>,
    PageInMode { mode, page: Page { limit, after } }: PageInMode<u32>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = scope(&app, &merchant, mode).await?;
    let (offer, id) = (identifiers::offer(&offer)?, identifiers::coupon_batch(&batch)?);
    let batch = app.store().coupon_batch(scope.tenant(), offer, id).await?;
    if batch.finished_at.is_none() {
        let detail = "The batch is not finished, and its codes give nothing yet: ask again later.";
        return Err(Problem::new(Kind::Conflict, detail).coded(crate::codes::BATCH_NOT_FINISHED));
    }
    let as_csv = wants_csv(&headers);
    let limit = if as_csv { CSV_CODES } else { limit };
    let (maker, begin) = (scope.code_maker(), after.unwrap_or(0));
    let codes = (begin..batch.count).take(limit).filter_map(|place| batch.code(&maker, place));
    let codes: Vec<String> = codes.map(|code| code.to_string()).collect();
    let end = begin.saturating_add(u32::try_from(codes.len()).unwrap_or(u32::MAX));
    let next_cursor = (end < batch.count).then(|| cursor::encode(&end)).transpose();
    let next_cursor = next_cursor.map_err(|error| Problem::defect(error.to_string()))?;
    if !as_csv {
        return Ok(Json(CodePage { codes, next_cursor }).into_response());
    }
    let header = if begin == 0 { "code\r\n" } else { "" };
    let lines: String = codes.iter().flat_map(|code| [code.as_str(), "\r\n"]).collect();
    let mut answer = format!("{header}{lines}").into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Some(next) = next_cursor.and_then(|next| HeaderValue::from_str(&next).ok()) {
        headers.insert(NEXT_CURSOR, next);
    }
    Ok(answer)
}

fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| {
        let essence = one.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("text/csv")
    })
}
