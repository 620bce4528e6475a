//! A part is archived: walked, a line an item, one object in memory at a time.

use super::shelf::Shelf;
use super::writer::Writer;
use super::{complete, settings};
use crate::app::{App, RetentionError};
use crate::message::RetentionMessage;
use domain::{Instant, MerchantId, retention};
use store::{Part, Purpose};

/// Compressed bytes from which an object is full. It is closed after the member, or the campaign, that
/// fills it.
const FULL: usize = 8 * 1024 * 1024;

/// Archives a part from where it was left, and queues itself anew where the time at hand ends first. With
/// the last part the archive is complete.
///
/// # Errors
/// [`RetentionError`]; the message comes again, and goes on from the last object that was noted.
pub(crate) async fn archive(
    app: &App,
    merchant: MerchantId,
    part: Part,
    now: Instant,
    until: Instant,
) -> Result<(), RetentionError> {
    let Some(settings) = settings(app, merchant, now).await? else { return Ok(()) };
    let shelf = Shelf::of(app, merchant);
    if !shelf.marks().await?.done.contains(&part) {
        let mut objects = shelf.open(part).await?;
        let from = objects.position.clone();
        let today = retention::day_of(now);
        let mut walk = app.store.walk_part(&settings, part, Purpose::Archive, from, today);
        let (mut writer, mut line) = (Writer::new()?, Vec::new());
        while let Some(step) = walk.next().await? {
            for item in &step.items {
                line.clear();
                item.write_line(&mut line)?;
                writer.add(&line)?;
            }
            let has_time = Instant::now() < until;
            let Some(position) = step.position.filter(|_| !has_time || writer.bytes() >= FULL)
            else {
                continue;
            };
            if !writer.is_empty() {
                let full = std::mem::replace(&mut writer, Writer::new()?);
                shelf.add(part, &mut objects, full.finish()?).await?;
            }
            objects.position = Some(position);
            shelf.note(part, &objects).await?;
            if !has_time {
                return app.queue(&RetentionMessage::archive_part(merchant, part)).await;
            }
        }
        if !writer.is_empty() {
            shelf.add(part, &mut objects, writer.finish()?).await?;
        }
        tracing::info!(%merchant, %part, items = objects.items, bytes = objects.bytes, "part archived");
        shelf.end(part, objects).await?;
    }
    complete(app, &settings, now).await
}
