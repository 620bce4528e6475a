//! Converts text as a stream: two chunks and one part in memory.

use super::form::Form;
use super::text::TextDecoder;
use crate::context::IngestError;
use crate::file::FileRefusal;
use crate::objects::{ObjectReader, ObjectWriter};
use flate2::write::MultiGzDecoder;
use std::io::Write as _;

/// Converts a gzip file or a file in UTF-16.
pub(super) async fn convert(
    mut sent: ObjectReader,
    form: Form,
    object: &mut ObjectWriter<'_>,
    max_bytes: u64,
) -> Result<Result<(), FileRefusal>, IngestError> {
    let mut text = TextStream { decoder: TextDecoder::default(), object, left: max_bytes };
    if form != Form::Gzip {
        while let Some(chunk) = sent.next().await? {
            if let Err(refusal) = text.add(&chunk).await? {
                return Ok(Err(refusal));
            }
        }
        return text.finish().await;
    }
    let mut gzip = MultiGzDecoder::new(Vec::new());
    while let Some(chunk) = sent.next().await? {
        // Small steps limit the bytes that a chunk can expand to: deflate expands 1 byte to at most 1,032.
        for step in chunk.chunks(4096) {
            if gzip.write_all(step).is_err() {
                return Ok(Err(FileRefusal::GzipUnreadable));
            }
            let bytes = std::mem::take(gzip.get_mut());
            if let Err(refusal) = text.add(&bytes).await? {
                return Ok(Err(refusal));
            }
        }
    }
    match gzip.finish() {
        Err(_) => Ok(Err(FileRefusal::GzipUnreadable)),
        Ok(rest) => match text.add(&rest).await? {
            Ok(()) => text.finish().await,
            Err(refusal) => Ok(Err(refusal)),
        },
    }
}

struct TextStream<'o, 'c> {
    decoder: TextDecoder,
    object: &'o mut ObjectWriter<'c>,
    left: u64,
}

impl TextStream<'_, '_> {
    async fn add(&mut self, bytes: &[u8]) -> Result<Result<(), FileRefusal>, IngestError> {
        let mut text = Vec::new();
        match self.decoder.feed(bytes, &mut text) {
            Ok(()) => self.write(&text).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn finish(mut self) -> Result<Result<(), FileRefusal>, IngestError> {
        let mut text = Vec::new();
        match std::mem::take(&mut self.decoder).finish(&mut text) {
            Ok(()) => self.write(&text).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn write(&mut self, text: &[u8]) -> Result<Result<(), FileRefusal>, IngestError> {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let Some(left) = self.left.checked_sub(length) else {
            return Ok(Err(FileRefusal::ExpandsTooLarge));
        };
        self.left = left;
        self.object.add(text).await?;
        Ok(Ok(()))
    }
}
