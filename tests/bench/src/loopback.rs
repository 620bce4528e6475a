//! A server on a free port of this machine.

use axum::{Router, serve::ListenerExt as _};
use tokio::{net::TcpListener, task::JoinHandle};

/// Serves until the task is aborted, and gives the address as a URL without a final slash.
pub(crate) async fn serve(router: Router) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("a bound address"));
    // Without this the kernel holds small answers back, and the measure is of the kernel.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let server = tokio::spawn(async move {
        axum::serve(listener, router).await.expect("the server serves");
    });
    (address, server)
}
