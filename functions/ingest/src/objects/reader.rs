//! A stream of an object's bytes.

use super::error::ObjectError;
use super::version::ObjectVersion;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

/// A stream of an object's bytes.
pub(crate) struct ObjectReader {
    body: ByteStream,
    /// Bytes of the response that precede the requested range.
    skip: u64,
    /// Requested bytes that were not read yet.
    left: u64,
    /// Bytes that [`ObjectReader::peek`] read, and [`ObjectReader::next`] did not return yet.
    peeked: Option<Bytes>,
    /// The length of the response.
    length: u64,
}

impl ObjectReader {
    /// The bytes of the object, where the whole object was opened.
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// The next chunk, of any size; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ObjectError> {
        if let Some(peeked) = self.peeked.take() {
            return Ok(Some(peeked));
        }
        while self.left > 0 {
            let Some(mut chunk) = self.body.try_next().await.map_err(ObjectError::unavailable)?
            else {
                return Ok(None);
            };
            let skipped = chunk.split_to(at_most(self.skip, chunk.len()));
            self.skip -= length(&skipped);
            chunk.truncate(at_most(self.left, chunk.len()));
            self.left -= length(&chunk);
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// The first bytes, at least `length` of them unless the object is shorter. The next chunk still contains these
    /// bytes.
    pub(crate) async fn peek(&mut self, length: usize) -> Result<Bytes, ObjectError> {
        let mut first = Vec::new();
        while first.len() < length {
            match self.next().await? {
                Some(chunk) => first.extend_from_slice(&chunk),
                None => break,
            }
        }
        let first = Bytes::from(first);
        self.peeked = Some(first.clone()).filter(|peeked| !peeked.is_empty());
        Ok(first)
    }
}

fn at_most(limit: u64, length: usize) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(length)
}

fn length(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Opens an object, or the bytes `start..end` of an object: 1 call. A server may answer the request of a range
/// with the whole object (RFC 9110, 14.2; MiniStack does so for a version); the reader then skips the rest.
pub(crate) async fn open(
    client: &Client,
    object: &ObjectVersion,
    range: Option<(u64, u64)>,
) -> Result<ObjectReader, ObjectError> {
    let answer = client
        .get_object()
        .bucket(&object.bucket)
        .key(&object.key)
        .set_version_id(object.version.clone())
        .set_if_match(object.etag.clone())
        .set_range(range.map(|(start, end)| format!("bytes={start}-{}", end.saturating_sub(1))))
        .send()
        .await
        .map_err(ObjectError::of_call)?;
    let is_partial = answer.content_range().is_some();
    let (start, end) = range.unwrap_or((0, u64::MAX));
    let skip = if is_partial { 0 } else { start };
    let length = answer.content_length().and_then(|length| u64::try_from(length).ok());
    let left = end.saturating_sub(start);
    let length = length.unwrap_or_default();
    Ok(ObjectReader { body: answer.body, skip, left, peeked: None, length })
}

/// Opens an object that this function wrote: 1 call.
pub(crate) async fn open_own(
    client: &Client,
    bucket: &str,
    key: &str,
) -> Result<ObjectReader, ObjectError> {
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    open(client, &ObjectVersion { bucket, key, version: None, etag: None }, None).await
}
