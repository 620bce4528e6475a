//! What the two queues carry: S3's notifications, and the ranges that this function sends itself.

use domain::{Instant, MerchantId, UploadId};
use serde::{Deserialize, Serialize};
use store::Mode;

/// A message, read.
pub(crate) enum Message {
    /// Objects that arrived.
    Arrivals(Vec<Arrival>),
    /// A range to work through.
    Range(RangeMessage),
    /// Nothing to do: S3's test when the notification was set up.
    Nothing,
}

/// An object that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key, decoded.
    pub(crate) key: String,
    /// What tells this content of the key from another: the version, or the `ETag` without one.
    pub(crate) version: Option<String>,
    /// The `ETag`.
    pub(crate) etag: Option<String>,
    /// When it arrived.
    pub(crate) at: Instant,
}

/// A range of a planned file. Everything else about the file stands in its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RangeMessage {
    /// The merchant.
    pub(crate) merchant: String,
    /// `live` or `test`.
    pub(crate) mode: String,
    /// The upload.
    pub(crate) upload: String,
    /// Which range, from 0.
    pub(crate) range: u32,
}

impl RangeMessage {
    /// A message about a range.
    #[must_use]
    pub(crate) fn new(merchant: MerchantId, mode: Mode, upload: UploadId, range: u32) -> Self {
        Self {
            merchant: merchant.to_string(),
            mode: mode.as_str().to_owned(),
            upload: upload.to_string(),
            range,
        }
    }

    /// Its identifiers; `None` where one is none of ours.
    #[must_use]
    pub(crate) fn identifiers(&self) -> Option<(MerchantId, Mode, UploadId)> {
        Some((
            MerchantId::parse(&self.merchant).ok()?,
            Mode::parse(&self.mode)?,
            UploadId::parse(&self.upload).ok()?,
        ))
    }
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

/// Reads a message's body.
///
/// # Errors
/// A sentence for the log where it is neither; the body itself may name a person and is not in it.
pub(crate) fn parse(body: &str) -> Result<Message, &'static str> {
    match serde_json::from_str(body).map_err(|_| "neither a notification of S3 nor a range")? {
        Body::Range(range) => Ok(Message::Range(range)),
        Body::Test { event } if event == "s3:TestEvent" => Ok(Message::Nothing),
        Body::Test { .. } => Err("an event of another kind"),
        Body::Notification { records } => records
            .into_iter()
            .filter(|record| record.event_name.contains("ObjectCreated"))
            .map(arrival)
            .collect::<Result<_, _>>()
            .map(Message::Arrivals),
    }
}

fn arrival(record: Record) -> Result<Arrival, &'static str> {
    let Entity { bucket, object } = record.s3;
    Ok(Arrival {
        bucket: bucket.name,
        key: decode(&object.key).ok_or("a key that is not form-encoded")?,
        version: object.version_id.filter(|version| !version.is_empty() && version != "null"),
        etag: object.etag.filter(|etag| !etag.is_empty()),
        at: record.event_time,
    })
}

/// Keys come form-encoded: `+` is a space.
fn decode(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8().ok().map(Into::into)
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
        let Ok(Message::Arrivals(arrivals)) = parse(&notification("a/b/ventes+du+24%C3%A9.csv"))
        else {
            panic!("not read")
        };
        assert_eq!(arrivals[0].key, "a/b/ventes du 24é.csv");
        assert_eq!(arrivals[0].version.as_deref(), Some("v1"));
    }

    #[test]
    fn the_test_event_of_s3_is_nothing_to_do() {
        let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"uploads"}"#;
        assert!(matches!(parse(body), Ok(Message::Nothing)));
    }

    #[test]
    fn a_body_of_another_kind_is_told_without_its_content() {
        for body in ["", "{", "[]", r#"{"mobile":"0639980012"}"#, r#"{"Event":"other"}"#] {
            let Err(why) = parse(body) else { panic!("read {body}") };
            assert!(!why.contains("0639980012"));
        }
    }

    #[test]
    fn a_range_reads_back() {
        let merchant = MerchantId::from_bytes([1; 16]);
        let upload = UploadId::from_bytes([2; 16]);
        let sent = RangeMessage::new(merchant, Mode::Test, upload, 7);
        let Ok(Message::Range(read)) = parse(&serde_json::to_string(&sent).unwrap()) else {
            panic!("not read")
        };
        assert_eq!(read.identifiers(), Some((merchant, Mode::Test, upload)));
    }
}
