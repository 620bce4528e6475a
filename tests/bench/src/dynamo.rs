//! DynamoDB, served by dynoxide in this process, with the service's table in it.

use crate::http_client::HttpClient;
use bytes::Bytes;
use dynoxide::{Database, ImportOptions, Item};
use http::Request;
use serde_json::{Value, json};
use std::path::Path;

/// The name of the table, whatever the stack.
pub(crate) const TABLE: &str = "bench";

/// A DynamoDB of its own, empty but for the table. It ends when dropped.
pub(crate) struct Dynamo {
    address: String,
    database: Database,
    server: tokio::task::JoinHandle<()>,
}

impl Dynamo {
    pub(crate) async fn start() -> Self {
        let database = Database::memory().expect("an in-memory database opens");
        let dynamo = Self::serve(database).await;
        dynamo.call("CreateTable", &table()).await;
        let ttl = json!({"Enabled": true, "AttributeName": "ttl"});
        let request = json!({"TableName": TABLE, "TimeToLiveSpecification": ttl});
        dynamo.call("UpdateTimeToLive", &request).await;
        dynamo
    }

    /// One that begins as another was when [`Self::keep`] wrote it down.
    pub(crate) async fn as_kept(file: &Path) -> Self {
        let database = Database::memory().expect("an in-memory database opens");
        database.restore_from(&file.to_string_lossy()).expect("what was kept can be read");
        Self::serve(database).await
    }

    /// Writes down how it is now, in the place of what the file held.
    pub(crate) fn keep(&self, file: &Path) {
        drop(std::fs::remove_file(file));
        self.database.vacuum_into(&file.to_string_lossy()).expect("the file can be written");
    }

    /// Puts items there without a call each: some ten times as fast as `BatchWriteItem`.
    pub(crate) fn import(&self, items: Vec<Item>) {
        let imported = self.database.import_items(TABLE, items, ImportOptions::default());
        imported.expect("whole items are imported");
    }

    async fn serve(database: Database) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound address"));
        let server = tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        Self { address, database, server }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Calls an operation directly, uncounted.
    pub(crate) async fn call(&self, operation: &str, body: &Value) -> Value {
        let answer = HttpClient::new().send(request(&self.address, operation, body)).await;
        let status = answer.status();
        let answer: Value = serde_json::from_slice(answer.body()).expect("a JSON answer");
        assert!(status.is_success(), "{operation}: {answer}");
        answer
    }
}

impl Drop for Dynamo {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A request as an SDK would send it; dynoxide looks at the presence of a signature, not at its
/// value.
pub(crate) fn request(address: &str, operation: &str, body: &Value) -> Request<Bytes> {
    Request::post(format!("{address}/"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("x-amz-date", "20260101T000000Z")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=bench/20260101/eu-west-3/dynamodb/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=00",
        )
        .body(Bytes::from(body.to_string()))
        .expect("a well-formed request")
}

/// The schema of `docs/data-model.md`, as the template deploys it.
fn table() -> Value {
    let attributes = ["pk", "sk", "member", "instant", "due_bucket", "due_at"];
    json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes
            .map(|name| json!({"AttributeName": name, "AttributeType": "S"})),
        "KeySchema": key("pk", "sk"),
        "GlobalSecondaryIndexes": [
            index("history", "member", "instant"),
            index("due", "due_bucket", "due_at"),
        ],
    })
}

fn index(name: &str, hash: &str, range: &str) -> Value {
    json!({
        "IndexName": name,
        "KeySchema": key(hash, range),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    })
}

fn key(hash: &str, range: &str) -> Value {
    json!([
        {"AttributeName": hash, "KeyType": "HASH"},
        {"AttributeName": range, "KeyType": "RANGE"},
    ])
}
