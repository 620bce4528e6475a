//! The providers' sandbox: a server that speaks the providers' HTTP, sends nothing to anybody, keeps
//! an outbox that a person can read in a browser, calls back, and can be told to fail.
//!
//! One file a provider. It shares no code with the service: what it knows of a provider's contract
//! it knows from the provider's documentation alone.

mod brevo;
mod callbacks;
mod connections;
mod control;
mod faults;
mod outbox;
mod pages;
mod sinch;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The most bytes of a call: a thousand versions with all the parameters that Brevo allows fit.
const LARGEST_CALL: usize = 16 << 20;

/// The sandbox. Clones share one outbox.
#[derive(Clone)]
pub struct Sandbox(App);

type App = Arc<Parts>;

struct Parts {
    clock: Clock,
    outbox: outbox::Outbox,
    faults: faults::Faults,
    brevo: brevo::Brevo,
    sinch: sinch::Sinch,
}

impl Parts {
    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl Sandbox {
    /// An empty sandbox that calls nobody back and does not fail.
    ///
    /// # Panics
    /// Outside a Tokio runtime: what calls back runs beside the server.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Parts {
            outbox: outbox::Outbox::default(),
            faults: faults::Faults::default(),
            brevo: brevo::Brevo::new(&clock),
            sinch: sinch::Sinch::new(&clock),
            clock,
        }))
    }

    /// Every route. An answer that is to be lost is lost by [`Sandbox::serve`] only.
    pub fn router(&self) -> Router {
        Router::new()
            .nest("/brevo", brevo::routes(&self.0))
            .nest("/sinch", sinch::routes(&self.0))
            .route("/", get(pages::list))
            .route("/messages/{number}", get(pages::message))
            .route("/outbox.json", get(outbox::list))
            .route("/outbox/counts.json", get(outbox::counts))
            .route("/control/callbacks", post(control::callbacks))
            .route("/control/faults", post(control::faults))
            .route("/control/inbound", post(control::inbound))
            .route("/control/reset", post(control::reset))
            .route("/health", get(control::health))
            .layer(DefaultBodyLimit::max(LARGEST_CALL))
            .with_state(Arc::clone(&self.0))
    }

    /// Serves whoever connects. Never returns.
    pub async fn serve(self, listener: TcpListener) {
        connections::serve(listener, self.router()).await;
    }
}

/// What a panic left behind is still whole: every change under a lock is made of steps that do not
/// fail.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
