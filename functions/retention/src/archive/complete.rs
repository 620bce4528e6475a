//! The last step of an archive: writes the manifest, and queues the messages that clear the parts.

use super::folder::ArchiveFolder;
use super::manifest::Manifest;
use crate::context::{App, RetentionError};
use crate::message::RetentionMessage;
use domain::{Instant, MerchantId};
use std::sync::Arc;
use store::{Settings, StoreError};

/// Writes the manifest once every part is archived, and queues the clearing of the parts.
pub(super) async fn complete(
    app: &App,
    settings: &Settings,
    now: Instant,
) -> Result<(), RetentionError> {
    let merchant = settings.merchant.id;
    let folder = ArchiveFolder::of(app, merchant);
    let progress = folder.progress().await?;
    if progress.to_archive().next().is_some() {
        return Ok(());
    }
    if !folder.has_manifest().await? {
        let manifest = Manifest::new(&settings.merchant, folder.archived_parts().await?, now);
        folder.put_manifest(&manifest).await?;
        tracing::info!(%merchant, items = manifest.items, bytes = manifest.bytes, "archived");
    }
    for part in progress.to_clear() {
        app.queue.send(&RetentionMessage::ClearPart { merchant, part }).await?;
    }
    Ok(())
}

/// A merchant's settings, or `None` where the merchant has left the table.
pub(super) async fn settings(
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
