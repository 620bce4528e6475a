//! The function `retention`: every night, data whose retention period has ended is archived or erased.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::queue::{self, Invocation, QueueClient};
use platform::{Deadline, clients, settings, telemetry};
use retention::{App, Request, handle, run};
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
        s3: clients::s3(&config),
        queue: QueueClient::from_settings(&config, "RETENTION_QUEUE_URL")?,
        archives_bucket: settings::text("ARCHIVES_BUCKET")?,
        stage: settings::text("STAGE")?,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Invocation<Request>>| async move {
        let deadline = Deadline::of_invocation(event.context.deadline, MARGIN);
        match event.payload {
            Invocation::Request(request) => {
                let response = Box::pin(run(app, &request, platform::now(), deadline)).await?;
                Ok::<_, Error>(serde_json::to_value(response)?)
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
