//! What an instance of the function holds, and what it does with a message.

use crate::message::{self, Message};
use crate::objects::ObjectError;
use crate::plan_file::FilePlan;
use crate::{arrival, work};
use domain::{Instant, UploadId};
use platform::queue::Failed;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The buckets.
    pub s3: aws_sdk_s3::Client,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    /// Our own bucket: plans, expanded files, refused rows.
    pub reports_bucket: String,
    /// Where ranges are sent.
    pub ranges_queue: String,
    /// About how long a range is.
    pub range_bytes: u64,
    /// The most bytes that a compressed file may expand to.
    pub most_expanded_bytes: u64,
    /// The plan of the file whose range was worked last: its other ranges are likely to follow.
    pub plan: KeptPlan,
}

/// A file's plan, kept between invocations.
#[derive(Default)]
pub struct KeptPlan(Mutex<Option<(UploadId, Arc<FilePlan>)>>);

impl KeptPlan {
    pub(crate) fn get(&self, upload: UploadId) -> Option<Arc<FilePlan>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(id, _)| *id == upload).map(|(_, plan)| Arc::clone(plan))
    }

    pub(crate) fn keep(&self, upload: UploadId, plan: &Arc<FilePlan>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((upload, Arc::clone(plan)));
    }
}

/// Why a message could not be dealt with to its end.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bucket.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The queue of ranges.
    #[error("ranges could not be queued")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A plan of ours that is none.
    #[error("a file's plan could not be read or written")]
    Plan,
}

impl From<IngestError> for Failed {
    fn from(error: IngestError) -> Self {
        Self::retry(error)
    }
}

/// Deals with the body of one message.
///
/// # Errors
/// [`Failed::Poison`] for a body that is none of ours, [`Failed::Retry`] for what may pass.
pub async fn handle(app: &App, body: &str, now: Instant) -> Result<(), Failed> {
    match message::parse(body).map_err(Failed::Poison)? {
        Message::Nothing => Ok(()),
        Message::Arrivals(arrivals) => {
            for object in &arrivals {
                arrival::handle(app, object, now).await?;
            }
            Ok(())
        }
        Message::Range(range) => {
            let (merchant, mode, upload) =
                range.identifiers().ok_or(Failed::Poison("a range of nothing"))?;
            work::handle(app, merchant, mode, upload, range.range, now).await?;
            Ok(())
        }
    }
}
