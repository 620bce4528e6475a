//! The merchant of a page, named in its path.

use crate::context::App;
use crate::page::PAGES;
use crate::page::failed;
use axum::response::Response;
use domain::{Credential, MerchantId};
use store::{Mode, Scope, StoreError};
use web::{Page, Visit};

/// The data of a merchant that runs. At most 1 round trip a minute. The error is the page for the person: a merchant that
/// does not exist and one whose contract has ended look the same.
pub(crate) async fn scope(app: &App, visit: &Visit, merchant: &str) -> Result<Scope, Response> {
    let not_found = || Page::new(visit.clone(), &PAGES).not_found();
    let merchant = MerchantId::parse(merchant).map_err(|_| not_found())?;
    let settings = match app.store.cached_settings(merchant, app.now()).await {
        Ok(settings) if settings.contract_has_ended(app.now()) => return Err(not_found()),
        Ok(settings) => settings,
        Err(StoreError::NotFound(_)) => return Err(not_found()),
        Err(error) => return Err(failed(visit.clone(), &error)),
    };
    Ok(Scope { settings, mode: Mode::Live, credential: Credential::Member })
}
