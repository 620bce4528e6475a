//! An operation of DynamoDB's JSON protocol, run by the engine.

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Runs the operations that this project uses; any other is refused as unknown.
pub(super) fn run(
    database: &Database,
    operation: &str,
    request: &[u8],
) -> Result<String, DynoxideError> {
    match operation {
        "BatchGetItem" => answer(request, |request| database.batch_get_item(request)),
        "BatchWriteItem" => answer(request, |request| database.batch_write_item(request)),
        "CreateTable" => answer(request, |request| database.create_table(request)),
        "DeleteItem" => answer(request, |request| database.delete_item(request)),
        "DescribeTable" => answer(request, |request| database.describe_table(request)),
        "GetItem" => answer(request, |request| database.get_item(request)),
        "PutItem" => answer(request, |request| database.put_item(request)),
        "Query" => answer(request, |request| database.query(request)),
        "Scan" => answer(request, |request| database.scan(request)),
        "TransactGetItems" => answer(request, |request| database.transact_get_items(request)),
        "TransactWriteItems" => answer(request, |request| database.transact_write_items(request)),
        "UpdateItem" => answer(request, |request| database.update_item(request)),
        "UpdateTimeToLive" => answer(request, |request| database.update_time_to_live(request)),
        _ => Err(DynoxideError::SerializationException("UnknownOperationException".to_owned())),
    }
}

fn answer<Request: DeserializeOwned, Response: Serialize>(
    request: &[u8],
    run: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<String, DynoxideError> {
    let unreadable =
        |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let response = run(serde_json::from_slice(request).map_err(unreadable)?)?;
    serde_json::to_string(&response).map_err(unreadable)
}
