//! The messages of the two queues: notifications of S3, and the ranges that this function sends to itself.

use domain::{Instant, MerchantId, UploadId};
use platform::queue::QueueMessage;
use serde::{Deserialize, Serialize};
use store::Mode;

/// A message.
pub(crate) enum Message {
    /// Objects were created in the bucket of uploads.
    ObjectsCreated(Vec<ObjectCreated>),
    /// A range is to be ingested.
    Range(RangeMessage),
    /// The test event that S3 sends when the notification is set up.
    TestEvent,
}

/// An object that was created in the bucket of uploads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectCreated {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key, decoded.
    pub(crate) key: String,
    /// The version, where the bucket keeps versions.
    pub(crate) version: Option<String>,
    /// The `ETag`.
    pub(crate) etag: Option<String>,
    /// When the object was created.
    pub(crate) at: Instant,
}

impl ObjectCreated {
    /// The text that identifies this content among all contents of the key: the version, or the `ETag` where
    /// the bucket keeps no versions.
    pub(crate) fn content_version(&self) -> &str {
        self.version.as_deref().or(self.etag.as_deref()).unwrap_or_default()
    }
}

/// A range of a planned file. Everything else about the file is in its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeMessage {
    /// The merchant.
    pub(crate) merchant: MerchantId,
    /// Live or test data.
    pub(crate) mode: Mode,
    /// The upload.
    pub(crate) upload: UploadId,
    /// The number of the range, from 0. After the ranges come the returns that each of them left waiting, in their
    /// order.
    pub(crate) range: u32,
    /// The `ETag` of the plan that the range is part of. A cached plan of another `ETag` is not used.
    pub(crate) plan: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Notification {
        #[serde(rename = "Records")]
        records: Vec<Record>,
    },
    Range(RangeMessage),
    Test {
        #[serde(rename = "Event")]
        event: String,
    },
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventName")]
    event_name: String,
    #[serde(rename = "eventTime")]
    event_time: Instant,
    s3: Entity,
}

#[derive(Deserialize)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    #[serde(rename = "versionId", default)]
    version_id: Option<String>,
    #[serde(rename = "eTag", default)]
    etag: Option<String>,
}

/// Reads the body of a message. The error is a sentence for the log; it does not repeat the body, which may
/// name a person.
pub(crate) fn parse(body: &str) -> Result<Message, &'static str> {
    match serde_json::from_str(body).map_err(|_| "neither a notification of S3 nor a range")? {
        Body::Range(range) => Ok(Message::Range(range)),
        Body::Test { event } if event == "s3:TestEvent" => Ok(Message::TestEvent),
        Body::Test { .. } => Err("an event of another kind"),
        Body::Notification { records } => records
            .into_iter()
            .filter(|record| record.event_name.contains("ObjectCreated"))
            .map(object_created)
            .collect::<Result<_, _>>()
            .map(Message::ObjectsCreated),
    }
}

fn object_created(record: Record) -> Result<ObjectCreated, &'static str> {
    let Entity { bucket, object } = record.s3;
    Ok(ObjectCreated {
        bucket: bucket.name,
        key: decode(&object.key).ok_or("a key that is not form-encoded")?,
        version: object.version_id.filter(|version| !version.is_empty() && version != "null"),
        etag: object.etag.filter(|etag| !etag.is_empty()),
        at: record.event_time,
    })
}

/// Decodes a key. Keys in notifications are form-encoded: `+` is a space.
fn decode(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8().ok().map(Into::into)
}

impl QueueMessage for RangeMessage {
    fn group(&self) -> Option<String> {
        Some(self.merchant.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(key: &str) -> String {
        format!(
            r#"{{"Records":[{{"eventName":"ObjectCreated:Post","eventTime":"2026-11-24T09:00:00.000Z",
            "s3":{{"bucket":{{"name":"uploads"}},"object":{{"key":"{key}","size":12,
            "eTag":"abc","versionId":"v1","sequencer":"00"}}}}}}]}}"#
        )
    }

    #[test]
    fn a_notifications_key_is_decoded() {
        let body = notification("a/b/ventes+du+24%C3%A9.csv");
        let Ok(Message::ObjectsCreated(objects)) = parse(&body) else { panic!("no objects") };
        let [object] = &objects[..] else { panic!("one object is in the notification") };
        assert_eq!(object.key, "a/b/ventes du 24é.csv");
        assert_eq!(object.content_version(), "v1");
    }

    #[test]
    fn the_test_event_of_s3_is_recognised() {
        let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"uploads"}"#;
        assert!(matches!(parse(body), Ok(Message::TestEvent)));
    }

    #[test]
    fn the_error_of_another_body_does_not_repeat_the_body() {
        for body in ["", "{", "[]", r#"{"mobile":"0639980012"}"#, r#"{"Event":"other"}"#] {
            let Err(why) = parse(body) else { panic!("{body} was read") };
            assert!(!why.contains("0639980012"));
        }
    }

    #[test]
    fn a_range_is_written_with_its_identifiers_as_text_and_reads_back() {
        let (merchant, upload) = (MerchantId::from_bytes([1; 16]), UploadId::from_bytes([2; 16]));
        let range =
            RangeMessage { merchant, mode: Mode::Test, upload, range: 7, plan: "abc".to_owned() };
        let body = serde_json::to_string(&range).unwrap();
        let json = format!(
            r#"{{"merchant":"{merchant}","mode":"test","upload":"{upload}","range":7,"plan":"abc"}}"#
        );
        assert_eq!(body, json);
        let Ok(Message::Range(read)) = parse(&body) else { panic!("not a range") };
        assert_eq!(read, range);
        let malformed = body.replace(&merchant.to_string(), "x");
        assert!(parse(&malformed).is_err());
    }
}
