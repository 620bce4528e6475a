//! Expands a gzip file once, into an object from which every range can be read.

use crate::objects::{ObjectError, ObjectReader, ObjectVersion, ObjectWriter};
use aws_sdk_s3::Client;
use flate2::write::MultiGzDecoder;
use std::io::Write as _;

/// The first two bytes of a gzip file.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The result of expanding a compressed file.
pub(crate) enum Expanded {
    /// The content, as an object.
    Into(ObjectVersion),
    /// The content has more bytes than are allowed. A small file can expand to many (*gzip bomb*).
    TooLarge,
    /// The file is truncated, or is not gzip behind its first bytes.
    Unreadable,
}

/// Expands a compressed file into the object `key`, as a stream: two chunks and one part in memory.
pub(crate) async fn expand(
    client: &Client,
    mut compressed: ObjectReader,
    bucket: &str,
    key: &str,
    max_bytes: u64,
) -> Result<Expanded, ObjectError> {
    let mut expanded = ObjectWriter::begin(client, bucket, key);
    let mut decoder = MultiGzDecoder::new(Vec::new());
    let mut written = 0_u64;
    while let Some(chunk) = compressed.next().await? {
        // Small steps limit the bytes that a chunk can expand to: deflate expands 1 byte to at most 1,032.
        for step in chunk.chunks(4096) {
            if decoder.write_all(step).is_err() {
                return Ok(Expanded::Unreadable);
            }
            let bytes = std::mem::take(decoder.get_mut());
            written += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if written > max_bytes {
                return Ok(Expanded::TooLarge);
            }
            expanded.add(&bytes).await?;
        }
    }
    match decoder.finish() {
        Ok(rest) => expanded.add(&rest).await?,
        Err(_) => return Ok(Expanded::Unreadable),
    }
    let etag = expanded.finish().await?;
    Ok(Expanded::Into(ObjectVersion {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version: None,
        etag,
    }))
}
