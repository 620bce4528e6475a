//! The function `ingest`: a merchant's file in S3 becomes purchases and members.

use aws_lambda_events::event::sqs::SqsEvent;
use ingest::{App, KeptPlan, handle};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::{clients, queue, settings, telemetry};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config().await;
    let app = App {
        store: clients::store(&config).await?,
        s3: s3(&config),
        sqs: aws_sdk_sqs::Client::new(&config),
        reports_bucket: settings::text("REPORTS_BUCKET")?,
        ranges_queue: settings::text("RANGES_QUEUE_URL")?,
        range_bytes: settings::number("RANGE_BYTES")?,
        most_expanded_bytes: settings::number("MAX_EXPANDED_BYTES")?,
        plan: KeptPlan::default(),
    };
    let app = &app;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let answer = queue::deal(event.payload, |message| async move {
            let body = message.body.as_deref().unwrap_or_default();
            Box::pin(handle(app, body, platform::now())).await
        });
        Ok::<_, Error>(answer.await)
    }))
    .await
}

/// S3 moves megabytes where DynamoDB moves kilobytes: its calls may take longer. Buckets behind an
/// endpoint of one's own have no host of their own.
fn s3(config: &aws_config::SdkConfig) -> aws_sdk_s3::Client {
    let limits = aws_sdk_s3::config::timeout::TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(45))
        .build();
    let own_endpoint =
        ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"].iter().any(|name| std::env::var(name).is_ok());
    let config = aws_sdk_s3::config::Builder::from(config)
        .timeout_config(limits)
        .force_path_style(own_endpoint)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}
