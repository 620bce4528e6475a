//! A merchant whose contract has ended is archived, and leaves the table.
//!
//! What it leaves is archived part by part, each part a message of its own ([`part`]). When every part is
//! there, the manifest says so, and only then the parts are cleared ([`clearing`]), the settings last. How
//! far it is stands in the bucket ([`shelf`]) and nowhere else: whatever is killed, or told twice, is begun
//! again and goes on from there. The merchant's place in the index `due` goes with its profile, so that
//! every night takes up what the night before left.

pub(crate) mod clearing;
pub(crate) mod part;
mod shelf;
mod writer;

use crate::app::{App, RetentionError};
use crate::message::RetentionMessage;
use domain::{Day, Instant, MerchantId};
use shelf::Shelf;
use std::sync::Arc;
use store::{Part, Settings, StoreError};

/// Why an archive could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The bucket.
    #[error("the bucket of archives could not be reached")]
    Bucket(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An object beside the archived items that is not what this code writes.
    #[error("a mark or a manifest of the archive could not be read or written")]
    Mark(#[source] serde_json::Error),
    /// The compression.
    #[error("items could not be compressed")]
    Compression(#[from] std::io::Error),
    /// A part of which nothing says that it is archived; nothing was cleared.
    #[error("a part is to be cleared that is not archived")]
    NotArchived,
}

/// Begins to archive a merchant whose contract ended before `today`, or takes it up where it was left.
///
/// # Errors
/// [`RetentionError`]; the message comes again.
pub(crate) async fn begin(
    app: &App,
    merchant: MerchantId,
    today: Day,
    now: Instant,
) -> Result<(), RetentionError> {
    if !app.store.begin_archiving(merchant, today, now).await? {
        // Told late, or taken back meanwhile.
        tracing::info!(%merchant, "no contract that has ended");
        return Ok(());
    }
    let marks = Shelf::of(app, merchant).marks().await?;
    let left: Vec<Part> = Part::all().filter(|part| !marks.done.contains(part)).collect();
    tracing::info!(%merchant, parts = left.len(), "archiving");
    for part in &left {
        app.queue(&RetentionMessage::archive_part(merchant, *part)).await?;
    }
    if left.is_empty() {
        let Some(settings) = settings(app, merchant, now).await? else { return Ok(()) };
        complete(app, &settings, now).await?;
    }
    Ok(())
}

/// Writes the manifest once every part is archived, and has the parts cleared.
async fn complete(app: &App, settings: &Settings, now: Instant) -> Result<(), RetentionError> {
    let merchant = settings.merchant.id;
    let shelf = Shelf::of(app, merchant);
    let marks = shelf.marks().await?;
    if !Part::all().all(|part| marks.done.contains(&part)) {
        return Ok(());
    }
    if !shelf.is_complete().await? {
        let (items, bytes) = shelf.complete(&settings.merchant, now).await?;
        tracing::info!(%merchant, items, bytes, "archived");
    }
    let left: Vec<Part> = clearing::left(&marks).collect();
    for part in left {
        app.queue(&RetentionMessage::clear_part(merchant, part)).await?;
    }
    Ok(())
}

/// A merchant's settings, or `None` where it has left the table.
async fn settings(
    app: &App,
    merchant: MerchantId,
    now: Instant,
) -> Result<Option<Arc<Settings>>, StoreError> {
    match app.store.settings_fresh(merchant, now).await {
        Ok(settings) => Ok(Some(settings)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
