//! Another transaction holds an item of this write.

use super::{Effect, Fault, Place, aws_error};
use crate::world::call::{Call, Service};
use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

pub(super) const FAULT: Fault = Fault {
    name: "transaction_conflict",
    needs: "a write of DynamoDB that is not a batch",
    rate: 0.05,
    place: Place::Call(|call, _| {
        if call.service != Service::DynamoDb || !call.is_write() {
            return None;
        }
        match call.operation.as_str() {
            "TransactWriteItems" => Some(Effect::Refuse(cancelled(call))),
            "BatchWriteItem" => None,
            _ => Some(Effect::Refuse(aws_error(400, "TransactionConflictException"))),
        }
    }),
};

/// The transaction is cancelled because of its first item.
fn cancelled(call: &Call) -> Response<Bytes> {
    let request: Value = serde_json::from_slice(call.request.body()).unwrap_or_default();
    let items = request["TransactItems"].as_array().map_or(0, Vec::len);
    let reason = |index| match index {
        0 => {
            json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"})
        }
        _ => json!({"Code": "None"}),
    };
    let codes = (0..items).map(|index| if index == 0 { "TransactionConflict" } else { "None" });
    let codes = codes.collect::<Vec<_>>().join(", ");
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
        ),
        "CancellationReasons": (0..items).map(reason).collect::<Vec<_>>(),
    });
    let response = Response::builder().status(400);
    let response = response.header("content-type", "application/x-amz-json-1.0");
    response.body(body.to_string().into()).expect("an answer")
}
