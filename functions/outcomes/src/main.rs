//! The function `outcomes` records the outcomes of messages that providers report.

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use outcomes::{App, handle};
use platform::{clients, queue, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config().await;
    let app = App { store: clients::store(&config).await? };
    let app = &app;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let answer = queue::process_batch(event.payload, |message| async move {
            let body = message.body.as_deref().unwrap_or_default();
            Box::pin(handle(app, body, platform::now())).await
        });
        Ok::<_, Error>(answer.await)
    }))
    .await
}
