//! DynamoDB: the engine dynoxide in this process, with the service's table in it.

mod operations;
mod table;
mod transactions;

use crate::Fake;
use aws_sdk_dynamodb::config::{self, BehaviorVersion, Credentials, Region};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dynoxide::{Database, ImportOptions, Item};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use transactions::Tokens;

/// An engine. Clones share its tables.
#[derive(Clone)]
pub struct DynamoDb {
    engine: Database,
    tokens: Arc<Tokens>,
}

/// An operation that was refused.
pub struct Refusal {
    /// The status of the response.
    pub status: u16,
    /// The body of the response.
    pub body: String,
}

impl DynamoDb {
    /// A new engine with the service's table under this name, empty.
    #[must_use]
    pub fn with_table(name: &str) -> Self {
        let dynamodb = Self::new();
        dynamodb.call("CreateTable", &table::definition(name));
        let ttl = json!({"Enabled": true, "AttributeName": "ttl"});
        let request = json!({"TableName": name, "TimeToLiveSpecification": ttl});
        dynamodb.call("UpdateTimeToLive", &request);
        dynamodb
    }

    /// A new engine with the content that [`Self::save`] wrote.
    #[must_use]
    pub fn restored(file: &Path) -> Self {
        let dynamodb = Self::new();
        let restored = dynamodb.engine.restore_from(&file.to_string_lossy());
        restored.expect("the saved database can be read");
        dynamodb
    }

    fn new() -> Self {
        let engine = Database::memory().expect("an in-memory database opens");
        Self { engine, tokens: Arc::default() }
    }

    /// Runs an operation of DynamoDB's JSON protocol.
    ///
    /// # Errors
    /// The refusal, as DynamoDB words it.
    pub fn answer(&self, operation: &str, request: &[u8]) -> Result<String, Refusal> {
        self.run(operation, request)
            .map_err(|error| Refusal { status: error.status_code(), body: error.to_json() })
    }

    /// Writes the whole content to a file, and replaces the file where there is one.
    pub fn save(&self, file: &Path) {
        drop(std::fs::remove_file(file));
        self.engine.vacuum_into(&file.to_string_lossy()).expect("the file can be written");
    }

    /// Writes items without a call each: about ten times as fast as `BatchWriteItem`.
    pub fn import(&self, table: &str, items: Vec<Item>) {
        let imported = self.engine.import_items(table, items, ImportOptions::default());
        imported.expect("whole items are imported");
    }

    /// Runs an operation that must succeed, and gives its answer.
    ///
    /// # Panics
    /// Where the engine refuses the request.
    #[expect(clippy::must_use_candidate, reason = "a write is called for its effect")]
    pub fn call(&self, operation: &str, request: &Value) -> Value {
        let answer = self.run(operation, request.to_string().as_bytes());
        let answer = answer.unwrap_or_else(|error| panic!("{operation}: {}", error.to_json()));
        serde_json::from_str(&answer).expect("an answer is JSON")
    }
}

impl Fake for DynamoDb {
    fn router(&self) -> Router {
        Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(self.clone())
    }
}

/// Signatures are not verified.
async fn answer(State(dynamodb): State<DynamoDb>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
    let content_type = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    match dynamodb.answer(operation, &body) {
        Ok(answer) => (content_type, answer).into_response(),
        Err(Refusal { status, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, content_type, body).into_response()
        }
    }
}

/// The configuration of a client of the engine at `address`: no TLS, and credentials that are not
/// verified.
#[must_use]
pub fn client_of(address: &str) -> config::Builder {
    config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(address)
}
