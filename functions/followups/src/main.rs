//! The function `followups`: the daily run of every merchant's members, and the proof of a ledger.

use followups::{App, Request, handle_message, handle_request};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::queue::{self, Invocation, QueueClient};
use platform::{Deadline, clients, settings, telemetry};
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
        queue: QueueClient::from_settings(&config, "FOLLOWUPS_QUEUE_URL")?,
        stage: settings::text("STAGE")?,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Invocation<Request>>| async move {
        let deadline = Deadline::of_invocation(event.context.deadline, MARGIN);
        match event.payload {
            Invocation::Request(request) => {
                let response = Box::pin(handle_request(app, &request, platform::now(), deadline));
                Ok::<_, Error>(serde_json::to_value(response.await?)?)
            }
            Invocation::Batch(batch) => {
                let answer = queue::process_batch(batch, |message| async move {
                    let body = message.body.as_deref().unwrap_or_default();
                    Box::pin(handle_message(app, body, platform::now(), deadline)).await
                });
                Ok(serde_json::to_value(answer.await)?)
            }
        }
    }))
    .await
}
