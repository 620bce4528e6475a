//! The routes of the function.

use crate::context::App;
use crate::page::PAGES;
use crate::{callback, objection};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use http_edge::Problem;

/// The most bytes of a body. A provider's largest batch of events is far smaller.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Every route. Building the router makes no call.
///
/// The objection accepts forms of any origin, because mail programs send the one-click objection themselves.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/callbacks/{provider}/{account}", post(callback::receive))
        .route("/u/{token}", get(objection::ask).post(objection::object))
        .fallback(async || Problem::not_found("resource"))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(http_edge::requests::observe))
        .with_state(app)
        // Outside of `observe`, which forbids caching.
        .merge(web::assets::routes(&PAGES))
}
