//! Reads a message and starts its work.

use crate::context::App;
use crate::ingest_range::ingest_range;
use crate::message::{self, Message};
use crate::plan_upload::plan_upload;
use domain::Instant;
use platform::queue::Failed;

/// Handles the body of one message.
pub async fn handle(app: &App, body: &str, now: Instant) -> Result<(), Failed> {
    match message::parse(body).map_err(Failed::Poison)? {
        // S3 sends this event when the notification of the bucket is configured. No object was created.
        Message::TestEvent => {}
        Message::ObjectsCreated(objects) => {
            for object in &objects {
                plan_upload(app, object, now).await?;
            }
        }
        Message::Range(range) => ingest_range(app, range, now).await?,
    }
    Ok(())
}
