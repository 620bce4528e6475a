//! A merchant's establishments, each with its time zone.

use crate::context::App;
use crate::parameters::EstablishmentPath;
use crate::schema::{EstablishmentCode, Text60};
use axum::Json;
use axum::extract::State;
use domain::values::{calendar, text};
use domain::{Credential, Establishment, EstablishmentId};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const NAME_LENGTH: usize = 60;

/// An establishment to create or rename.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutEstablishment {
    /// The name of the establishment.
    #[schema(value_type = Text60)]
    name: String,
    /// The time zone, by its name in the IANA database. It cannot change, because the days of receipts are
    /// computed with it.
    #[schema(examples("Europe/Paris", "Indian/Reunion"))]
    time_zone: String,
}

/// An establishment of a merchant.
#[derive(Serialize, ToSchema)]
pub(crate) struct EstablishmentAnswer {
    #[schema(value_type = EstablishmentCode)]
    code: EstablishmentId,
    /// The name of the establishment.
    name: String,
    /// The time zone, by its name in the IANA database.
    time_zone: String,
}

impl EstablishmentAnswer {
    pub(crate) fn of(establishment: &Establishment) -> Self {
        Self {
            code: establishment.id.clone(),
            name: establishment.name.clone(),
            time_zone: establishment.time_zone.iana_name().unwrap_or_default().to_owned(),
        }
    }
}

/// Create an establishment, or rename it.
#[utoipa::path(
    operation_id = "put_establishment",
    put, path = "/v1/merchants/{merchant_id}/establishments/{code}", tag = "merchants",
    params(EstablishmentPath),
    request_body = PutEstablishment,
    responses(
        (status = 200, description = "The created or renamed establishment.", body = EstablishmentAnswer),
        (status = 409, description = "The establishment exists with another time zone."),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<EstablishmentPath>,
    JsonBody(put): JsonBody<PutEstablishment>,
) -> Result<Json<EstablishmentAnswer>, Problem> {
    let merchant = path.merchant_id;
    let mut fields = Fields::default();
    let id = fields.check_parameter("code", EstablishmentId::parse(&path.code));
    let name = fields.check("/name", text::bounded(&put.name, NAME_LENGTH));
    let time_zone = fields.check("/time_zone", calendar::parse_time_zone(&put.time_zone));
    let (Some(id), Some(name), Some(time_zone)) = (id, name, time_zone) else {
        return Err(fields.refuse());
    };
    let establishment = Establishment { id, name: name.to_owned(), time_zone };
    app.store().settings_fresh(merchant, app.now()).await?;
    app.store()
        .put_establishment(merchant, &establishment, Credential::Operator)
        .await
        .map_err(|error| Problem::from(error).at("/time_zone"))?;
    Ok(Json(EstablishmentAnswer::of(&establishment)))
}
