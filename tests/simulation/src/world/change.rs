//! A change of an item, and the items that a call may have changed.

use super::TABLE;
use super::call::Call;
use domain::Instant;
use serde_json::{Value, json};

/// The key of an item: partition and sort key.
pub(super) type Key = (String, String);

/// A change of an item. Images are items in DynamoDB's JSON.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// Grows with each change.
    pub(super) number: u64,
    pub(super) at: Instant,
    pub(super) key: Key,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

impl Change {
    /// The text of an attribute before and after the change.
    pub(super) fn texts<'c>(&'c self, attribute: &'c str) -> impl Iterator<Item = &'c str> {
        let images = self.before.iter().chain(&self.after);
        images.filter_map(move |image| image[attribute]["S"].as_str())
    }

    /// The change as a record of the table's stream.
    pub(super) fn record(&self) -> Value {
        let name = match (&self.before, &self.after) {
            (None, _) => "INSERT",
            (Some(_), Some(_)) => "MODIFY",
            (Some(_), None) => "REMOVE",
        };
        let mut record = json!({
            "ApproximateCreationDateTime": self.at.as_second(),
            "Keys": key_item(&self.key),
            "SequenceNumber": format!("{:021}", self.number),
            "SizeBytes": 100,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        });
        if let Some(image) = &self.before {
            record["OldImage"] = image.clone();
        }
        if let Some(image) = &self.after {
            record["NewImage"] = image.clone();
        }
        json!({
            "eventID": event_id(self.number),
            "eventName": name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-west-3",
            "dynamodb": record,
        })
    }

    /// The call that makes the same change in another engine, and its request.
    pub(super) fn call(&self) -> (&'static str, Value) {
        match &self.after {
            Some(item) => ("PutItem", json!({"TableName": TABLE, "Item": item})),
            None => ("DeleteItem", json!({"TableName": TABLE, "Key": key_item(&self.key)})),
        }
    }
}

/// The identifier that the stream gives to a change.
pub(crate) fn event_id(number: u64) -> String {
    format!("{number:032x}")
}

/// A key as a request names it.
pub(super) fn key_item((pk, sk): &Key) -> Value {
    json!({"pk": {"S": pk}, "sk": {"S": sk}})
}

/// An item that a call has written.
pub(super) struct Written {
    pub(super) key: Key,
    pub(super) after: After,
}

/// An item after a call.
pub(super) enum After {
    /// The call wrote the whole item.
    Put(Value),
    /// The call deleted the item.
    Deleted,
    /// The call changed attributes: only the engine knows the item.
    Updated,
}

impl Written {
    fn put(item: &Value) -> Self {
        Self { key: key_of(item), after: After::Put(item.clone()) }
    }

    fn deleted(key: &Value) -> Self {
        Self { key: key_of(key), after: After::Deleted }
    }

    fn updated(key: &Value) -> Self {
        Self { key: key_of(key), after: After::Updated }
    }
}

/// The items that a call has written.
pub(super) fn written(call: &Call) -> Vec<Written> {
    let request: Value = serde_json::from_slice(call.request.body()).unwrap_or_default();
    match call.operation.as_str() {
        "PutItem" => vec![Written::put(&request["Item"])],
        "UpdateItem" => vec![Written::updated(&request["Key"])],
        "DeleteItem" => vec![Written::deleted(&request["Key"])],
        "TransactWriteItems" => {
            let writes = request["TransactItems"].as_array().into_iter().flatten();
            writes.filter_map(of_transaction).collect()
        }
        "BatchWriteItem" => {
            let writes = request["RequestItems"][TABLE].as_array().into_iter().flatten();
            writes
                .map(|write| match write.get("PutRequest") {
                    Some(put) => Written::put(&put["Item"]),
                    None => Written::deleted(&write["DeleteRequest"]["Key"]),
                })
                .collect()
        }
        other => panic!("{other}: a call that writes what?"),
    }
}

/// One write of a transaction; `None` for a check.
fn of_transaction(write: &Value) -> Option<Written> {
    let of = |kind: &str| write.get(kind);
    of("Put")
        .map(|put| Written::put(&put["Item"]))
        .or_else(|| of("Update").map(|update| Written::updated(&update["Key"])))
        .or_else(|| of("Delete").map(|delete| Written::deleted(&delete["Key"])))
}

fn key_of(item: &Value) -> Key {
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    (text("pk"), text("sk"))
}
