//! The function `webhooks`: changes of the table become events, and events are posted to merchants.

use aws_lambda_events::event::sqs::SqsEvent;
use domain::webhook::Reach;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::{clients, queue, settings, telemetry};
use serde_json::Value;
use webhooks::{App, WebhookClient, handle, take};

/// Posts under way at once, as many as an event brings: one endpoint that does not answer holds up none
/// of the others.
const POSTS_AT_ONCE: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config()?;
    let wanted = std::env::var("WEBHOOK_ADDRESSES").unwrap_or_default();
    let reach = Reach::of(&settings::text("STAGE")?, &wanted);
    let queues =
        (settings::text("WEBHOOKS_QUEUE_URL")?, settings::text("CHANGES_DEAD_LETTERS_URL")?);
    let (store, sqs) = (clients::store(&config).await?, aws_sdk_sqs::Client::new(&config));
    let app = App::new(store, sqs, queues, WebhookClient::new(reach)?);
    let app = &app;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        // The stream and the queue both bring records.
        if event.payload["Records"][0]["eventSource"] == "aws:dynamodb" {
            let batch = serde_json::from_value(event.payload)?;
            let answer = Box::pin(take(app, batch, platform::now())).await;
            return Ok::<_, Error>(serde_json::to_value(answer)?);
        }
        let batch: SqsEvent = serde_json::from_value(event.payload)?;
        let answer =
            queue::process_batch_concurrently(batch, POSTS_AT_ONCE, |message| async move {
                Box::pin(handle(app, &message, platform::now())).await
            });
        Ok(serde_json::to_value(answer.await)?)
    }))
    .await
}
