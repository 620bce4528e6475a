//! An object of any size, written in parts.

use super::error::ObjectError;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

/// The size of a part. One part is in memory; S3 accepts 10 000 parts, which are 80 GB.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// Writes an object of any size, with one part in memory. The object exists from [`ObjectWriter::finish`] on.
/// The bucket deletes the parts of an unfinished object after a day.
pub(crate) struct ObjectWriter<'a> {
    client: &'a Client,
    bucket: &'a str,
    key: &'a str,
    upload: Option<String>,
    parts: Vec<CompletedPart>,
    buffer: Vec<u8>,
}

impl<'a> ObjectWriter<'a> {
    /// Begins an object; makes no call.
    #[must_use]
    pub(crate) const fn begin(client: &'a Client, bucket: &'a str, key: &'a str) -> Self {
        Self { client, bucket, key, upload: None, parts: Vec::new(), buffer: Vec::new() }
    }

    /// Adds bytes: 1 call for each 8 MiB.
    pub(crate) async fn add(&mut self, bytes: &[u8]) -> Result<(), ObjectError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PART_BYTES { self.send_part().await } else { Ok(()) }
    }

    /// Finishes the object and returns its `ETag`: 1 call where the object is smaller than a part.
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
