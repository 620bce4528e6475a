//! Where a merchant's archive stands in the bucket.
//!
//! | Object | Holds |
//! | --- | --- |
//! | `{merchant}/items/{part}-{number}-{digest}.json.zst` | items, a line each: the prefix is what DynamoDB imports |
//! | `{merchant}/parts/{part}.open` | the objects of a part so far, and where its walk goes on |
//! | `{merchant}/parts/{part}.done` | all of them, written once |
//! | `{merchant}/parts/{part}.cleared` | that nothing of the part is in the table any more |
//! | `{merchant}/manifest.json` | everything, written once when every part is done |
//!
//! The digest in the name lets two instances at one part, told twice of it, never write over each other's
//! objects: whichever part is done first names its own, and what the other wrote is in no manifest.

use super::ArchiveError;
use super::writer::Written;
use crate::app::App;
use aws_sdk_s3::error::SdkError;
use domain::{Instant, Merchant, MerchantId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use store::{Part, Position};

/// Hexadecimal digits of the digest that stand in an object's name.
const DIGITS: usize = 16;

/// Which parts are how far.
#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) done: HashSet<Part>,
    pub(crate) cleared: HashSet<Part>,
}

/// An object of items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ItemsObject {
    key: String,
    items: u64,
    /// Compressed.
    bytes: u64,
    sha256: String,
}

/// The objects of a part; with the position from which its walk goes on, where it is not done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartObjects {
    pub(crate) part: String,
    pub(crate) items: u64,
    pub(crate) bytes: u64,
    pub(crate) objects: Vec<ItemsObject>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<Position>,
}

impl PartObjects {
    fn add(&mut self, object: ItemsObject) {
        self.items += object.items;
        self.bytes += object.bytes;
        self.objects.push(object);
    }
}

/// What an archive is, for whoever opens it without us.
#[derive(Serialize)]
struct Manifest<'a> {
    merchant: String,
    /// The operator's reference of the contract.
    reference: &'a str,
    contract_ended_on: Option<String>,
    archived_at: Instant,
    /// As DynamoDB's import names it.
    format: &'static str,
    compression: &'static str,
    items: u64,
    bytes: u64,
    parts: Vec<PartObjects>,
}

/// A merchant's place in the bucket.
pub(crate) struct Shelf<'a> {
    app: &'a App,
    merchant: MerchantId,
}

impl<'a> Shelf<'a> {
    pub(crate) const fn of(app: &'a App, merchant: MerchantId) -> Self {
        Self { app, merchant }
    }

    /// How far every part is: 1 call.
    pub(crate) async fn marks(&self) -> Result<Marks, ArchiveError> {
        let prefix = format!("{}/parts/", self.merchant);
        let mut pages = self
            .app
            .s3
            .list_objects_v2()
            .bucket(&self.app.archives_bucket)
            .prefix(&prefix)
            .into_paginator()
            .send();
        let mut marks = Marks::default();
        while let Some(page) = pages.next().await {
            let objects = page.map_err(unreachable)?.contents.unwrap_or_default();
            for key in objects.into_iter().filter_map(|object| object.key) {
                let Some((part, mark)) =
                    key.strip_prefix(&prefix).and_then(|name| name.rsplit_once('.'))
                else {
                    continue;
                };
                match (Part::parse(part), mark) {
                    (Some(part), "done") => _ = marks.done.insert(part),
                    (Some(part), "cleared") => _ = marks.cleared.insert(part),
                    _ => {}
                }
            }
        }
        Ok(marks)
    }

    /// The objects of a part so far.
    pub(crate) async fn open(&self, part: Part) -> Result<PartObjects, ArchiveError> {
        let open = self.read(&self.mark(part, "open")).await?;
        Ok(open.unwrap_or_else(|| PartObjects { part: part.to_string(), ..Default::default() }))
    }

    /// Stores one more object of a part.
    pub(crate) async fn add(
        &self,
        part: Part,
        objects: &mut PartObjects,
        written: Written,
    ) -> Result<(), ArchiveError> {
        let Written { body, items, sha256 } = written;
        let (number, digest) = (objects.objects.len() + 1, &sha256[..DIGITS]);
        let key = format!("{}/items/{part}-{number:04}-{digest}.json.zst", self.merchant);
        let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.write(&key, body, Over::Any).await?;
        objects.add(ItemsObject { key, items, bytes, sha256 });
        Ok(())
    }

    /// Notes how far a part is.
    pub(crate) async fn note(&self, part: Part, objects: &PartObjects) -> Result<(), ArchiveError> {
        self.write(&self.mark(part, "open"), json(objects)?, Over::Any).await
    }

    /// Notes that a part is done, unless another instance was first: its objects are then the part's.
    pub(crate) async fn end(
        &self,
        part: Part,
        mut objects: PartObjects,
    ) -> Result<(), ArchiveError> {
        objects.position = None;
        self.write(&self.mark(part, "done"), json(&objects)?, Over::None).await
    }

    /// Notes that nothing of a part is in the table any more.
    pub(crate) async fn clear(&self, part: Part) -> Result<(), ArchiveError> {
        self.write(&self.mark(part, "cleared"), b"{}".to_vec(), Over::Any).await
    }

    /// Whether the manifest stands.
    pub(crate) async fn is_complete(&self) -> Result<bool, ArchiveError> {
        let head = self.app.s3.head_object().bucket(&self.app.archives_bucket).key(self.manifest());
        match head.send().await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Writes the manifest, unless another instance was first. Items and bytes are the answer.
    pub(crate) async fn complete(
        &self,
        merchant: &Merchant,
        now: Instant,
    ) -> Result<(u64, u64), ArchiveError> {
        let mut parts = Vec::new();
        for part in Part::all() {
            let done: Option<PartObjects> = self.read(&self.mark(part, "done")).await?;
            parts.push(done.ok_or(ArchiveError::NotArchived)?);
        }
        let manifest = Manifest {
            merchant: merchant.id.to_string(),
            reference: &merchant.reference,
            contract_ended_on: merchant.contract_ends_on.map(|day| day.to_string()),
            archived_at: now,
            format: "DYNAMODB_JSON",
            compression: "ZSTD",
            items: parts.iter().map(|part| part.items).sum(),
            bytes: parts.iter().map(|part| part.bytes).sum(),
            parts,
        };
        let told = (manifest.items, manifest.bytes);
        self.write(&self.manifest(), json(&manifest)?, Over::None).await?;
        Ok(told)
    }

    fn manifest(&self) -> String {
        format!("{}/manifest.json", self.merchant)
    }

    fn mark(&self, part: Part, mark: &str) -> String {
        format!("{}/parts/{part}.{mark}", self.merchant)
    }

    async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ArchiveError> {
        let get = self.app.s3.get_object().bucket(&self.app.archives_bucket).key(key);
        match get.send().await {
            Ok(answer) => {
                let body = answer.body.collect().await.map_err(unreachable)?.into_bytes();
                serde_json::from_slice(&body).map(Some).map_err(ArchiveError::Mark)
            }
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    async fn write(&self, key: &str, body: Vec<u8>, over: Over) -> Result<(), ArchiveError> {
        let mut put = self.app.s3.put_object().bucket(&self.app.archives_bucket).key(key);
        if over == Over::None {
            put = put.if_none_match("*");
        }
        match put.body(body.into()).send().await {
            Ok(_) => Ok(()),
            Err(error) if over == Over::None && status(&error) == Some(412) => Ok(()),
            Err(error) => Err(unreachable(error)),
        }
    }
}

/// What an object may be written over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    /// Whatever stands there.
    Any,
    /// Nothing: one that stands there stays.
    None,
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, ArchiveError> {
    serde_json::to_vec(value).map_err(ArchiveError::Mark)
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

fn unreachable(error: impl std::error::Error + Send + Sync + 'static) -> ArchiveError {
    ArchiveError::Bucket(Box::new(error))
}
