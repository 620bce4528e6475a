//! Batches whose entries a service carries out one by one.

use super::call::{Call, Service};
use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

/// An operation that carries out entries one by one.
#[derive(Clone, Copy)]
enum Batch {
    /// `SendMessageBatch` of SQS.
    Messages,
    /// `BatchWriteItem` of DynamoDB.
    Writes,
    /// `BatchGetItem` of DynamoDB.
    Reads,
}

/// The entries of a batch that a service refuses.
pub(super) struct Refused {
    batch: Batch,
    /// The request with only these entries.
    request: Value,
}

impl Batch {
    fn of(call: &Call) -> Option<Self> {
        match (call.service, call.operation.as_str()) {
            (Service::Sqs, "SendMessageBatch") => Some(Self::Messages),
            (Service::DynamoDb, "BatchWriteItem") => Some(Self::Writes),
            (Service::DynamoDb, "BatchGetItem") => Some(Self::Reads),
            _ => None,
        }
    }

    /// The entries of a request: of its first table, for DynamoDB.
    fn entries(self, request: &mut Value) -> Option<&mut Vec<Value>> {
        match self {
            Self::Messages => request["Entries"].as_array_mut(),
            Self::Writes => first_table(request)?.as_array_mut(),
            Self::Reads => first_table(request)?["Keys"].as_array_mut(),
        }
    }
}

fn first_table(request: &mut Value) -> Option<&mut Value> {
    request["RequestItems"].as_object_mut()?.values_mut().next()
}

impl Call {
    /// Whether the call is a batch of several entries.
    pub(crate) fn has_several_entries(&self) -> bool {
        let Some(batch) = Batch::of(self) else { return false };
        let mut request: Value = serde_json::from_slice(self.request.body()).unwrap_or_default();
        batch.entries(&mut request).is_some_and(|entries| entries.len() > 1)
    }

    /// Takes the second half of the entries of a batch out of the request.
    pub(super) fn refuse_part(&mut self) -> Option<Refused> {
        let batch = Batch::of(self)?;
        let mut kept: Value = serde_json::from_slice(self.request.body()).ok()?;
        let mut refused = kept.clone();
        let entries = batch.entries(&mut kept)?;
        let half = entries.len().div_ceil(2);
        entries.truncate(half);
        batch.entries(&mut refused)?.drain(..half);
        *self.request.body_mut() = kept.to_string().into();
        Some(Refused { batch, request: refused })
    }
}

impl Refused {
    /// Names the refused entries in the answer to the others.
    pub(super) fn add_to(mut self, answer: &mut Response<Bytes>) {
        let Ok(mut content) = serde_json::from_slice::<Value>(answer.body()) else { return };
        match self.batch {
            Batch::Messages => {
                let entries = self.batch.entries(&mut self.request).into_iter().flatten();
                let failed = entries.map(|entry| {
                    json!({"Id": entry["Id"], "Code": "InternalError", "SenderFault": false})
                });
                content["Failed"] = failed.collect();
            }
            Batch::Writes => content["UnprocessedItems"] = self.request["RequestItems"].take(),
            Batch::Reads => content["UnprocessedKeys"] = self.request["RequestItems"].take(),
        }
        *answer.body_mut() = content.to_string().into();
    }
}
