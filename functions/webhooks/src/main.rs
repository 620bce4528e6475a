//! The function `webhooks`: changes of the table become events, and events are posted to merchants' endpoints.

use aws_lambda_events::event::sqs::SqsEvent;
use domain::webhook::Reach;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::queue::{self, QueueClient};
use platform::{clients, settings, telemetry};
use serde_json::Value;
use webhooks::{App, WebhookClient, handle, handle_changes};

/// Posts in progress at once, as many as a batch holds: an endpoint that does not answer delays no other.
const CONCURRENT_POSTS: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config().await;
    let addresses = std::env::var("WEBHOOK_ADDRESSES").unwrap_or_default();
    let reach = Reach::of(&settings::text("STAGE")?, &addresses);
    let app = &App::new(
        clients::store(&config).await?,
        QueueClient::from_settings(&config, "WEBHOOKS_QUEUE_URL")?,
        QueueClient::from_settings(&config, "CHANGES_DEAD_LETTERS_URL")?,
        WebhookClient::new(reach)?,
    );
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        // Batches of the stream and of the queue both have `Records`.
        if event.payload["Records"][0]["eventSource"] == "aws:dynamodb" {
            let batch = serde_json::from_value(event.payload)?;
            let answer = Box::pin(handle_changes(app, batch, platform::now())).await;
            return Ok::<_, Error>(serde_json::to_value(answer)?);
        }
        let batch: SqsEvent = serde_json::from_value(event.payload)?;
        let answer =
            queue::process_batch_concurrently(batch, CONCURRENT_POSTS, |message| async move {
                Box::pin(handle(app, &message, platform::now())).await
            });
        Ok(serde_json::to_value(answer.await)?)
    }))
    .await
}
