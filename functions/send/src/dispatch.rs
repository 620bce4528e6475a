//! A message of the queue names a batch to be sent.

use crate::batch;
use crate::context::App;
use domain::Instant;
use platform::messages::{BatchMessage, Reference};
use platform::queue::{self, Failed};

/// Processes the body of one message. [`Failed::Poison`] for a body that names no batch,
/// [`Failed::Retry`] for a batch that is not done yet.
pub async fn handle(app: &App, body: &str, now: Instant) -> Result<(), Failed> {
    let BatchMessage { tenant, campaign, batch } = queue::read(body, "the message names no batch")?;
    Ok(batch::send(app, Reference { tenant, campaign, batch }, now).await?)
}
