//! The way of converted text from a thread that may block to an object.

use super::stop::Stop;
use crate::context::IngestError;
use crate::file::FileRefusal;
use crate::objects::ObjectWriter;
use tokio::sync::mpsc::{self, Sender};
use tokio::task;

/// The size of a chunk.
const CHUNK_BYTES: usize = 128 * 1024;
/// The chunks that may wait to be written.
const WAITING_CHUNKS: usize = 4;

/// The text of a conversion: at most `left` more bytes.
pub(super) struct Output {
    chunks: Sender<Vec<u8>>,
    buffer: Vec<u8>,
    left: u64,
}

impl Output {
    /// Adds bytes. Blocks while too many chunks wait.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(length).ok_or(FileRefusal::ExpandsTooLarge)?;
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK_BYTES { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), Stop> {
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK_BYTES));
        self.chunks.blocking_send(chunk).map_err(|_| Stop::Failed)
    }
}

/// Runs a conversion on a thread of its own, and writes its text into `object`. A conversion that panics meets a
/// workbook that its library cannot read.
pub(super) async fn run<T: Send + 'static>(
    object: &mut ObjectWriter<'_>,
    max_bytes: u64,
    conversion: impl FnOnce(&mut Output) -> Result<T, Stop> + Send + 'static,
) -> Result<Result<T, FileRefusal>, IngestError> {
    let (sender, mut chunks) = mpsc::channel(WAITING_CHUNKS);
    let thread = task::spawn_blocking(move || {
        let mut output = Output { chunks: sender, buffer: Vec::new(), left: max_bytes };
        let converted = conversion(&mut output)?;
        output.send().map(|()| converted)
    });
    while let Some(chunk) = chunks.recv().await {
        object.add(&chunk).await?;
    }
    match thread.await {
        Ok(Ok(converted)) => Ok(Ok(converted)),
        Ok(Err(Stop::Refused(refusal))) => Ok(Err(refusal)),
        Ok(Err(Stop::Enough | Stop::Failed)) => Err(IngestError::Scratch),
        Err(_) => Ok(Err(FileRefusal::WorkbookUnreadable)),
    }
}
