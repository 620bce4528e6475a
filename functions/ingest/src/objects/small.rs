//! Calls for small objects, and the tag of a reported file.

use super::error::ObjectError;
use super::version::ObjectVersion;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Tag, Tagging};
use bytes::Bytes;

/// An object that was read whole.
pub(crate) struct SmallObject {
    /// The content.
    pub(crate) body: Bytes,
    /// The `ETag`.
    pub(crate) etag: String,
}

/// Reads a whole object: 1 call. `None` where the object does not exist.
pub(crate) async fn read_whole(
    client: &Client,
    bucket: &str,
    key: &str,
) -> Result<Option<SmallObject>, ObjectError> {
    match client.get_object().bucket(bucket).key(key).send().await {
        Ok(answer) => {
            let etag = unquoted(answer.e_tag);
            let body = answer.body.collect().await.map_err(ObjectError::unavailable)?;
            Ok(Some(SmallObject { body: body.into_bytes(), etag }))
        }
        Err(error) => match ObjectError::of_call(error) {
            ObjectError::Gone => Ok(None),
            unavailable @ ObjectError::Unavailable(_) => Err(unavailable),
        },
    }
}

/// Writes an object, and replaces one that exists: 1 call. Returns its `ETag`.
pub(crate) async fn write(
    client: &Client,
    bucket: &str,
    key: &str,
    body: Vec<u8>,
) -> Result<String, ObjectError> {
    let answer = client
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(body.into())
        .send()
        .await
        .map_err(ObjectError::unavailable)?;
    Ok(unquoted(answer.e_tag))
}

/// S3 writes an `ETag` in quotes.
fn unquoted(etag: Option<String>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}

/// Tags a merchant's file, or its text, as reported: 1 call. The bucket deletes a reported object after 7 days.
pub(crate) async fn mark_reported(
    client: &Client,
    file: &ObjectVersion,
) -> Result<(), ObjectError> {
    let tag =
        Tag::builder().key("reported").value("yes").build().map_err(ObjectError::unavailable)?;
    let tagging = Tagging::builder().tag_set(tag).build().map_err(ObjectError::unavailable)?;
    client
        .put_object_tagging()
        .bucket(&file.bucket)
        .key(&file.key)
        .set_version_id(file.version.clone())
        .tagging(tagging)
        .send()
        .await
        .map_err(ObjectError::of_call)?;
    Ok(())
}
