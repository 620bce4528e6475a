//! Reads a message and starts its work.

use crate::archive::{archive_part, begin, clear};
use crate::context::App;
use crate::message::RetentionMessage;
use crate::sweep::sweep;
use domain::Instant;
use platform::Deadline;
use platform::queue::{self, Failed};
use store::DueBucket;

/// Handles the body of one message.
pub async fn handle(app: &App, body: &str, now: Instant, deadline: Deadline) -> Result<(), Failed> {
    const NOT_A_PIECE: &str = "not a piece of a daily run";
    match queue::read(body, NOT_A_PIECE)? {
        RetentionMessage::Sweep { month, shard, today, merchant } => {
            let bucket = DueBucket::new(month, shard).ok_or(Failed::Poison(NOT_A_PIECE))?;
            sweep(app, bucket, today, merchant, now, deadline).await?;
        }
        RetentionMessage::Archive { merchant, today } => {
            begin::begin(app, merchant, today, now).await?;
        }
        RetentionMessage::ArchivePart { merchant, part } => {
            archive_part::archive_part(app, merchant, part, now, deadline).await?;
        }
        RetentionMessage::ClearPart { merchant, part } => {
            clear::clear_part(app, merchant, part, now, deadline).await?;
        }
    }
    Ok(())
}
