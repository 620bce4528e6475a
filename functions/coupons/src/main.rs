//! The function `coupons`: a range of a batch becomes coupons.

use aws_lambda_events::event::sqs::SqsEvent;
use coupons::{App, handle};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::{Deadline, clients, queue, telemetry};
use std::time::Duration;

/// The time kept free at the end of an invocation, for the step in progress: 20 seconds of codes, and
/// saving them.
const MARGIN: Duration = Duration::from_secs(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config().await;
    let app = &App { store: clients::store(&config).await?, clock: platform::now };
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let deadline = Deadline::of_invocation(event.context.deadline, MARGIN);
        let answer = queue::process_batch(event.payload, |message| async move {
            let body = message.body.as_deref().unwrap_or_default();
            Box::pin(handle(app, body, deadline)).await
        });
        Ok::<_, Error>(answer.await)
    }))
    .await
}
