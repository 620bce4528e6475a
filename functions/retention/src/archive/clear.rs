//! Deletes one part of a complete archive from the table.

use super::complete::settings;
use super::error::ArchiveError;
use super::folder::{ArchiveFolder, Progress};
use crate::context::{App, RetentionError};
use crate::message::RetentionMessage;
use domain::{Instant, MerchantId, retention};
use platform::Deadline;
use store::{Part, Purpose, StoredItem};

/// Items that are deleted together.
const ITEMS_AT_ONCE: usize = 500;

/// Deletes a part from the table. Where the time ends first, the part is queued again. After an error the
/// message is delivered again, and finds only the items that are left. The last of the other parts queues the
/// settings. The last item of the settings is the profile; once the profile is deleted, the merchant has left
/// the table.
pub(crate) async fn clear_part(
    app: &App,
    merchant: MerchantId,
    part: Part,
    now: Instant,
    deadline: Deadline,
) -> Result<(), RetentionError> {
    let Some(settings) = settings(app, merchant, now).await? else { return Ok(()) };
    let folder = ArchiveFolder::of(app, merchant);
    if !folder.has_manifest().await? {
        return Err(ArchiveError::NotArchived.into());
    }
    let progress = folder.progress().await?;
    if !progress.to_clear().contains(&part) {
        // The part is cleared already, or a repeated message names the settings while other parts are left.
        return queue_settings(app, merchant, &progress).await;
    }
    let today = retention::day_of(now);
    let mut walk = app.store.walk_part(&settings, part, Purpose::Clear, None, today);
    let mut pending = Pending::default();
    while let Some(step) = walk.next().await? {
        match step.position {
            None => pending.dependents.extend(step.items),
            Some(_) => pending.items.extend(step.items),
        }
        // Every item of the settings is deleted by itself, since the profile must be the last.
        if pending.len() >= ITEMS_AT_ONCE || part == Part::Settings {
            pending.delete(app).await?;
            if deadline.has_passed() {
                app.queue.send(&RetentionMessage::ClearPart { merchant, part }).await?;
                return Ok(());
            }
        }
    }
    pending.delete(app).await?;
    tracing::info!(%merchant, %part, items = pending.deleted, "part cleared");
    if part == Part::Settings {
        tracing::info!(%merchant, "the merchant has left the table");
        return Ok(());
    }
    folder.note_cleared(part).await?;
    queue_settings(app, merchant, &folder.progress().await?).await
}

/// Queues the settings, where they are the only part left.
async fn queue_settings(
    app: &App,
    merchant: MerchantId,
    progress: &Progress,
) -> Result<(), RetentionError> {
    if progress.to_clear().contains(&Part::Settings) {
        let part = Part::Settings;
        app.queue.send(&RetentionMessage::ClearPart { merchant, part }).await?;
    }
    Ok(())
}

/// Items that were read and are still in the table.
#[derive(Default)]
struct Pending {
    /// Items that are found through other items, and are deleted before them.
    dependents: Vec<StoredItem>,
    items: Vec<StoredItem>,
    deleted: usize,
}

impl Pending {
    const fn len(&self) -> usize {
        self.dependents.len() + self.items.len()
    }

    async fn delete(&mut self, app: &App) -> Result<(), RetentionError> {
        app.store.clear_items(&self.dependents).await?;
        app.store.clear_items(&self.items).await?;
        self.deleted += self.len();
        self.dependents.clear();
        self.items.clear();
        Ok(())
    }
}
