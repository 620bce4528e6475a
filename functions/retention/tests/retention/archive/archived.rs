//! An archive as whoever opens it without us reads it: by its manifest.

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

pub(crate) struct Archive {
    /// By primary key.
    pub(crate) items: BTreeMap<(String, String), Item>,
    /// As the manifest counts them.
    pub(crate) told_items: usize,
    pub(crate) objects: usize,
    /// All of them, as they stand in the objects.
    pub(crate) lines: String,
}

impl Archive {
    /// Reads every object that the manifest names, and checks it against what is told of it.
    pub(crate) fn read<B: AsRef<[u8]>>(objects: &BTreeMap<String, B>, merchant: &Merchant) -> Self {
        let body = objects[&format!("{}/manifest.json", merchant.id)].as_ref();
        let manifest: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(manifest["merchant"], merchant.id.to_string());
        assert_eq!(manifest["reference"], merchant.reference);
        assert_eq!(manifest["contract_ended_on"], "2026-11-30");
        assert_eq!(manifest["archived_at"], "2026-12-01T02:00:00Z");
        assert_eq!(
            (&manifest["format"], &manifest["compression"]),
            (&"DYNAMODB_JSON".into(), &"ZSTD".into())
        );
        let (mut items, mut lines, mut named) = (BTreeMap::new(), String::new(), 0);
        let (mut told_items, mut told_bytes) = (0, 0);
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
                    items.insert(self::key(&item), item);
                }
                named += 1;
                told_items += text.lines().count();
                told_bytes += body.len();
                lines.push_str(&text);
            }
        }
        assert_eq!(
            (&manifest["items"], &manifest["bytes"]),
            (&told_items.into(), &told_bytes.into())
        );
        Self { items, told_items, objects: named, lines }
    }
}

pub(crate) fn key(item: &Item) -> (String, String) {
    let text = |name: &str| item[name].as_s().unwrap().clone();
    (text("pk"), text("sk"))
}

fn item(json: &Value) -> Item {
    let attributes = json.as_object().unwrap().iter();
    attributes.map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// An attribute of DynamoDB's JSON, of the types that items of ours have.
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
