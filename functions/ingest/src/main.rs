//! The function `ingest`: a merchant's file in S3 becomes purchases and members.

use aws_lambda_events::event::sqs::SqsEvent;
use ingest::{App, PlanCache, handle};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::queue::{self, QueueClient};
use platform::{clients, settings, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config().await;
    let app = &App {
        store: clients::store(&config).await?,
        s3: clients::s3(&config),
        ranges: QueueClient::from_settings(&config, "RANGES_QUEUE_URL")?,
        reports_bucket: settings::text("REPORTS_BUCKET")?,
        range_bytes: settings::number("RANGE_BYTES")?,
        max_upload_bytes: settings::number("MAX_UPLOAD_BYTES")?,
        max_expanded_bytes: settings::number("MAX_EXPANDED_BYTES")?,
        clock: platform::now,
        plan_cache: PlanCache::default(),
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let answer = queue::process_batch(event.payload, |message| async move {
            let body = message.body.as_deref().unwrap_or_default();
            Box::pin(handle(app, body, platform::now())).await
        });
        Ok::<_, Error>(answer.await)
    }))
    .await
}
