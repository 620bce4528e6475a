//! What an instance of the function holds, and what it does with a message.

use crate::archive::{self, ArchiveError};
use crate::message::RetentionMessage;
use crate::sweep::sweep;
use domain::{Day, Instant, MerchantId};
use platform::queue::Failed;
use store::{DueBucket, Part, Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The buckets.
    pub s3: aws_sdk_s3::Client,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    /// Where pieces of a night's work are sent.
    pub retention_queue: String,
    /// Where archives are kept.
    pub archives_bucket: String,
    /// Which deployment this is: `live` never works by a simulated day.
    pub stage: String,
}

/// Why a piece of work could not be done to its end.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue.
    #[error("a message could not be queued")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What the night was asked for cannot be done; a sentence that says what to do.
    #[error("{0}")]
    Order(&'static str),
    /// Members that could not be dealt with, each told in a log line; the others were.
    #[error("{0} members could not be dealt with")]
    Members(u64),
}

impl From<RetentionError> for Failed {
    fn from(error: RetentionError) -> Self {
        Self::retry(error)
    }
}

impl App {
    pub(crate) async fn queue(&self, message: &RetentionMessage) -> Result<(), RetentionError> {
        let body =
            serde_json::to_string(message).map_err(|error| RetentionError::Queue(error.into()))?;
        let send = self.sqs.send_message().queue_url(&self.retention_queue).message_body(body);
        send.send().await.map_err(|error| RetentionError::Queue(error.into()))?;
        Ok(())
    }
}

/// Deals with the body of one message.
///
/// # Errors
/// [`Failed::Poison`] for a body that is none of ours, [`Failed::Retry`] for what may pass.
pub async fn handle(app: &App, body: &str, now: Instant, until: Instant) -> Result<(), Failed> {
    let message = serde_json::from_str(body).map_err(|_| Failed::Poison("no piece of a night"))?;
    match message {
        RetentionMessage::Sweep { month, shard, today, merchant } => {
            let only = merchant.as_deref().map(MerchantId::parse).transpose();
            let only = only.map_err(|_| Failed::Poison("no merchant"))?;
            let bucket = DueBucket::parse(&month, shard).ok_or(Failed::Poison("no bucket"))?;
            let today = Day::parse(&today).map_err(|_| Failed::Poison("no day"))?;
            sweep(app, bucket, today, only, now, until).await?;
        }
        RetentionMessage::Archive { merchant, today } => {
            let merchant =
                MerchantId::parse(&merchant).map_err(|_| Failed::Poison("no merchant"))?;
            let today = Day::parse(&today).map_err(|_| Failed::Poison("no day"))?;
            archive::begin(app, merchant, today, now).await?;
        }
        RetentionMessage::ArchivePart { merchant, part } => {
            let (merchant, part) = part_of(&merchant, &part)?;
            archive::part::archive(app, merchant, part, now, until).await?;
        }
        RetentionMessage::ClearPart { merchant, part } => {
            let (merchant, part) = part_of(&merchant, &part)?;
            archive::clearing::clear(app, merchant, part, now, until).await?;
        }
    }
    Ok(())
}

fn part_of(merchant: &str, part: &str) -> Result<(MerchantId, Part), Failed> {
    match (MerchantId::parse(merchant), Part::parse(part)) {
        (Ok(merchant), Some(part)) => Ok((merchant, part)),
        _ => Err(Failed::Poison("no part of a merchant's")),
    }
}
