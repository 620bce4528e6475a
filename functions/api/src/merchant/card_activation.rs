//! What activates the cards of a merchant's members: a use of the card, or only the completed registration.

use crate::context::App;
use crate::parameters::MerchantPath;
use axum::Json;
use axum::extract::State;
use http_edge::{JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The event that activates a member's card. A person who is present can activate the card at any time.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CardActivation {
    /// A sale, a visit or a redemption of a member, or the completed registration.
    Use,
    /// The completed registration only.
    Registration,
}

impl CardActivation {
    pub(crate) const fn of(rule: domain::CardActivation) -> Self {
        match rule {
            domain::CardActivation::Use => Self::Use,
            domain::CardActivation::Registration => Self::Registration,
        }
    }

    const fn read(self) -> domain::CardActivation {
        match self {
            Self::Use => domain::CardActivation::Use,
            Self::Registration => domain::CardActivation::Registration,
        }
    }
}

/// The choice of a merchant.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardActivationChoice {
    card_activation: CardActivation,
}

/// Set what activates the cards of a merchant's members.
///
/// A new merchant has `use`. Cards that are activated already stay activated.
#[utoipa::path(
    operation_id = "put_card_activation",
    put, path = "/v1/merchants/{merchant_id}/card-activation", tag = "merchants",
    params(MerchantPath),
    request_body = CardActivationChoice,
    responses((status = 200, description = "The choice of the merchant.", body = CardActivationChoice)),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    JsonBody(choice): JsonBody<CardActivationChoice>,
) -> Result<Json<CardActivationChoice>, Problem> {
    app.store().set_card_activation(path.merchant_id, choice.card_activation.read()).await?;
    Ok(Json(choice))
}
