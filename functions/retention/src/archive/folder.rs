//! A merchant's archive in the bucket.
//!
//! | Object | Content |
//! | --- | --- |
//! | `{merchant}/items/{part}-{number}-{digest}.json.zst` | items, one a line; DynamoDB can import everything under the prefix |
//! | `{merchant}/parts/{part}.open` | the objects of a part so far, and the position where its reading continues |
//! | `{merchant}/parts/{part}.done` | all objects of a part, written once |
//! | `{merchant}/parts/{part}.cleared` | the mark that no item of the part is in the table |
//! | `{merchant}/manifest.json` | all parts, written once when every part is done |
//!
//! The digest in the name keeps two instances that archive the same part from overwriting each other's
//! objects. The instance that finishes first names its own objects; the objects of the other are in no
//! manifest.

use super::error::ArchiveError;
use super::manifest::{ItemsObject, Manifest, PartObjects};
use super::object::CompressedObject;
use crate::context::App;
use aws_sdk_s3::error::SdkError;
use domain::MerchantId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use store::Part;

/// Hexadecimal digits of the digest in an object's name.
const DIGITS: usize = 16;

/// The progress of an archive.
#[derive(Default)]
pub(super) struct Progress {
    archived: HashSet<Part>,
    cleared: HashSet<Part>,
}

impl Progress {
    pub(super) fn is_archived(&self, part: Part) -> bool {
        self.archived.contains(&part)
    }

    /// The parts that are not archived yet.
    pub(super) fn to_archive(&self) -> impl Iterator<Item = Part> {
        Part::all().filter(|part| !self.is_archived(*part))
    }

    /// The parts that may be cleared now: the settings only after all others.
    pub(super) fn to_clear(&self) -> Vec<Part> {
        let others = Part::all().filter(|part| *part != Part::Settings);
        let others: Vec<Part> = others.filter(|part| !self.cleared.contains(part)).collect();
        if others.is_empty() { vec![Part::Settings] } else { others }
    }
}

/// The folder of a merchant's archive.
pub(super) struct ArchiveFolder<'a> {
    app: &'a App,
    merchant: MerchantId,
}

impl<'a> ArchiveFolder<'a> {
    pub(super) const fn of(app: &'a App, merchant: MerchantId) -> Self {
        Self { app, merchant }
    }

    /// The progress of every part: 1 call.
    pub(super) async fn progress(&self) -> Result<Progress, ArchiveError> {
        let prefix = format!("{}/parts/", self.merchant);
        let mut pages = self
            .app
            .s3
            .list_objects_v2()
            .bucket(&self.app.archives_bucket)
            .prefix(&prefix)
            .into_paginator()
            .send();
        let mut progress = Progress::default();
        while let Some(page) = pages.next().await {
            let objects = page.map_err(unreachable)?.contents.unwrap_or_default();
            for key in objects.into_iter().filter_map(|object| object.key) {
                let Some((part, mark)) =
                    key.strip_prefix(&prefix).and_then(|name| name.rsplit_once('.'))
                else {
                    continue;
                };
                match (Part::parse(part), mark) {
                    (Some(part), "done") => _ = progress.archived.insert(part),
                    (Some(part), "cleared") => _ = progress.cleared.insert(part),
                    _ => {}
                }
            }
        }
        Ok(progress)
    }

    /// The objects of a part so far.
    pub(super) async fn open_part(&self, part: Part) -> Result<PartObjects, ArchiveError> {
        let open = self.read(&self.mark(part, "open")).await?;
        Ok(open.unwrap_or_else(|| PartObjects::new(part)))
    }

    /// Stores one more object of a part.
    pub(super) async fn put_object(
        &self,
        part: Part,
        objects: &mut PartObjects,
        object: CompressedObject,
    ) -> Result<(), ArchiveError> {
        let CompressedObject { body, items, sha256 } = object;
        let (number, digest) = (objects.objects.len() + 1, &sha256[..DIGITS]);
        let key = format!("{}/items/{part}-{number:04}-{digest}.json.zst", self.merchant);
        let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.write(&key, body, IfExists::Overwrite).await?;
        objects.add(ItemsObject { key, items, bytes, sha256 });
        Ok(())
    }

    /// Notes the objects of a part so far, and its position.
    pub(super) async fn note_part(
        &self,
        part: Part,
        objects: &PartObjects,
    ) -> Result<(), ArchiveError> {
        self.write(&self.mark(part, "open"), json(objects)?, IfExists::Overwrite).await
    }

    /// Notes that a part is archived. Where another instance was first, the objects of that instance stay.
    pub(super) async fn note_archived(
        &self,
        part: Part,
        mut objects: PartObjects,
    ) -> Result<(), ArchiveError> {
        objects.position = None;
        self.write(&self.mark(part, "done"), json(&objects)?, IfExists::Keep).await
    }

    /// Notes that no item of a part is in the table.
    pub(super) async fn note_cleared(&self, part: Part) -> Result<(), ArchiveError> {
        self.write(&self.mark(part, "cleared"), b"{}".to_vec(), IfExists::Overwrite).await
    }

    /// The objects of every part, once all parts are archived.
    pub(super) async fn archived_parts(&self) -> Result<Vec<PartObjects>, ArchiveError> {
        let mut parts = Vec::new();
        for part in Part::all() {
            let archived: Option<PartObjects> = self.read(&self.mark(part, "done")).await?;
            parts.push(archived.ok_or(ArchiveError::NotArchived)?);
        }
        Ok(parts)
    }

    pub(super) async fn has_manifest(&self) -> Result<bool, ArchiveError> {
        let bucket = &self.app.archives_bucket;
        let head = self.app.s3.head_object().bucket(bucket).key(self.manifest_key());
        match head.send().await {
            Ok(_) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Writes the manifest. Where another instance was first, the manifest of that instance stays.
    pub(super) async fn put_manifest(&self, manifest: &Manifest<'_>) -> Result<(), ArchiveError> {
        self.write(&self.manifest_key(), json(manifest)?, IfExists::Keep).await
    }

    fn manifest_key(&self) -> String {
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

    async fn write(
        &self,
        key: &str,
        body: Vec<u8>,
        if_exists: IfExists,
    ) -> Result<(), ArchiveError> {
        let mut put = self.app.s3.put_object().bucket(&self.app.archives_bucket).key(key);
        if if_exists == IfExists::Keep {
            put = put.if_none_match("*");
        }
        match put.body(body.into()).send().await {
            Ok(_) => Ok(()),
            Err(error) if if_exists == IfExists::Keep && status(&error) == Some(412) => Ok(()),
            Err(error) => Err(unreachable(error)),
        }
    }
}

/// What a write does where the object exists already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IfExists {
    Overwrite,
    Keep,
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
