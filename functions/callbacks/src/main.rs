//! The function `callbacks` serves the public routes for providers and for people who object.

use callbacks::{Accounts, App, router};
use platform::queue::QueueClient;
use platform::{clients, settings, telemetry};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start();
    let config = clients::config().await;
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let read_secret = clients::secrets_under(secrets, settings::text("CALLBACKS_SECRET_PREFIX")?);
    let app = App {
        store: clients::store(&config).await?,
        accounts: Arc::new(Accounts::new(read_secret)),
        outcomes: Arc::new(QueueClient::from_settings(&config, "OUTCOMES_QUEUE_URL")?),
        clock: Arc::new(platform::now),
    };
    lambda_http::run(router(app)).await
}
