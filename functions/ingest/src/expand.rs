//! Gzip: expanded once, into an object of ours that every range can be read from.

use crate::objects::{ObjectError, Reading, Source, Writing};
use aws_sdk_s3::Client;
use flate2::write::MultiGzDecoder;
use std::io::Write as _;

/// The first two bytes of a gzip file.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What a compressed file comes to.
pub(crate) enum Expanded {
    /// Its content, as an object.
    Into(Source),
    /// More bytes than are allowed, which a small file can hide (*gzip bomb*).
    TooLarge,
    /// Cut short, or no gzip behind its first bytes.
    Unreadable,
}

/// Expands what is read into `key`, reading and writing as it goes: two chunks and a part in memory.
///
/// # Errors
/// [`ObjectError`], one reason a variant.
pub(crate) async fn expand(
    client: &Client,
    mut reading: Reading,
    bucket: &str,
    key: &str,
    most_bytes: u64,
) -> Result<Expanded, ObjectError> {
    let mut writing = Writing::begin(client, bucket, key);
    let mut decoder = MultiGzDecoder::new(Vec::new());
    let mut written = 0_u64;
    while let Some(chunk) = reading.next().await? {
        // Small steps bound what a chunk can expand to: deflate gives at most 1,032 bytes for one.
        for step in chunk.chunks(4096) {
            if decoder.write_all(step).is_err() {
                return Ok(Expanded::Unreadable);
            }
            let expanded = std::mem::take(decoder.get_mut());
            written += u64::try_from(expanded.len()).unwrap_or(u64::MAX);
            if written > most_bytes {
                return Ok(Expanded::TooLarge);
            }
            writing.add(&expanded).await?;
        }
    }
    match decoder.finish() {
        Ok(rest) => writing.add(&rest).await?,
        Err(_) => return Ok(Expanded::Unreadable),
    }
    let etag = writing.finish().await?;
    Ok(Expanded::Into(Source {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version: None,
        etag,
    }))
}
