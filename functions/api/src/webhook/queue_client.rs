//! The door to the function that posts events: its queue, and where events may be posted.

use aws_sdk_sqs::Client;
use aws_types::SdkConfig;
use domain::WebhookError;
use domain::webhook::{Reach, WebhookUrl};
use http_edge::Problem;
use http_edge::problem::chain;
use platform::webhook_messages::WebhookMessage;
use platform::{StartError, internet, outbox, settings};
use std::sync::OnceLock;

/// The queue of webhooks. A till never comes here: no client is made before somebody does.
pub struct WebhookQueue {
    make: Box<dyn Fn() -> Client + Send + Sync>,
    client: OnceLock<Client>,
    queue: String,
    reach: Reach,
}

impl WebhookQueue {
    /// The door of the queue at an address; `make` gives the client when it is first needed.
    pub fn new(
        make: impl Fn() -> Client + Send + Sync + 'static,
        queue: String,
        reach: Reach,
    ) -> Self {
        Self { make: Box::new(make), client: OnceLock::new(), queue, reach }
    }

    /// The door of the environment. Makes no call.
    ///
    /// # Errors
    /// [`StartError::Setting`].
    pub fn from_settings(config: &SdkConfig) -> Result<Self, StartError> {
        let (config, queue) = (config.clone(), settings::text("WEBHOOKS_QUEUE_URL")?);
        let wanted = std::env::var("WEBHOOK_ADDRESSES").unwrap_or_default();
        let reach = Reach::of(&settings::text("STAGE")?, &wanted);
        Ok(Self::new(move || Client::new(&config), queue, reach))
    }

    /// Reads an address and looks its host up: it is refused where it could never be posted to.
    ///
    /// # Errors
    /// [`WebhookError::Url`], [`WebhookError::Address`].
    pub(crate) async fn url(&self, text: &str) -> Result<WebhookUrl, WebhookError> {
        let url = WebhookUrl::parse(text, self.reach)?;
        let found = internet::addresses(url.host(), url.port(), self.reach).await;
        found.map(|_| url).map_err(|_| WebhookError::Address)
    }

    /// Queues messages: 1 round trip for ten, eight at once.
    pub(crate) async fn queue(&self, messages: &[WebhookMessage]) -> Result<(), Problem> {
        let client = self.client.get_or_init(&self.make);
        let sent = outbox::send_all(client, &self.queue, messages).await;
        sent.map_err(|error| Problem::unavailable(chain(&error)))
    }
}
