//! The answers by which AWS refuses a call.

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

/// An error in the form of AWS's JSON protocols.
pub(super) fn aws_error(status: u16, code: &str) -> Response<Bytes> {
    let body =
        json!({"__type": format!("com.amazonaws#{code}"), "message": "the simulation refuses"});
    let response = Response::builder().status(status).header("x-amzn-errortype", code);
    let response = response.header("content-type", "application/x-amz-json-1.0");
    response.body(body.to_string().into()).expect("an answer")
}

/// A transaction that is cancelled because of one of its items, with the code of the reason.
pub(super) fn cancelled(request: &[u8], item: usize, code: &str, reason: &str) -> Response<Bytes> {
    let request: Value = serde_json::from_slice(request).unwrap_or_default();
    let items = request["TransactItems"].as_array().map_or(0, Vec::len);
    let is_cause = |index: usize| index == item % items.max(1);
    let reasons = (0..items).map(|index| {
        if is_cause(index) {
            json!({"Code": code, "Message": reason})
        } else {
            json!({"Code": "None"})
        }
    });
    let reasons: Vec<Value> = reasons.collect();
    let codes = (0..items).map(|index| if is_cause(index) { code } else { "None" });
    let codes = codes.collect::<Vec<_>>().join(", ");
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
        ),
        "CancellationReasons": reasons,
    });
    let response = Response::builder().status(400);
    let response = response.header("content-type", "application/x-amz-json-1.0");
    response.body(body.to_string().into()).expect("an answer")
}
