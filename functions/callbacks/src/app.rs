//! What an instance of the function holds, and its routes.

use crate::accounts::Accounts;
use crate::{objection, providers};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use domain::Instant;
use http_edge::Problem;
use std::sync::Arc;
use store::Store;

/// A provider's largest batch of events is far below this.
const MOST_BYTES: usize = 1024 * 1024;

/// The clock: a test's stands still.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// What the handlers work with.
#[derive(Clone)]
pub struct App {
    /// The table, for the people who object.
    pub store: Store,
    /// What the providers prove themselves by.
    pub accounts: Arc<Accounts>,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    /// Where what was told is sent.
    pub outcomes_queue: String,
    /// The clock.
    pub clock: Clock,
}

/// Every route. Building it makes no call.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/callbacks/brevo/{account}", post(providers::brevo))
        .route("/callbacks/sinch/{account}", post(providers::sinch))
        .route("/u/{token}", get(objection::ask).post(objection::object))
        .fallback(async || Problem::not_found("resource"))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn(http_edge::requests::observe))
        .with_state(app)
}
