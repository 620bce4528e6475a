//! An operation of DynamoDB's JSON protocol, run by the engine.

use super::DynamoDb;
use dynoxide::DynoxideError;
use serde::Serialize;
use serde::de::DeserializeOwned;

impl DynamoDb {
    /// Runs one of the operations that this project uses; any other is refused as unknown.
    pub(super) fn run(&self, operation: &str, request: &[u8]) -> Result<String, DynoxideError> {
        let engine = &self.engine;
        match operation {
            "BatchGetItem" => answer(request, |request| engine.batch_get_item(request)),
            "BatchWriteItem" => answer(request, |request| engine.batch_write_item(request)),
            "CreateTable" => answer(request, |request| engine.create_table(request)),
            "DeleteItem" => answer(request, |request| engine.delete_item(request)),
            "DescribeTable" => answer(request, |request| engine.describe_table(request)),
            "GetItem" => answer(request, |request| engine.get_item(request)),
            "PutItem" => answer(request, |request| engine.put_item(request)),
            "Query" => answer(request, |request| engine.query(request)),
            "Scan" => answer(request, |request| engine.scan(request)),
            "TransactGetItems" => answer(request, |request| engine.transact_get_items(request)),
            "TransactWriteItems" => {
                answer(request, |request| self.tokens.transact(engine, request))
            }
            "UpdateItem" => answer(request, |request| engine.update_item(request)),
            "UpdateTimeToLive" => answer(request, |request| engine.update_time_to_live(request)),
            _ => Err(DynoxideError::SerializationException("UnknownOperationException".to_owned())),
        }
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
