//! The queue of the function that posts events, and the addresses that events may be posted to.

use crate::queue_client::QueueClient;
use aws_sdk_sqs::Client;
use aws_types::SdkConfig;
use domain::WebhookError;
use domain::webhook::{Reach, WebhookUrl};
use http_edge::Problem;
use platform::internet::HostError;
use platform::messages::WebhookMessage;
use platform::{StartError, internet, settings};

/// The queue of webhooks.
pub struct WebhookQueue {
    queue: QueueClient<WebhookMessage>,
    reach: Reach,
}

impl WebhookQueue {
    /// The client of the queue at `url`; `make` returns the SDK client on first use.
    pub fn new(make: impl FnOnce() -> Client + Send + 'static, url: String, reach: Reach) -> Self {
        Self { queue: QueueClient::new(make, url), reach }
    }

    /// The client that the environment describes. Makes no call.
    pub fn from_settings(config: &SdkConfig) -> Result<Self, StartError> {
        let queue = QueueClient::from_settings(config, "WEBHOOKS_QUEUE_URL")?;
        let wanted = std::env::var("WEBHOOK_ADDRESSES").unwrap_or_default();
        Ok(Self { queue, reach: Reach::of(&settings::text("STAGE")?, &wanted) })
    }

    /// Reads an address and looks its host up: it is refused where it could never be posted to.
    ///
    /// # Errors
    /// [`WebhookError::Url`], [`WebhookError::HostUnknown`], [`WebhookError::Address`].
    pub(crate) async fn url(&self, text: &str) -> Result<WebhookUrl, WebhookError> {
        let url = WebhookUrl::parse(text, self.reach)?;
        let found = internet::addresses(url.host(), url.port(), self.reach).await;
        found.map(|_| url).map_err(|error| match error {
            HostError::Unknown => WebhookError::HostUnknown,
            HostError::NotPublic => WebhookError::Address,
        })
    }

    /// Sends messages: 1 round trip for 10 messages, 8 at once.
    pub(crate) async fn queue(&self, messages: &[WebhookMessage]) -> Result<(), Problem> {
        self.queue.queue_all(messages).await
    }
}
