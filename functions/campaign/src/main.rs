//! The function `campaign`: a due campaign becomes batches on the queue of `send`.

use campaign::{App, handle, tick};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::queue::{self, Invocation, QueueClient};
use platform::{Deadline, clients, telemetry};
use serde_json::Value;
use std::time::Duration;

/// The time kept free at the end of an invocation, for calls in progress and the message that continues
/// the work.
const MARGIN: Duration = Duration::from_secs(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config().await;
    let app = &App {
        store: clients::store(&config).await?,
        campaigns: QueueClient::from_settings(&config, "CAMPAIGNS_QUEUE_URL")?,
        sends: QueueClient::from_settings(&config, "SENDS_QUEUE_URL")?,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Invocation<Value>>| async move {
        let deadline = Deadline::of_invocation(event.context.deadline, MARGIN);
        match event.payload {
            Invocation::Request(_) => {
                tick(app, platform::now()).await?;
                Ok::<_, Error>(Value::Null)
            }
            Invocation::Batch(batch) => {
                let answer = queue::process_batch(batch, |message| async move {
                    let body = message.body.as_deref().unwrap_or_default();
                    Box::pin(handle(app, body, platform::now(), deadline)).await
                });
                Ok(serde_json::to_value(answer.await)?)
            }
        }
    }))
    .await
}
