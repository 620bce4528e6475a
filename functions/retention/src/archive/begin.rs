//! The first step of an archive: queues the parts that are not archived yet.

use super::complete::{complete, settings};
use super::folder::ArchiveFolder;
use crate::context::{App, RetentionError};
use crate::message::RetentionMessage;
use domain::{Day, Instant, MerchantId};
use store::Part;

/// Begins to archive a merchant whose contract ended before `today`, or continues an archive that was
/// interrupted. After an error the message is delivered again.
pub(crate) async fn begin(
    app: &App,
    merchant: MerchantId,
    today: Day,
    now: Instant,
) -> Result<(), RetentionError> {
    if !app.store.begin_archiving(merchant, today, now).await? {
        // The message came late, or the end of the contract was withdrawn.
        tracing::info!(%merchant, "no contract that has ended");
        return Ok(());
    }
    let progress = ArchiveFolder::of(app, merchant).progress().await?;
    let left: Vec<Part> = progress.to_archive().collect();
    tracing::info!(%merchant, parts = left.len(), "archiving");
    for part in &left {
        app.queue.send(&RetentionMessage::ArchivePart { merchant, part: *part }).await?;
    }
    if left.is_empty() {
        let Some(settings) = settings(app, merchant, now).await? else { return Ok(()) };
        complete(app, &settings, now).await?;
    }
    Ok(())
}
