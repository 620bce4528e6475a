//! The establishment at whose counter a person joins, named in the path.

use crate::context::App;
use crate::merchant;
use crate::page::PAGES;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::EstablishmentId;
use serde::Deserialize;
use store::Scope;
use web::{Page, Visit};

/// An establishment of a merchant that runs: at most 1 round trip a minute. Where there is none, the person reads that
/// the page does not exist.
pub(crate) struct Counter {
    pub(super) scope: Scope,
    pub(super) establishment: EstablishmentId,
}

#[derive(Deserialize)]
struct Names {
    merchant: String,
    establishment: String,
}

impl FromRequestParts<App> for Counter {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, app).await.map_err(|never| match never {})?;
        let not_found = || Page::new(visit.clone(), &PAGES).not_found();
        let names = Path::<Names>::from_request_parts(parts, app).await;
        let Path(names) = names.map_err(IntoResponse::into_response)?;
        let scope = merchant::scope(app, &visit, &names.merchant).await?;
        let establishment = EstablishmentId::parse(&names.establishment).ok();
        let establishment =
            establishment.filter(|id| scope.settings.establishments.contains_key(id));
        Ok(Self { establishment: establishment.ok_or_else(not_found)?, scope })
    }
}
