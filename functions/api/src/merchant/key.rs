//! The keys of an establishment. An establishment has at most two of a mode and scope, so that a key can be
//! rotated.

use crate::codes;
use crate::context::App;
use crate::merchant::mode::Mode;
use crate::parameters::{EstablishmentPath, KeyPath};
use crate::schema::{CredentialText, DateTime, EstablishmentCode, Identifier, Text60};
use crate::second::Second;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::values::text;
use domain::{Credential, EstablishmentId, KeyId, KeyScope, Origin};
use http_edge::access::till_key::{self, NewTillKey};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use store::{Revocation, TillKey};
use utoipa::ToSchema;

/// The scope of a key: the operations that the key may do. The description of each operation lists its scopes.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = KeyScope)]
pub(crate) enum Scope {
    /// A till: find, sell, enrol, coupons and rewards, visits, with short answers.
    Till,
    /// A back office: all that a till may do; also full records and lists, corrections, adjustments, merges
    /// and files.
    BackOffice,
    /// An export: read full records and lists, and change nothing.
    Export,
}

const LABEL_LENGTH: usize = 60;
const MOST_ORIGINS: usize = 10;

/// A key to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    mode: Mode,
    scope: Scope,
    /// The merchant's name for the key; not the name of a person.
    #[schema(value_type = Text60)]
    label: String,
    /// The origins of the pages that may use the key, for a till that runs in a browser: scheme, host and
    /// port as the browser writes them, without a path. `http` is accepted for `localhost` only.
    #[serde(default)]
    #[schema(max_items = 10, examples(json!(["https://caisse.example.com"])))]
    origins: Vec<String>,
}

/// A new key.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeKey {
    #[schema(value_type = Identifier)]
    key_id: KeyId,
    scope: Scope,
    /// The key that the till sends. It is stored nowhere and never shown again.
    #[schema(examples("zs_live_…"))]
    key: String,
}

/// A key without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyAnswer {
    #[schema(value_type = Identifier)]
    key_id: KeyId,
    /// The code of the establishment.
    #[schema(value_type = EstablishmentCode)]
    establishment: EstablishmentId,
    mode: Mode,
    scope: Scope,
    /// The merchant's name for the key.
    label: String,
    /// The origins of the pages that may use the key in a browser.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    origins: Vec<String>,
    #[schema(value_type = DateTime)]
    created_at: Second,
    /// The credential that created the key.
    #[schema(value_type = CredentialText)]
    created_by: Credential,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    revoked_at: Option<Second>,
    /// The credential that revoked the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CredentialText>)]
    revoked_by: Option<Credential>,
}

/// The parts of a new key that the request states freely.
struct KeyText {
    label: String,
    origins: Vec<Origin>,
}

impl Scope {
    const fn of(scope: KeyScope) -> Self {
        match scope {
            KeyScope::Till => Self::Till,
            KeyScope::BackOffice => Self::BackOffice,
            KeyScope::Export => Self::Export,
        }
    }

    const fn read(self) -> KeyScope {
        match self {
            Self::Till => KeyScope::Till,
            Self::BackOffice => KeyScope::BackOffice,
            Self::Export => KeyScope::Export,
        }
    }
}

impl NewKey {
    fn read(&self) -> Result<KeyText, Problem> {
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
            Some(label) if fields.all_accepted() => {
                Ok(KeyText { label: label.to_owned(), origins })
            }
            _ => Err(fields.refuse()),
        }
    }
}

impl KeyAnswer {
    pub(crate) fn of(key: &TillKey) -> Self {
        Self {
            key_id: key.id,
            establishment: key.establishment.clone(),
            mode: Mode::of(key.mode),
            scope: Scope::of(key.scope),
            label: key.label.clone(),
            origins: key.origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            created_at: key.created_at.into(),
            created_by: key.created_by,
            revoked_at: key.revoked.map(|revoked| revoked.at).map(Second::from),
            revoked_by: key.revoked.map(|revoked| revoked.by),
        }
    }
}

/// Create a key for an establishment.
#[utoipa::path(
    operation_id = "create_key",
    post, path = "/v1/merchants/{merchant_id}/establishments/{code}/keys", tag = "merchants",
    params(EstablishmentPath),
    request_body = NewKey,
    responses(
        (status = 201, description = "The new key, which is never shown again.", body = MadeKey),
        (status = 409, description = "The establishment has two keys of this mode and scope in use."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<EstablishmentPath>,
    JsonBody(new): JsonBody<NewKey>,
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    let (now, merchant) = (app.now(), path.merchant_id);
    let KeyText { label, origins } = new.read()?;
    let settings = app.store().settings_fresh(merchant, now).await?;
    let establishment = establishment(&path.code)?;
    if !settings.establishments.contains_key(&establishment) {
        return Err(Problem::not_found("establishment"));
    }
    let (mode, scope) = (new.mode.read(), new.scope.read());
    let new_key = NewTillKey { establishment, mode, scope, label, origins };
    let random = app.store().random();
    let minted = till_key::mint(merchant, new_key, Credential::Operator, now, random)?;
    app.store().create_till_key(merchant, &minted.stored).await?;
    let key_id = minted.stored.id;
    Ok((StatusCode::CREATED, Json(MadeKey { key_id, scope: new.scope, key: minted.token })))
}

/// Revoke a key.
///
/// Every instance refuses it within one minute. A key that was revoked before stays so.
#[utoipa::path(
    operation_id = "revoke_key",
    delete, path = "/v1/merchants/{merchant_id}/establishments/{code}/keys/{key_id}",
    tag = "merchants",
    params(KeyPath),
    responses((status = 204, description = "The key is revoked.")),
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<KeyPath>,
) -> Result<StatusCode, Problem> {
    let establishment = establishment(&path.code)?;
    let revocation = Revocation { at: app.now(), by: Credential::Operator };
    let revoked =
        app.store().revoke_till_key(path.merchant_id, &establishment, path.key_id, revocation);
    revoked.await?;
    Ok(StatusCode::NO_CONTENT)
}

fn establishment(code: &str) -> Result<EstablishmentId, Problem> {
    EstablishmentId::parse(code).map_err(|_| Problem::not_found("establishment"))
}
