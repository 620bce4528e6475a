//! An item as a line of DynamoDB's own JSON, the format of its import from S3 and its export.

use crate::StoreError;
use crate::table::items::Item;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, HashMap};

/// Adds `{"Item":{…}}` and a line feed. Attributes are in the order of their names, so that the
/// same item is always the same line.
///
/// # Errors
/// [`StoreError::Corrupt`] for an attribute of a type that no item has.
pub(crate) fn write_line(item: &Item, line: &mut Vec<u8>) -> Result<(), StoreError> {
    let document = BTreeMap::from([("Item", sorted(item))]);
    serde_json::to_writer(&mut *line, &document).map_err(|_| StoreError::Corrupt("archived"))?;
    line.push(b'\n');
    Ok(())
}

struct Value<'a>(&'a AttributeValue);

fn sorted(map: &HashMap<String, AttributeValue>) -> BTreeMap<&str, Value<'_>> {
    map.iter().map(|(name, value)| (name.as_str(), Value(value))).collect()
}

fn base64(bytes: &Blob) -> String {
    STANDARD.encode(bytes)
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self.0 {
            AttributeValue::S(text) => map.serialize_entry("S", text),
            AttributeValue::N(number) => map.serialize_entry("N", number),
            AttributeValue::B(bytes) => map.serialize_entry("B", &base64(bytes)),
            AttributeValue::Bool(is) => map.serialize_entry("BOOL", is),
            AttributeValue::Null(is) => map.serialize_entry("NULL", is),
            AttributeValue::M(nested) => map.serialize_entry("M", &sorted(nested)),
            AttributeValue::L(list) => {
                map.serialize_entry("L", &list.iter().map(Value).collect::<Vec<_>>())
            }
            AttributeValue::Ss(texts) => map.serialize_entry("SS", texts),
            AttributeValue::Ns(numbers) => map.serialize_entry("NS", numbers),
            AttributeValue::Bs(blobs) => {
                map.serialize_entry("BS", &blobs.iter().map(base64).collect::<Vec<_>>())
            }
            _ => Err(S::Error::custom("an attribute of an unknown type")),
        }?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value as Json;

    fn read(json: &Json) -> AttributeValue {
        let (kind, value) = json.as_object().unwrap().iter().next().unwrap();
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        let bytes = |json: &Json| Blob::new(STANDARD.decode(json.as_str().unwrap()).unwrap());
        let list = || value.as_array().unwrap().iter();
        match kind.as_str() {
            "S" => AttributeValue::S(text(value)),
            "N" => AttributeValue::N(text(value)),
            "B" => AttributeValue::B(bytes(value)),
            "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
            "NULL" => AttributeValue::Null(value.as_bool().unwrap()),
            "M" => AttributeValue::M(read_item(value)),
            "L" => AttributeValue::L(list().map(read).collect()),
            "SS" => AttributeValue::Ss(list().map(text).collect()),
            "NS" => AttributeValue::Ns(list().map(text).collect()),
            "BS" => AttributeValue::Bs(list().map(bytes).collect()),
            other => panic!("{other}"),
        }
    }

    fn read_item(json: &Json) -> Item {
        let attributes = json.as_object().unwrap().iter();
        attributes.map(|(name, value)| (name.clone(), read(value))).collect()
    }

    fn value() -> impl Strategy<Value = AttributeValue> {
        let blob = || prop::collection::vec(any::<u8>(), 0..40).prop_map(Blob::new);
        let leaf = prop_oneof![
            any::<String>().prop_map(AttributeValue::S),
            any::<i64>().prop_map(|number| AttributeValue::N(number.to_string())),
            blob().prop_map(AttributeValue::B),
            any::<bool>().prop_map(AttributeValue::Bool),
            Just(AttributeValue::Null(true)),
            prop::collection::vec(any::<String>(), 1..4).prop_map(AttributeValue::Ss),
            prop::collection::vec(any::<u32>(), 1..4)
                .prop_map(|all| AttributeValue::Ns(all.iter().map(u32::to_string).collect())),
            prop::collection::vec(blob(), 1..4).prop_map(AttributeValue::Bs),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(AttributeValue::L),
                prop::collection::hash_map(any::<String>(), inner, 0..4)
                    .prop_map(AttributeValue::M),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_items_read_back(
            items in prop::collection::vec(
                prop::collection::hash_map(any::<String>(), value(), 0..6),
                1..5,
            ),
        ) {
            let mut lines = Vec::new();
            for item in &items {
                write_line(item, &mut lines).unwrap();
            }
            let read: Vec<Item> = String::from_utf8(lines)
                .unwrap()
                .lines()
                .map(|line| read_item(&serde_json::from_str::<Json>(line).unwrap()["Item"]))
                .collect();
            prop_assert_eq!(read, items);
        }
    }

    #[test]
    fn a_line_is_what_dynamodb_imports() {
        let item = HashMap::from([
            ("sk".to_owned(), AttributeValue::S("PROFILE".to_owned())),
            ("pk".to_owned(), AttributeValue::S("M#1".to_owned())),
            ("v".to_owned(), AttributeValue::N("7".to_owned())),
            ("key".to_owned(), AttributeValue::B(Blob::new([0xfb, 0xff]))),
        ]);
        let mut line = Vec::new();
        write_line(&item, &mut line).unwrap();
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "{\"Item\":{\"key\":{\"B\":\"+/8=\"},\"pk\":{\"S\":\"M#1\"},\
             \"sk\":{\"S\":\"PROFILE\"},\"v\":{\"N\":\"7\"}}}\n"
        );
    }
}
