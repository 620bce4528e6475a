//! The function `send` sends the batches of campaigns, and notices, to providers.

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use messaging::{BaseUrl, providers};
use platform::{StartError, clients, queue, settings, telemetry};
use send::{Accounts, Allowed, App, ProviderUrls, SmsHours, handle};

/// Batches that are processed at the same time: as many as an event holds. While the provider accepts one batch,
/// the members of another are read and the rows of a third are written.
const BATCHES_AT_ONCE: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config().await;
    let urls = ProviderUrls::read(|provider| url(providers::url_setting(provider)))?;
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let read_secret = clients::secrets_under(secrets, settings::text("PROVIDERS_SECRET_PREFIX")?);
    let stage = settings::text("STAGE")?;
    let list = std::env::var("ALLOWED_RECIPIENTS").unwrap_or_default();
    let hours = std::env::var("SMS_HOURS").unwrap_or_default();
    let app = App {
        store: clients::store(&config).await?,
        accounts: Accounts::new(providers::https_client()?, urls, read_secret),
        allowed: Allowed::of(&stage, &list),
        hours: SmsHours::of(&stage, &hours),
        public_url: settings::text("PUBLIC_URL")?,
    };
    let app = &app;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let answer = queue::process_batch_concurrently(
            event.payload,
            BATCHES_AT_ONCE,
            |message| async move {
                let body = message.body.as_deref().unwrap_or_default();
                Box::pin(handle(app, body, platform::now())).await
            },
        );
        Ok::<_, Error>(answer.await)
    }))
    .await
}

fn url(name: &'static str) -> Result<BaseUrl, StartError> {
    BaseUrl::parse(&settings::text(name)?).map_err(|_| StartError::Setting(name))
}
