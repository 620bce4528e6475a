//! One code of an offer: made by hand, disabled, or given to one member.

use crate::context::App;
use crate::merchant::mode::DataMode;
use crate::merchant::scope::scope_in_force;
use crate::parameters::{CodePath, ModeQuery};
use crate::schema::Identifier;
use axum::Json;
use axum::extract::State;
use domain::{CouponCode, MemberId, OfferId};
use http_edge::{Fields, JsonBody, Operator, Problem, Query, Segments};
use serde::{Deserialize, Serialize};
use store::{CodeChange, Entity, StoreError};
use utoipa::ToSchema;

/// The state of a code to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutCode {
    /// Whether the code gives nothing.
    #[serde(default)]
    disabled: bool,
    /// The only member who can use the code. The member cannot be changed later. The code is deleted with the
    /// member's data.
    #[schema(value_type = Option<Identifier>)]
    member_id: Option<String>,
}

/// A code and its state.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeAnswer {
    /// The code as it is printed.
    #[schema(examples("BIENVENUE10"))]
    code: String,
    #[schema(value_type = Identifier)]
    offer_id: OfferId,
    /// The number of purchases that used the code. Absent where any number of customers may use it: the uses of such
    /// a code are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    uses: Option<u32>,
    /// Whether the code gives nothing.
    disabled: bool,
    /// The only member who can use the code. Absent where every customer can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    member_id: Option<MemberId>,
}

/// Create a code of an offer, or change the state of a code.
///
/// A code of a batch can be disabled here too.
#[utoipa::path(
    operation_id = "put_coupon_code",
    put, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/codes/{code}", tag = "offers",
    params(CodePath, ModeQuery),
    request_body = PutCode,
    responses(
        (status = 200, description = "The code and its state.", body = CodeAnswer),
        (status = 409, description = "The code belongs to another offer (`coupon_taken`) or to another \
         member, or the merchant's contract has ended (`contract_ended`)."),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<CodePath>,
    Query(DataMode(mode)): Query<DataMode>,
    JsonBody(put): JsonBody<PutCode>,
) -> Result<Json<CodeAnswer>, Problem> {
    let scope = scope_in_force(&app, path.merchant_id, mode).await?;
    let mut fields = Fields::default();
    let code = fields.check_parameter("code", CouponCode::parse(&path.code));
    let bound_to = fields.check_given("/member_id", put.member_id.as_deref(), MemberId::parse);
    let (Some(code), Some(bound_to)) = (code, bound_to) else {
        return Err(fields.refuse());
    };
    let offer = app.store().offer(scope.tenant(), path.offer_id).await?.offer;
    let offer_id = offer.id;
    let change = CodeChange { disabled: put.disabled, bound_to };
    let state = app.store().put_code(&scope, offer_id, &code, change, app.now()).await;
    let state = state.map_err(|error| match error {
        StoreError::NotFound(Entity::Member) => Problem::from(error).at("/member_id"),
        _ => error.into(),
    })?;
    Ok(Json(CodeAnswer {
        code: code.to_string(),
        offer_id,
        uses: state.is_counted(offer.terms().usage).then_some(state.uses),
        disabled: state.disabled,
        member_id: state.bound_to,
    }))
}
