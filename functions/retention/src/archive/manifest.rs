//! The records of an archive that are JSON objects in the bucket.

use domain::{Instant, Merchant, MerchantId};
use serde::{Deserialize, Serialize};
use store::{Part, Position};

/// An object of items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ItemsObject {
    pub(super) key: String,
    pub(super) items: u64,
    /// The size of the object, compressed.
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// The objects of a part. A part that is not archived yet also has the position where the reading continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartObjects {
    pub(super) part: Part,
    pub(super) items: u64,
    pub(super) bytes: u64,
    pub(super) objects: Vec<ItemsObject>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<Position>,
}

impl PartObjects {
    /// A part without objects.
    pub(super) const fn new(part: Part) -> Self {
        Self { part, items: 0, bytes: 0, objects: vec![], position: None }
    }

    pub(super) fn add(&mut self, object: ItemsObject) {
        self.items += object.items;
        self.bytes += object.bytes;
        self.objects.push(object);
    }
}

/// The description of a complete archive, for readers who do not have this code.
#[derive(Serialize)]
pub(super) struct Manifest<'a> {
    merchant: MerchantId,
    /// The operator's reference of the contract.
    reference: &'a str,
    contract_ended_on: Option<String>,
    archived_at: Instant,
    /// The name of the format in DynamoDB's import.
    format: &'static str,
    compression: &'static str,
    pub(super) items: u64,
    pub(super) bytes: u64,
    parts: Vec<PartObjects>,
}

impl<'a> Manifest<'a> {
    /// The manifest of a merchant whose parts are all archived.
    pub(super) fn new(merchant: &'a Merchant, parts: Vec<PartObjects>, now: Instant) -> Self {
        Self {
            merchant: merchant.id,
            reference: &merchant.reference,
            contract_ended_on: merchant.contract_ends_on.map(|day| day.to_string()),
            archived_at: now,
            format: "DYNAMODB_JSON",
            compression: "ZSTD",
            items: parts.iter().map(|part| part.items).sum(),
            bytes: parts.iter().map(|part| part.bytes).sum(),
            parts,
        }
    }
}
