//! The queues of the functions that continue what the API began.

use aws_sdk_sqs::Client;
use aws_types::SdkConfig;
use http_edge::Problem;
use platform::messages::{CampaignMessage, CouponRangeMessage};
use platform::queue::QueueMessage;
use platform::{StartError, queue};
use store::ErrorChain;

/// The queue of campaigns.
pub type CampaignQueue = QueueClient<CampaignMessage>;
/// The queue of ranges of batches of coupons.
pub type CouponQueue = QueueClient<CouponRangeMessage>;

/// The client of a queue of messages `M`, whose errors are problems of the API.
pub struct QueueClient<M>(queue::QueueClient<M>);

impl<M: QueueMessage> QueueClient<M> {
    /// The client of the queue at `url`; `make` returns the SDK client on first use.
    pub fn new(make: impl FnOnce() -> Client + Send + 'static, url: String) -> Self {
        Self(queue::QueueClient::new(make, url))
    }

    /// The client of the queue whose URL is in the environment variable `name`. Makes no call.
    pub fn from_settings(config: &SdkConfig, name: &'static str) -> Result<Self, StartError> {
        queue::QueueClient::from_settings(config, name).map(Self)
    }

    /// Sends one message: 1 round trip.
    pub(crate) async fn queue(&self, message: &M) -> Result<(), Problem> {
        let sent = self.0.send(message).await;
        sent.map_err(|error| Problem::unavailable(ErrorChain(&error).to_string()))
    }

    /// Sends messages: 1 round trip for 10 messages, 8 at once.
    pub(crate) async fn queue_all(&self, messages: &[M]) -> Result<(), Problem> {
        let sent = self.0.send_all(messages).await;
        sent.map_err(|error| Problem::unavailable(ErrorChain(&error).to_string()))
    }
}
