//! A provider for tests: answers by a script and records the requests.

use super::base_url::BaseUrl;
use https_client::{HttpsClient, Limits, Schemes};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A recorded request.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Method and target: `POST /v3/smtp/email`.
    pub(crate) line: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// The reply to a request.
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: &'static str,
        body: String,
    },
    /// Closes the connection after the head of a 201.
    CutShort,
    /// Closes the connection without an answer.
    Lost,
    /// Never answers.
    Silent,
}

impl Reply {
    pub(crate) fn of(status: u16, body: impl Into<String>) -> Self {
        Self::Answer { status, headers: "", body: body.into() }
    }
}

pub(crate) struct ScriptedServer {
    pub(crate) base: BaseUrl,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl ScriptedServer {
    pub(crate) async fn start(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let server = Self { base, seen: Arc::clone(&seen) };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream, &script, &seen).await;
            }
        });
        server
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// A client with a short time limit.
pub(crate) fn impatient() -> HttpsClient {
    let limits = Limits {
        connect: Duration::from_secs(2),
        call: Duration::from_millis(500),
        body_bytes: 1 << 20,
    };
    HttpsClient::new(Schemes::HttpsOrHttp, limits).unwrap()
}

/// The address of a port that no server listens on.
pub(crate) async fn nowhere() -> BaseUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap()
}

/// Serves one request a connection, so that a closed connection is a lost answer and nothing else.
async fn serve(mut stream: TcpStream, script: &impl Fn(&Seen) -> Reply, log: &Mutex<Vec<Seen>>) {
    let Some(seen) = read(&mut stream).await else { return };
    let reply = script(&seen);
    log.lock().unwrap().push(seen);
    match reply {
        Reply::Answer { status, headers, body } => {
            let answer = format!(
                "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        Reply::CutShort => {
            let head = "HTTP/1.1 201 Created\r\nconnection: close\r\ncontent-length: 500\r\n\r\n{";
            stream.write_all(head.as_bytes()).await.unwrap();
        }
        Reply::Lost => {}
        Reply::Silent => std::future::pending().await,
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + 4 + length {
        stream.read_buf(&mut bytes).await.ok()?;
    }
    let body = serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default();
    Some(Seen { line, headers, body })
}
