//! Establishments' keys: two may live side by side while one is rotated.

use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, codes, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::values::text;
use domain::{EstablishmentId, Instant, KeyId, Origin};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments, till_key};
use serde::{Deserialize, Serialize};
use store::TillKey;
use utoipa::ToSchema;

const LABEL_LENGTH: usize = 60;
const MOST_ORIGINS: usize = 10;

/// Which data a key sees.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// What counts.
    Live,
    /// What a merchant's software tries out.
    Test,
}

impl Mode {
    pub(crate) const fn of(mode: store::Mode) -> Self {
        match mode {
            store::Mode::Live => Self::Live,
            store::Mode::Test => Self::Test,
        }
    }

    pub(crate) const fn read(self) -> store::Mode {
        match self {
            Self::Live => store::Mode::Live,
            Self::Test => store::Mode::Test,
        }
    }
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    mode: Mode,
    /// What the merchant calls it; no person's name.
    #[schema(max_length = 60, examples("caisse 1"))]
    label: String,
    /// Of a till that runs in a browser: where its pages come from, as a browser writes it, without a
    /// path. `http` is for `localhost` only. A page of another origin cannot use the key.
    #[serde(default)]
    #[schema(max_items = 10, examples(json!(["https://caisse.example.com"])))]
    origins: Vec<String>,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeKey {
    key_id: String,
    /// What the till sends. It is shown this once and kept nowhere.
    #[schema(examples("zs_live_…"))]
    key: String,
}

/// A key without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyAnswer {
    key_id: String,
    /// The code of its establishment.
    establishment: String,
    mode: Mode,
    label: String,
    /// Whose pages may use it in a browser.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    origins: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Instant>,
}

impl NewKey {
    fn read(&self) -> Result<(String, Vec<Origin>), Problem> {
        let mut fields = Fields::default();
        let label = fields.check("/label", text::bounded(&self.label, LABEL_LENGTH));
        if self.origins.len() > MOST_ORIGINS {
            let detail = format!("has too many origins: {MOST_ORIGINS} at most");
            fields.note("/origins", codes::TOO_MANY_ORIGINS, detail);
        }
        let mut origins = Vec::new();
        for (index, origin) in self.origins.iter().enumerate().take(MOST_ORIGINS) {
            origins.extend(fields.check(&format!("/origins/{index}"), Origin::parse(origin)));
        }
        match label {
            Some(label) if fields.all_accepted() => Ok((label.to_owned(), origins)),
            _ => Err(fields.refuse()),
        }
    }
}

impl KeyAnswer {
    pub(crate) fn of(key: &TillKey) -> Self {
        Self {
            key_id: key.id.to_string(),
            establishment: key.establishment.to_string(),
            mode: Mode::of(key.mode),
            label: key.label.clone(),
            origins: key.origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            created_at: key.created_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// Make a key for an establishment.
#[utoipa::path(
    operation_id = "create_key",
    post, path = "/v1/merchants/{merchant_id}/establishments/{code}/keys", tag = "merchants",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("code" = String, Path)),
    request_body = NewKey,
    responses(
        (status = 201, description = "Made: the only time that it is shown.", body = MadeKey),
        (status = 409, description = "Two keys of this mode are in use.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, code)): Segments<(String, String)>,
    JsonBody(new): JsonBody<NewKey>,
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    let (now, merchant) = (app.now(), identifiers::merchant(&merchant)?);
    let (label, origins) = new.read()?;
    let settings = app.store().settings_fresh(merchant, now).await?;
    let establishment = establishment(&code)?;
    if !settings.establishments.contains_key(&establishment) {
        return Err(Problem::not_found("establishment"));
    }
    let minted = till_key::mint(merchant, establishment, new.mode.read(), label, origins, now)
        .map_err(|error| Problem::unavailable(error.to_string()))?;
    app.store().create_till_key(merchant, &minted.stored).await?;
    let made = MadeKey { key_id: minted.stored.id.to_string(), key: minted.token };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revoke a key. It is refused everywhere within a minute.
#[utoipa::path(
    operation_id = "revoke_key",
    delete, path = "/v1/merchants/{merchant_id}/establishments/{code}/keys/{key_id}",
    tag = "merchants", security(("operator_key" = [])),
    params(("merchant_id" = String, Path), ("code" = String, Path), ("key_id" = String, Path)),
    responses((status = 204, description = "Revoked, now or before."), OperatorRefusals),
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, code, key)): Segments<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let merchant = identifiers::merchant(&merchant)?;
    let establishment = establishment(&code)?;
    let key = KeyId::parse(&key).map_err(|_| Problem::not_found("key"))?;
    app.store().revoke_till_key(merchant, &establishment, key, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn establishment(code: &str) -> Result<EstablishmentId, Problem> {
    EstablishmentId::parse(code).map_err(|_| Problem::not_found("establishment"))
}
