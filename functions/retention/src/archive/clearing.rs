//! A part is cleared: walked once more, and taken out of the table. Only of an archive that is complete.

use super::shelf::{Marks, Shelf};
use super::{ArchiveError, settings};
use crate::app::{App, RetentionError};
use crate::message::RetentionMessage;
use domain::{Instant, MerchantId, retention};
use store::{Part, Purpose, StoredItem};

/// Items that are taken out together.
const AT_ONCE: usize = 500;

/// The parts that may be cleared now: the settings when they are alone.
pub(crate) fn left(marks: &Marks) -> impl Iterator<Item = Part> + '_ {
    let others = Part::all().filter(|part| *part != Part::Settings);
    let others: Vec<Part> = others.filter(|part| !marks.cleared.contains(part)).collect();
    if others.is_empty() { vec![Part::Settings] } else { others }.into_iter()
}

/// Clears a part, and queues itself anew where the time at hand ends first. After the last of the others
/// come the settings, and with their last item, the profile, the merchant has left the table.
///
/// # Errors
/// [`RetentionError`]; the message comes again, and finds what is left.
pub(crate) async fn clear(
    app: &App,
    merchant: MerchantId,
    part: Part,
    now: Instant,
    until: Instant,
) -> Result<(), RetentionError> {
    let Some(settings) = settings(app, merchant, now).await? else { return Ok(()) };
    let shelf = Shelf::of(app, merchant);
    if !shelf.is_complete().await? {
        return Err(ArchiveError::NotArchived.into());
    }
    let marks = shelf.marks().await?;
    if !left(&marks).any(|left| left == part) {
        // Cleared before; or the settings, told before their time by a message come twice.
        return settings_if_alone(app, merchant, &marks).await;
    }
    let today = retention::day_of(now);
    let mut walk = app.store.walk_part(&settings, part, Purpose::Clear, None, today);
    let mut pending = Pending::default();
    while let Some(step) = walk.next().await? {
        match step.position {
            None => pending.hanging.extend(step.items),
            Some(_) => pending.items.extend(step.items),
        }
        // Of the settings each goes by itself, since the profile must be the last.
        if pending.len() >= AT_ONCE || part == Part::Settings {
            pending.clear(app).await?;
            if Instant::now() >= until {
                return app.queue(&RetentionMessage::clear_part(merchant, part)).await;
            }
        }
    }
    pending.clear(app).await?;
    tracing::info!(%merchant, %part, items = pending.cleared, "part cleared");
    if part == Part::Settings {
        tracing::info!(%merchant, "has left the table");
        return Ok(());
    }
    shelf.clear(part).await?;
    settings_if_alone(app, merchant, &shelf.marks().await?).await
}

async fn settings_if_alone(
    app: &App,
    merchant: MerchantId,
    marks: &Marks,
) -> Result<(), RetentionError> {
    if left(marks).any(|part| part == Part::Settings) {
        app.queue(&RetentionMessage::clear_part(merchant, Part::Settings)).await?;
    }
    Ok(())
}

/// What the walk has come to and is still in the table.
#[derive(Default)]
struct Pending {
    /// What hangs on others, and goes before them.
    hanging: Vec<StoredItem>,
    items: Vec<StoredItem>,
    cleared: usize,
}

impl Pending {
    const fn len(&self) -> usize {
        self.hanging.len() + self.items.len()
    }

    async fn clear(&mut self, app: &App) -> Result<(), RetentionError> {
        app.store.clear_items(&self.hanging).await?;
        app.store.clear_items(&self.items).await?;
        self.cleared += self.len();
        self.hanging.clear();
        self.items.clear();
        Ok(())
    }
}
