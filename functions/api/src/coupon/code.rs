//! One code of an offer: made by hand, taken back, or given to one member.

use crate::coupon::scope_in_force;
use crate::merchant::mode::InMode;
use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::{CouponCode, MemberId};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use store::{CodeChange, Entity, StoreError};
use utoipa::ToSchema;

/// How a code is to stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutCode {
    /// Whether it gives nothing any more.
    #[serde(default)]
    disabled: bool,
    /// The only member it gives to, once and for all.
    member_id: Option<String>,
}

/// A code and how it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeAnswer {
    /// As it is shown.
    #[schema(examples("BIENVENUE10"))]
    code: String,
    offer_id: String,
    /// The purchases it was used with.
    uses: u32,
    disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id: Option<String>,
}

/// Make a code of an offer, or change how one stands. 4 to 24 letters and digits; case, spaces and
/// hyphens do not count. A code that was made in a batch can be disabled here too.
#[utoipa::path(
    operation_id = "put_coupon_code",
    put, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/codes/{code}", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("code" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
    ),
    request_body = PutCode,
    responses(
        (status = 200, description = "The code.", body = CodeAnswer),
        (status = 409, description = "It is a code of another offer or another member's, or the \
         merchant's contract has ended.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer, code)): Segments<(String, String, String)>,
    InMode(mode): InMode,
    JsonBody(put): JsonBody<PutCode>,
) -> Result<Json<CodeAnswer>, Problem> {
    let scope = scope_in_force(&app, &merchant, mode).await?;
    let mut fields = Fields::default();
    let code = fields.check_parameter("code", CouponCode::parse(&code));
    let bound_to = fields.check_given("/member_id", put.member_id.as_deref(), MemberId::parse);
    let (Some(code), Some(bound_to)) = (code, bound_to) else {
        return Err(fields.refuse());
    };
    let offer = app.store().offer(scope.tenant(), identifiers::offer(&offer)?).await?.id;
    let change = CodeChange { disabled: put.disabled, bound_to };
    let state = app.store().put_code(&scope, offer, &code, change, app.now()).await;
    let state = state.map_err(|error| match error {
        StoreError::NotFound(Entity::Member) => Problem::from(error).at("/member_id"),
        _ => error.into(),
    })?;
    Ok(Json(CodeAnswer {
        code: code.to_string(),
        offer_id: offer.to_string(),
        uses: state.uses,
        disabled: state.disabled,
        member_id: state.bound_to.map(|member| member.to_string()),
    }))
}
