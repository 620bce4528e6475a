//! The erasure of a member at the person's request.

use crate::context::App;
use crate::merchant::mode::DataMode;
use crate::merchant::scope::scope;
use crate::parameters::{MemberPath, MerchantMemberPath, ModeQuery};
use crate::schema::{Date, Identifier};
use axum::Json;
use axum::extract::State;
use domain::{Day, MemberId, retention};
use http_edge::{JsonBody, Operator, Problem, Query, Segments, Till};
use serde::{Deserialize, Serialize};
use store::{Scope, Tombstone};
use utoipa::ToSchema;

/// The reason that a person gave.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErasureReason {
    /// The person asked for the erasure (GDPR art. 17).
    Request,
    /// The person objected to the processing (GDPR art. 21).
    Objection,
}

impl ErasureReason {
    pub(crate) const fn read(self) -> retention::ErasureReason {
        match self {
            Self::Request => retention::ErasureReason::Request,
            Self::Objection => retention::ErasureReason::Objection,
        }
    }
}

/// The erasure that a person asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewErasure {
    reason: ErasureReason,
}

/// The erasure of a member.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureAnswer {
    /// The identifier of the erased member. Where the request named a member who was merged into another one,
    /// this is the other one.
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// The day of the erasure in the time zone Europe/Paris.
    #[schema(value_type = Date)]
    erased_on: Day,
    /// The reason of the erasure, as the first request gave it. A request after an erasure by a deadline is a
    /// first request.
    reason: &'static str,
}

impl ErasureAnswer {
    fn of(tombstone: &Tombstone) -> Self {
        Self {
            member_id: tombstone.member,
            erased_on: tombstone.erased_on,
            reason: tombstone.reason.as_str(),
        }
    }
}

async fn erase_for(
    app: &App,
    scope: &Scope,
    member: MemberId,
    new: &NewErasure,
) -> Result<Json<ErasureAnswer>, Problem> {
    let erased = app.store().erase_member(scope, member, new.reason.read(), app.now()).await?;
    Ok(Json(ErasureAnswer::of(&erased)))
}

/// Erase a member, because the person asked for it or objected.
///
/// The person cannot be read from now on, and a file never enrols the person again. The purchases and points
/// are deleted in the following night. The same request again on the same day changes nothing. A request on the
/// day of an erasure by a deadline suppresses the contacts as a request does. Once the member is not found,
/// `suppress_contacts` records the request.
#[utoipa::path(
    operation_id = "erase_member",
    post, path = "/v1/members/{member_id}/erasure", tag = "members",
    params(MemberPath),
    request_body = NewErasure,
    responses((status = 200, description = "The erasure of the member.", body = ErasureAnswer)),
)]
pub(crate) async fn erase(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    JsonBody(new): JsonBody<NewErasure>,
) -> Result<Json<ErasureAnswer>, Problem> {
    erase_for(&app, &till.scope, path.member_id, &new).await
}

/// Erase a member of a merchant, because the person asked for it or objected.
///
/// The operator does for a merchant what the merchant can do with a key.
#[utoipa::path(
    operation_id = "erase_member_of_merchant",
    post, path = "/v1/merchants/{merchant_id}/members/{member_id}/erasure", tag = "merchants",
    params(MerchantMemberPath, ModeQuery),
    request_body = NewErasure,
    responses((status = 200, description = "The erasure of the member.", body = ErasureAnswer)),
)]
pub(crate) async fn erase_by_operator(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantMemberPath>,
    Query(DataMode(mode)): Query<DataMode>,
    JsonBody(new): JsonBody<NewErasure>,
) -> Result<Json<ErasureAnswer>, Problem> {
    let scope = scope(&app, path.merchant_id, mode).await?;
    erase_for(&app, &scope, path.member_id, &new).await
}
