//! The function `send`: batches of a campaign are handed to a provider.

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use messaging::{BaseUrl, Transport};
use platform::{StartError, clients, queue, settings, telemetry};
use send::{Accounts, Allowed, App, Hours, ProviderUrls, handle};

/// Batches under way at once, as many as an event brings: while the provider takes one, another's
/// members are read and a third one's rows are written.
const BATCHES_AT_ONCE: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = clients::config()?;
    let urls = ProviderUrls { brevo: url("BREVO_URL")?, sinch: url("SINCH_URL")? };
    let read = clients::secrets_under(&config, settings::text("PROVIDERS_SECRET_PREFIX")?);
    let stage = settings::text("STAGE")?;
    let list = std::env::var("ALLOWED_RECIPIENTS").unwrap_or_default();
    let hours = std::env::var("SMS_HOURS").unwrap_or_default();
    let app = App {
        store: clients::store(&config).await?,
        accounts: Accounts::new(Transport::new()?, urls, read),
        allowed: Allowed::of(&stage, &list),
        hours: Hours::of(&stage, &hours),
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
