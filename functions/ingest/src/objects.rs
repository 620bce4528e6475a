//! The two buckets: merchants' files are read, our own are read and written.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Tag, Tagging};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Where some bytes are: a version of an object that nobody changes under our hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
    /// Its version, where the bucket keeps versions.
    pub(crate) version: Option<String>,
    /// Its `ETag`, which every read insists on.
    pub(crate) etag: Option<String>,
}

/// Why an object could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// It is gone, or another content stands in its place.
    #[error("the object is gone or was replaced")]
    Gone,
    /// S3 did not do it, in time or at all.
    #[error("the bucket could not be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ObjectError {
    fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

fn classify<E>(error: SdkError<E>) -> ObjectError
where
    E: std::error::Error + Send + Sync + 'static,
{
    match error.raw_response().map(|response| response.status().as_u16()) {
        Some(404 | 412) => ObjectError::Gone,
        _ => ObjectError::unavailable(error),
    }
}

/// A stream of an object's bytes.
pub(crate) struct Reading {
    body: ByteStream,
    /// Bytes that come before those asked for.
    skip: u64,
    /// Bytes asked for that are still to come.
    left: u64,
    /// Bytes that were looked at and not yet given.
    held: Option<Bytes>,
}

impl Reading {
    /// The next chunk, of any size; `None` at the end.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`] where the connection broke.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ObjectError> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
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
}

impl Reading {
    /// Whether the bytes begin with `magic`; none is taken.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`] where the connection broke.
    pub(crate) async fn begins_with(&mut self, magic: &[u8]) -> Result<bool, ObjectError> {
        let mut first = Vec::new();
        while first.len() < magic.len() {
            match self.next().await? {
                Some(chunk) => first.extend_from_slice(&chunk),
                None => break,
            }
        }
        let begins = first.starts_with(magic);
        self.held = Some(first.into()).filter(|held: &Bytes| !held.is_empty());
        Ok(begins)
    }
}

fn at_most(limit: u64, length: usize) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(length)
}

fn length(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Reads an object from its first byte on, or bytes `start..end` of it. A server may answer a range
/// with the whole (RFC 9110, 14.2; MiniStack does for a version): the rest is then left aside here.
///
/// # Errors
/// [`ObjectError`], one reason a variant.
pub(crate) async fn read(
    client: &Client,
    source: &Source,
    range: Option<(u64, u64)>,
) -> Result<Reading, ObjectError> {
    let answer = client
        .get_object()
        .bucket(&source.bucket)
        .key(&source.key)
        .set_version_id(source.version.clone())
        .set_if_match(source.etag.clone())
        .set_range(range.map(|(start, end)| format!("bytes={start}-{}", end.saturating_sub(1))))
        .send()
        .await
        .map_err(classify)?;
    let in_part = answer.content_range().is_some();
    let (start, end) = range.unwrap_or((0, u64::MAX));
    let skip = if in_part { 0 } else { start };
    Ok(Reading { body: answer.body, skip, left: end.saturating_sub(start), held: None })
}

/// Reads a small object whole; `None` where there is none.
///
/// # Errors
/// [`ObjectError::Unavailable`].
pub(crate) async fn read_whole(
    client: &Client,
    bucket: &str,
    key: &str,
) -> Result<Option<Bytes>, ObjectError> {
    match client.get_object().bucket(bucket).key(key).send().await {
        Ok(answer) => {
            let body = answer.body.collect().await.map_err(ObjectError::unavailable)?;
            Ok(Some(body.into_bytes()))
        }
        Err(error) => match classify(error) {
            ObjectError::Gone => Ok(None),
            unavailable @ ObjectError::Unavailable(_) => Err(unavailable),
        },
    }
}

/// Writes a small object, over one that may stand there.
///
/// # Errors
/// [`ObjectError::Unavailable`].
pub(crate) async fn write(
    client: &Client,
    bucket: &str,
    key: &str,
    body: Vec<u8>,
) -> Result<(), ObjectError> {
    client
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(body.into())
        .send()
        .await
        .map_err(ObjectError::unavailable)?;
    Ok(())
}

/// Tags a merchant's file as reported, from when its bucket lets it go after 7 days.
///
/// # Errors
/// [`ObjectError`], one reason a variant.
pub(crate) async fn mark_reported(client: &Client, source: &Source) -> Result<(), ObjectError> {
    let tag =
        Tag::builder().key("reported").value("yes").build().map_err(ObjectError::unavailable)?;
    let tagging = Tagging::builder().tag_set(tag).build().map_err(ObjectError::unavailable)?;
    client
        .put_object_tagging()
        .bucket(&source.bucket)
        .key(&source.key)
        .set_version_id(source.version.clone())
        .tagging(tagging)
        .send()
        .await
        .map_err(classify)?;
    Ok(())
}

/// The size of a part: memory holds one, and 10 000 of them are 80 GB.
const PART: usize = 8 * 1024 * 1024;

/// Writes an object of any size, with one part in memory. Nothing stands at the key until
/// [`Writing::finish`]; parts of one that is dropped are let go by the bucket after a day.
pub(crate) struct Writing<'a> {
    client: &'a Client,
    bucket: &'a str,
    key: &'a str,
    upload: Option<String>,
    parts: Vec<CompletedPart>,
    buffer: Vec<u8>,
}

impl<'a> Writing<'a> {
    /// Begins to write; makes no call.
    #[must_use]
    pub(crate) const fn begin(client: &'a Client, bucket: &'a str, key: &'a str) -> Self {
        Self { client, bucket, key, upload: None, parts: Vec::new(), buffer: Vec::new() }
    }

    /// Adds bytes: a call for each 8 MiB.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`].
    pub(crate) async fn add(&mut self, bytes: &[u8]) -> Result<(), ObjectError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PART { self.send_part().await } else { Ok(()) }
    }

    /// Ends the object: one call where it was smaller than a part. The `ETag` is the answer.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`].
    pub(crate) async fn finish(mut self) -> Result<Option<String>, ObjectError> {
        if self.upload.is_none() {
            let answer = self
                .client
                .put_object()
                .bucket(self.bucket)
                .key(self.key)
                .body(std::mem::take(&mut self.buffer).into())
                .send()
                .await
                .map_err(ObjectError::unavailable)?;
            return Ok(answer.e_tag);
        }
        if !self.buffer.is_empty() {
            self.send_part().await?;
        }
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        let answer = self
            .client
            .complete_multipart_upload()
            .bucket(self.bucket)
            .key(self.key)
            .set_upload_id(self.upload)
            .multipart_upload(parts)
            .send()
            .await
            .map_err(ObjectError::unavailable)?;
        Ok(answer.e_tag)
    }

    async fn send_part(&mut self) -> Result<(), ObjectError> {
        if self.upload.is_none() {
            let begun = self
                .client
                .create_multipart_upload()
                .bucket(self.bucket)
                .key(self.key)
                .send()
                .await
                .map_err(ObjectError::unavailable)?;
            self.upload = begun.upload_id;
        }
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let sent = self
            .client
            .upload_part()
            .bucket(self.bucket)
            .key(self.key)
            .set_upload_id(self.upload.clone())
            .part_number(number)
            .body(std::mem::take(&mut self.buffer).into())
            .send()
            .await
            .map_err(ObjectError::unavailable)?;
        self.parts.push(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build());
        Ok(())
    }
}
