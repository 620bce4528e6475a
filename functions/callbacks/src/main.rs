//! The function `callbacks`: the public door of the providers, and of people who object.

use callbacks::{Accounts, App, ReadSecret, router};
use platform::{clients, settings, telemetry};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::start();
    let config = clients::config().await;
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let prefix = settings::text("PROVIDERS_SECRET_PREFIX")?;
    let read: ReadSecret = Box::new(move |account| {
        let (secrets, name) = (secrets.clone(), format!("{prefix}{account}"));
        Box::pin(async move { clients::secret(&secrets, &name).await })
    });
    let app = App {
        store: clients::store(&config).await?,
        accounts: Arc::new(Accounts::new(read)),
        sqs: aws_sdk_sqs::Client::new(&config),
        outcomes_queue: settings::text("OUTCOMES_QUEUE_URL")?,
        clock: Arc::new(platform::now),
    };
    lambda_http::run(router(app)).await
}
