//! A router behind a free port of this machine.

use axum::Router;
use axum::serve::ListenerExt as _;
use std::ops::Deref;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A service that answers requests.
pub trait Fake {
    /// Answers requests by the state of this service, without a socket.
    fn router(&self) -> Router;
}

/// A service that listens on a port. The server ends when the value is dropped.
pub struct Served<S> {
    service: S,
    address: String,
    server: JoinHandle<()>,
}

impl<S: Fake> Served<S> {
    /// Serves `service` on a free port.
    pub async fn on_a_port(service: S) -> Self {
        let (address, server) = serve(service.router()).await;
        Self { service, address, server }
    }
}

impl<S: Fake + Default> Served<S> {
    /// Serves an empty service on a free port.
    pub async fn start() -> Self {
        Self::on_a_port(S::default()).await
    }
}

impl<S> Served<S> {
    /// A URL without a final slash.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl<S> Deref for Served<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.service
    }
}

impl<S> Drop for Served<S> {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Serves a router on a free port until the task is aborted. The address is a URL without a final
/// slash.
pub async fn serve(router: Router) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("a bound address"));
    // Without TCP_NODELAY the kernel delays small answers, and the bench would measure the kernel.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let server = tokio::spawn(async move {
        axum::serve(listener, router).await.expect("the server runs");
    });
    (address, server)
}
