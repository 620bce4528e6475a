//! The baseline of `api`'s INIT: loads the configuration in the same way and builds the same SDK clients.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let configuration = platform::clients::config().await;
    let dynamo = aws_sdk_dynamodb::Client::new(&configuration);
    let secrets = aws_sdk_secretsmanager::Client::new(&configuration);
    let clients = &(dynamo, secrets);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        // Without a use the optimiser could remove the clients.
        std::hint::black_box(clients);
        Ok::<_, Error>(event.payload)
    }))
    .await
}
