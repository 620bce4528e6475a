//! `sandbox [--port 4600]` serves the providers' sandbox on this machine only.

use sandbox::Sandbox;
use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;

const PORT: u16 = 4600;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "prints the address once")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = port(std::env::args().skip(1))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://{}", listener.local_addr()?);
    Sandbox::new(Arc::new(jiff::Timestamp::now)).serve(listener).await;
    Ok(())
}

/// The port of the command line; 0 means any free port.
fn port(mut arguments: impl Iterator<Item = String>) -> Result<u16, String> {
    let mut port = PORT;
    while let Some(argument) = arguments.next() {
        let wanted = (argument == "--port").then(|| arguments.next()).flatten();
        port = wanted.and_then(|wanted| wanted.parse().ok()).ok_or_else(|| {
            format!("unknown argument: {argument}; usage: sandbox [--port {PORT}]")
        })?;
    }
    Ok(port)
}
