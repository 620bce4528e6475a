//! Archives one part: reads its items and writes each item as a line, with one object in memory at a time.

use super::complete::{complete, settings};
use super::folder::ArchiveFolder;
use super::object::ObjectWriter;
use crate::context::{App, RetentionError};
use crate::message::RetentionMessage;
use domain::{Instant, MerchantId, retention};
use platform::Deadline;
use store::{Part, Purpose};

/// The compressed bytes at which an object is full. The object is closed after the member, or the campaign,
/// that fills the object.
const FULL_BYTES: usize = 8 * 1024 * 1024;

/// Archives a part from its last position. Where the time ends first, the part is queued again. After an
/// error the message is delivered again, and continues after the last object that was noted. The last part
/// completes the archive.
pub(crate) async fn archive_part(
    app: &App,
    merchant: MerchantId,
    part: Part,
    now: Instant,
    deadline: Deadline,
) -> Result<(), RetentionError> {
    let Some(settings) = settings(app, merchant, now).await? else { return Ok(()) };
    let folder = ArchiveFolder::of(app, merchant);
    if !folder.progress().await?.is_archived(part) {
        let mut objects = folder.open_part(part).await?;
        let from = objects.position.clone();
        let today = retention::day_of(now);
        let mut walk = app.store.walk_part(&settings, part, Purpose::Archive, from, today);
        let (mut writer, mut line) = (ObjectWriter::new()?, Vec::new());
        while let Some(step) = walk.next().await? {
            for item in &step.items {
                line.clear();
                item.write_line(&mut line)?;
                writer.add(&line)?;
            }
            let has_time = !deadline.has_passed();
            let is_full = writer.bytes() >= FULL_BYTES;
            let Some(position) = step.position.filter(|_| !has_time || is_full) else {
                continue;
            };
            if !writer.is_empty() {
                let full = std::mem::replace(&mut writer, ObjectWriter::new()?);
                folder.put_object(part, &mut objects, full.finish()?).await?;
            }
            objects.position = Some(position);
            folder.note_part(part, &objects).await?;
            if !has_time {
                app.queue.send(&RetentionMessage::ArchivePart { merchant, part }).await?;
                return Ok(());
            }
        }
        if !writer.is_empty() {
            folder.put_object(part, &mut objects, writer.finish()?).await?;
        }
        tracing::info!(%merchant, %part, items = objects.items, bytes = objects.bytes, "part archived");
        folder.note_archived(part, objects).await?;
    }
    complete(app, &settings, now).await
}
