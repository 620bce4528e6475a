//! The function `ingest`: a merchant's file in S3 becomes purchases and members.

use aws_lambda_events::event::sqs::SqsEvent;
use ingest::{App, KeptPlan, handle};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::{clients, queue, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config()?;
    let app = App {
        store: clients::store(&config).await?,
        s3: clients::s3(&config),
        sqs: aws_sdk_sqs::Client::new(&config),
        reports_bucket: settings::text("REPORTS_BUCKET")?,
        ranges_queue: settings::text("RANGES_QUEUE_URL")?,
        range_bytes: settings::number("RANGE_BYTES")?,
        most_expanded_bytes: settings::number("MAX_EXPANDED_BYTES")?,
        plan: KeptPlan::default(),
    };
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
