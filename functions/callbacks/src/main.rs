//! The function `callbacks` serves the public routes for providers and for people who object.

use callbacks::{Accounts, App, router};
use platform::{clients, settings, telemetry};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start();
    let config = clients::config()?;
    let read_secret = clients::secrets_under(&config, settings::text("PROVIDERS_SECRET_PREFIX")?);
    let app = App {
        store: clients::store(&config).await?,
        accounts: Arc::new(Accounts::new(read_secret)),
        sqs: aws_sdk_sqs::Client::new(&config),
        outcomes_queue: settings::text("OUTCOMES_QUEUE_URL")?,
        clock: Arc::new(platform::now),
    };
    lambda_http::run(router(app)).await
}
