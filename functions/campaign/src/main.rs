//! The function `campaign`: a due campaign becomes batches on the queue of the sender.

use aws_lambda_events::event::sqs::SqsEvent;
use campaign::{App, handle, tick};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::{clients, queue, settings, telemetry};
use serde_json::Value;
use std::time::Duration;

/// Kept free at the end of an invocation, for what is under way and the message to oneself.
const MARGIN: Duration = Duration::from_secs(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config()?;
    let app = App {
        store: clients::store(&config).await?,
        sqs: aws_sdk_sqs::Client::new(&config),
        campaigns_queue: settings::text("CAMPAIGNS_QUEUE_URL")?,
        sends_queue: settings::text("SENDS_QUEUE_URL")?,
    };
    let app = &app;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let until = platform::until(event.context.deadline, MARGIN);
        // The schedule brings an object of its own, the queue brings records.
        if event.payload.get("Records").is_none() {
            tick(app, platform::now()).await?;
            return Ok::<_, Error>(Value::Null);
        }
        let batch: SqsEvent = serde_json::from_value(event.payload)?;
        let answer = queue::process_batch(batch, |message| async move {
            let body = message.body.as_deref().unwrap_or_default();
            Box::pin(handle(app, body, platform::now(), until)).await
        });
        Ok(serde_json::to_value(answer.await)?)
    }))
    .await
}
