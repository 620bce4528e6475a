//! What an instance of the function holds, and what it does with a message.

use crate::message::FollowupsMessage;
use crate::walk::walk;
use domain::{Day, Instant, MemberId};
use platform::queue::Failed;
use store::{MEMBER_SHARDS, Store, StoreError, Tenant};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    /// Where pieces of a night's work are sent.
    pub followups_queue: String,
    /// Which deployment this is: `live` never works by a simulated day.
    pub stage: String,
}

/// Why a piece of work could not be done to its end.
#[derive(Debug, thiserror::Error)]
pub enum FollowupsError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue.
    #[error("a message could not be queued")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What was asked for cannot be done; a sentence that says what to do.
    #[error("{0}")]
    Order(&'static str),
    /// Members that could not be dealt with, each told in a log line; the others were.
    #[error("{0} members could not be dealt with")]
    Members(u64),
}

impl From<FollowupsError> for Failed {
    fn from(error: FollowupsError) -> Self {
        Self::retry(error)
    }
}

impl App {
    pub(crate) async fn queue(&self, message: &FollowupsMessage) -> Result<(), FollowupsError> {
        let body =
            serde_json::to_string(message).map_err(|error| FollowupsError::Queue(error.into()))?;
        let send = self.sqs.send_message().queue_url(&self.followups_queue).message_body(body);
        send.send().await.map_err(|error| FollowupsError::Queue(error.into()))?;
        Ok(())
    }
}

/// Deals with the body of one message.
///
/// # Errors
/// [`Failed::Poison`] for a body that is none of ours, [`Failed::Retry`] for what may pass.
pub async fn handle(app: &App, body: &str, now: Instant, until: Instant) -> Result<(), Failed> {
    let message: FollowupsMessage =
        serde_json::from_str(body).map_err(|_| Failed::Poison("no piece of a night"))?;
    let tenant = Tenant::parse(&message.tenant).ok_or(Failed::Poison("no tenant"))?;
    let today = Day::parse(&message.today).map_err(|_| Failed::Poison("no day"))?;
    let after = message.after.as_deref().map(MemberId::parse).transpose();
    let after = after.map_err(|_| Failed::Poison("no member"))?;
    if message.shard >= MEMBER_SHARDS {
        return Err(Failed::Poison("no shard"));
    }
    walk(app, tenant, today, (message.shard, after), now, until).await?;
    Ok(())
}
