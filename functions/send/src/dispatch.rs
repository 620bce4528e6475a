//! A message of a queue names a batch or a notice to be sent.

use crate::context::App;
use crate::{batch, notice};
use domain::Instant;
use platform::messages::{BatchMessage, NoticeMessage, Reference};
use platform::queue::{self, Failed};
use serde::Deserialize;

/// The messages of the two queues.
#[derive(Deserialize)]
#[serde(untagged)]
enum SendMessage {
    Batch(BatchMessage),
    Notice(NoticeMessage),
}

/// Processes the body of one message. [`Failed::Poison`] for a body that names neither a batch nor a notice,
/// [`Failed::Retry`] for a batch or a notice that is not done yet.
pub async fn handle(app: &App, body: &str, now: Instant) -> Result<(), Failed> {
    match queue::read(body, "the message names neither a batch nor a notice")? {
        SendMessage::Batch(BatchMessage { tenant, campaign, batch }) => {
            Ok(batch::send(app, Reference { tenant, campaign, batch }, now).await?)
        }
        SendMessage::Notice(message) => Ok(notice::send(app, message, now).await?),
    }
}
