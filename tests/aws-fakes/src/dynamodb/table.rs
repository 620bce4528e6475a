//! The schema of `docs/data-model.md`, as the template deploys it.

use serde_json::{Value, json};

pub(super) fn definition(name: &str) -> Value {
    let attributes = ["pk", "sk", "member", "instant", "due_bucket", "due_at"];
    json!({
        "TableName": name,
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
