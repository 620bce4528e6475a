//! The reader of an archive: it knows only the manifest, as a reader without this code.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Merchant;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

pub(crate) type Item = HashMap<String, AttributeValue>;
/// Partition key and sort key.
pub(crate) type ItemKey = (String, String);

pub(crate) struct Archive {
    /// The items by primary key.
    pub(crate) items: BTreeMap<ItemKey, Item>,
    /// The number of items in the manifest.
    pub(crate) counted_items: usize,
    /// The number of objects in the manifest.
    pub(crate) objects: usize,
    /// The lines of all objects.
    pub(crate) lines: String,
}

impl Archive {
    /// Reads every object that the manifest names, and checks the object against the manifest.
    pub(crate) fn read<B: AsRef<[u8]>>(objects: &BTreeMap<String, B>, merchant: &Merchant) -> Self {
        let body = objects[&format!("{}/manifest.json", merchant.id)].as_ref();
        let manifest: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(manifest["merchant"], merchant.id.to_string());
        assert_eq!(manifest["reference"], merchant.reference);
        assert_eq!(manifest["contract_ended_on"], "2026-11-30");
        assert_eq!(manifest["archived_at"], "2026-12-01T02:00:00Z");
        assert_eq!(manifest["format"], "DYNAMODB_JSON");
        assert_eq!(manifest["compression"], "ZSTD");
        let mut archive =
            Self { items: BTreeMap::new(), counted_items: 0, objects: 0, lines: String::new() };
        let mut bytes = 0;
        for part in manifest["parts"].as_array().unwrap() {
            for object in part["objects"].as_array().unwrap() {
                let key = object["key"].as_str().unwrap();
                let part = part["part"].as_str().unwrap();
                assert!(key.starts_with(&format!("{}/items/{part}-", merchant.id)), "{key}");
                let body = objects[key].as_ref();
                let digest = Sha256::digest(body).iter().fold(String::new(), |mut text, byte| {
                    write!(text, "{byte:02x}").unwrap();
                    text
                });
                assert_eq!(object["sha256"], digest.as_str());
                assert_eq!(object["bytes"], body.len());
                let text = String::from_utf8(zstd::decode_all(body).unwrap()).unwrap();
                assert_eq!(object["items"], text.lines().count());
                for line in text.lines() {
                    let item = item(&serde_json::from_str::<Value>(line).unwrap()["Item"]);
                    archive.items.insert(self::key(&item), item);
                }
                archive.objects += 1;
                archive.counted_items += text.lines().count();
                archive.lines.push_str(&text);
                bytes += body.len();
            }
        }
        assert_eq!(manifest["items"], archive.counted_items);
        assert_eq!(manifest["bytes"], bytes);
        archive
    }
}

pub(crate) fn key(item: &Item) -> ItemKey {
    let text = |name: &str| item[name].as_s().unwrap().clone();
    (text("pk"), text("sk"))
}

fn item(json: &Value) -> Item {
    let attributes = json.as_object().unwrap().iter();
    attributes.map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// An attribute of DynamoDB's JSON, of the types that the table uses.
fn attribute(json: &Value) -> AttributeValue {
    let (kind, value) = json.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "B" => AttributeValue::B(Blob::new(STANDARD.decode(text()).unwrap())),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "M" => AttributeValue::M(item(value)),
        "L" => AttributeValue::L(value.as_array().unwrap().iter().map(attribute).collect()),
        other => panic!("{other}"),
    }
}
