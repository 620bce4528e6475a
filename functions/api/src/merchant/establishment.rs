//! A merchant's establishments, each with its time zone.

use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::values::{calendar, text};
use domain::{Establishment, EstablishmentId};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const NAME_LENGTH: usize = 60;

/// An establishment to create or rename.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutEstablishment {
    #[schema(max_length = 60, examples("Paris 11"))]
    name: String,
    /// Its IANA time zone; it cannot change, since receipts' days are computed with it.
    #[schema(examples("Europe/Paris", "Indian/Reunion"))]
    time_zone: String,
}

/// An establishment.
#[derive(Serialize, ToSchema)]
pub(crate) struct EstablishmentAnswer {
    #[schema(examples("paris-11"))]
    code: String,
    name: String,
    time_zone: String,
}

impl EstablishmentAnswer {
    pub(crate) fn of(establishment: &Establishment) -> Self {
        Self {
            code: establishment.id.to_string(),
            name: establishment.name.clone(),
            time_zone: establishment.time_zone.iana_name().unwrap_or_default().to_owned(),
        }
    }
}

/// Create an establishment, or rename it.
#[utoipa::path(
    operation_id = "put_establishment",
    put, path = "/v1/merchants/{merchant_id}/establishments/{code}", tag = "merchants",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("code" = String, Path, description = "1 to 20 lower-case letters, digits or hyphens."),
    ),
    request_body = PutEstablishment,
    responses(
        (status = 200, description = "The establishment.", body = EstablishmentAnswer),
        (status = 409, description = "Another time zone than it has.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, code)): Segments<(String, String)>,
    JsonBody(put): JsonBody<PutEstablishment>,
) -> Result<Json<EstablishmentAnswer>, Problem> {
    let merchant = identifiers::merchant(&merchant)?;
    let mut fields = Fields::default();
    let id = fields.check_parameter("code", EstablishmentId::parse(&code));
    let name = fields.check("/name", text::bounded(&put.name, NAME_LENGTH));
    let time_zone = fields.check("/time_zone", calendar::parse_time_zone(&put.time_zone));
    let (Some(id), Some(name), Some(time_zone)) = (id, name, time_zone) else {
        return Err(fields.refuse());
    };
    let establishment = Establishment { id, name: name.to_owned(), time_zone };
    app.store().settings_fresh(merchant, app.now()).await?;
    app.store()
        .put_establishment(merchant, &establishment)
        .await
        .map_err(|error| Problem::from(error).at("/time_zone"))?;
    Ok(Json(EstablishmentAnswer::of(&establishment)))
}
