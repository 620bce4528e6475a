//! SQS for one test: what is sent is kept, and it can be told to fail.

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct Kept {
    /// Address of the queue, body.
    taken: Vec<(String, String)>,
    /// Receipt handle, seconds.
    hidden: Vec<(String, u64)>,
    fails_after: Option<usize>,
}

/// One server behind every queue's address, gone with the value.
pub struct Queue {
    address: String,
    kept: Arc<Mutex<Kept>>,
    server: tokio::task::JoinHandle<()>,
}

impl Queue {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let kept = Arc::<Mutex<Kept>>::default();
        let router = Router::new().fallback(post(take)).with_state(Arc::clone(&kept));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound address"));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the server runs");
        });
        Self { address, kept, server }
    }

    /// A client that tries once.
    #[must_use]
    pub fn client(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-3"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(RetryConfig::disabled())
            .endpoint_url(&self.address)
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }

    /// Takes so many more messages, then fails once.
    pub fn fail_after(&self, messages: usize) {
        self.kept().fails_after = Some(messages);
    }

    /// Forgets what was sent.
    pub fn clear(&self) {
        self.kept().taken.clear();
    }

    /// The bodies sent to the queue whose address ends so, in their order.
    #[must_use]
    pub fn sent(&self, queue: &str) -> Vec<String> {
        let kept = self.kept();
        let of_queue = kept.taken.iter().filter(|(address, _)| address.ends_with(queue));
        of_queue.map(|(_, body)| body.clone()).collect()
    }

    /// For how many seconds messages were hidden, by their receipt handles.
    #[must_use]
    pub fn hidden(&self) -> Vec<(String, u64)> {
        self.kept().hidden.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(kept): State<Arc<Mutex<Kept>>>, body: Bytes) -> Response {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    match kept.fails_after {
        Some(0) => {
            kept.fails_after = None;
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Some(left) => kept.fails_after = Some(left - 1),
        None => {}
    }
    let message: serde_json::Value = serde_json::from_slice(&body).expect("a request of the SDK");
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    if let Some(entries) = message["Entries"].as_array() {
        let mut taken = Vec::new();
        for entry in entries {
            let body = entry["MessageBody"].as_str().unwrap_or_default().to_owned();
            kept.taken.push((text("QueueUrl"), body));
            taken.push(serde_json::json!({
                "Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": "0",
            }));
        }
        return serde_json::json!({"Successful": taken, "Failed": []}).to_string().into_response();
    }
    if !message["VisibilityTimeout"].is_null() {
        let (handle, seconds) = (text("ReceiptHandle"), message["VisibilityTimeout"].as_u64());
        kept.hidden.push((handle, seconds.unwrap_or_default()));
        return "{}".into_response();
    }
    kept.taken.push((text("QueueUrl"), text("MessageBody")));
    r#"{"MessageId": "1", "MD5OfMessageBody": "0"}"#.into_response()
}
