//! The function `account` serves the member's own pages.

use account::{App, router};
use platform::queue::QueueClient;
use platform::{StartError, clients, settings, telemetry};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start();
    let config = clients::config().await;
    let codes_of_day = settings::text("CODES_OF_DAY")?;
    let app = App {
        store: clients::store(&config).await?,
        notices: Arc::new(QueueClient::from_settings(&config, "NOTICES_QUEUE_URL")?),
        clock: Arc::new(platform::now),
        origin: settings::text("ORIGIN")?.into(),
        codes_of_day: codes_of_day.parse().map_err(|_| StartError::Setting("CODES_OF_DAY"))?,
    };
    lambda_http::run(router(app)).await
}
