//! The doors to the functions that go on with what was asked for: their queues.

use aws_sdk_sqs::Client;
use aws_types::SdkConfig;
use http_edge::Problem;
use http_edge::problem::chain;
use platform::messages::{CampaignMessage, CouponRangeMessage};
use platform::{StartError, settings};
use serde::Serialize;
use std::marker::PhantomData;
use std::sync::OnceLock;

/// The queue of campaigns.
pub type CampaignQueue = QueueClient<CampaignMessage>;
/// The queue of ranges of batches of coupons.
pub type CouponQueue = QueueClient<CouponRangeMessage>;

/// A queue of messages `M`. A till never comes here: no client is made before somebody does.
pub struct QueueClient<M> {
    make: Box<dyn Fn() -> Client + Send + Sync>,
    client: OnceLock<Client>,
    queue: String,
    messages: PhantomData<fn(M)>,
}

impl<M: Serialize> QueueClient<M> {
    /// The door of the queue at an address; `make` gives the client when it is first needed.
    pub fn new(make: impl Fn() -> Client + Send + Sync + 'static, queue: String) -> Self {
        Self { make: Box::new(make), client: OnceLock::new(), queue, messages: PhantomData }
    }

    /// The door whose address stands in a variable of the environment. Makes no call.
    ///
    /// # Errors
    /// [`StartError::Setting`].
    pub fn from_settings(config: &SdkConfig, name: &'static str) -> Result<Self, StartError> {
        let (config, queue) = (config.clone(), settings::text(name)?);
        Ok(Self::new(move || Client::new(&config), queue))
    }

    /// Queues a message: 1 round trip.
    pub(crate) async fn queue(&self, message: &M) -> Result<(), Problem> {
        let body =
            serde_json::to_string(message).map_err(|error| Problem::defect(error.to_string()))?;
        let client = self.client.get_or_init(&self.make);
        let sent = client.send_message().queue_url(&self.queue).message_body(body).send().await;
        sent.map_err(|error| Problem::unavailable(chain(&error)))?;
        Ok(())
    }
}
