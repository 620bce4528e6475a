//! The providers' sandbox: a server that speaks the HTTP of the providers and sends no message.
//!
//! The sandbox keeps an outbox that a person can read in a browser, calls back, and fails on request. It shares no
//! code with the service but the shell of the pages: all that the sandbox knows about a provider's contract comes from
//! the provider's documentation.

mod callback_queue;
mod clock;
mod connections;
mod context;
mod control;
mod extract;
mod faults;
mod lock;
mod outbox;
mod pages;
mod provider;
mod providers;

pub use callback_queue::PostCallback;
pub use clock::Clock;
pub use connections::AnswerLost;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use context::{App, Context, Core};
use faults::Faults;
use outbox::Outbox;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The most bytes of a call: a thousand versions with all the parameters that Brevo allows.
const MAX_CALL_BYTES: usize = 16 << 20;

/// The sandbox. Clones share one outbox.
#[derive(Clone)]
pub struct Sandbox(App);

impl Sandbox {
    /// An empty sandbox without callback addresses and faults.
    ///
    /// # Panics
    /// Outside a Tokio runtime: the callbacks are posted by tasks of their own.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self::with_callbacks(clock, callback_queue::over_http())
    }

    /// As [`Sandbox::new`], where `post` posts the callbacks.
    ///
    /// # Panics
    /// As [`Sandbox::new`].
    #[must_use]
    pub fn with_callbacks(clock: Clock, post: PostCallback) -> Self {
        let (outbox, faults) = (Outbox::default(), Arc::new(Faults::default()));
        let core = Arc::new(Core { clock, post, outbox, faults });
        let providers = providers::all(&core);
        Self(Arc::new(Context { core, providers }))
    }

    /// Every route. A lost answer is lost by [`Sandbox::serve`] only.
    pub fn router(&self) -> Router {
        let mut router = Router::new()
            .route("/", get(pages::list))
            .route("/messages/{number}", get(pages::message))
            .route("/outbox.json", get(control::outbox))
            .route("/outbox/counts.json", get(control::counts))
            .route("/control/callbacks", post(control::callbacks))
            .route("/control/faults", post(control::faults))
            .route("/control/inbound", post(control::inbound))
            .route("/control/reset", post(control::reset))
            .route("/health", get(control::health))
            .with_state(Arc::clone(&self.0))
            .merge(web::assets::routes(&pages::PAGES));
        for provider in &self.0.providers {
            let path = format!("/{}", provider.name());
            router = router.nest(&path, Arc::clone(provider).routes());
        }
        router.layer(DefaultBodyLimit::max(MAX_CALL_BYTES))
    }

    /// Serves every connection. Never returns.
    pub async fn serve(self, listener: TcpListener) {
        connections::serve(listener, self.router()).await;
    }
}
