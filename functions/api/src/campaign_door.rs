//! The door to the function that takes campaigns further: its queue.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use http_edge::Problem;
use http_edge::problem::chain;
use platform::messages::CampaignMessage;
use platform::{StartError, settings};
use std::sync::OnceLock;

/// The queue of campaigns. A till never comes here: no client is made before somebody does.
pub struct CampaignDoor {
    make: Box<dyn Fn() -> Client + Send + Sync>,
    client: OnceLock<Client>,
    queue: String,
}

impl CampaignDoor {
    /// The door of the queue at an address; `make` gives the client when it is first needed.
    pub fn new(make: impl Fn() -> Client + Send + Sync + 'static, queue: String) -> Self {
        Self { make: Box::new(make), client: OnceLock::new(), queue }
    }

    /// The door of the environment. Makes no call.
    ///
    /// # Errors
    /// [`StartError::Setting`].
    pub fn from_settings(config: &SdkConfig) -> Result<Self, StartError> {
        let (config, queue) = (config.clone(), settings::text("CAMPAIGNS_QUEUE_URL")?);
        Ok(Self::new(move || Client::new(&config), queue))
    }

    /// Queues a message: 1 round trip.
    pub(crate) async fn queue(&self, message: &CampaignMessage) -> Result<(), Problem> {
        let body =
            serde_json::to_string(message).map_err(|error| Problem::defect(error.to_string()))?;
        let client = self.client.get_or_init(&self.make);
        let sent = client.send_message().queue_url(&self.queue).message_body(body).send().await;
        sent.map_err(|error| Problem::unavailable(chain(&error)))?;
        Ok(())
    }
}
