//! Recorded calls, parsed into the SDK's own types. Each bare loop includes this file.

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use base64::Engine as _;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The body of `TransactWriteItems`.
pub(crate) fn transaction(body: &Value) -> Vec<TransactWriteItem> {
    body["TransactItems"].as_array().into_iter().flatten().map(action).collect()
}

fn action(item: &Value) -> TransactWriteItem {
    let (kind, action) = item.as_object().and_then(|item| item.iter().next()).expect("an action");
    let text = |name: &str| action[name].as_str().map(str::to_owned);
    let on_failure = text("ReturnValuesOnConditionCheckFailure")
        .map(|value| ReturnValuesOnConditionCheckFailure::from(value.as_str()));
    let names = action["ExpressionAttributeNames"].as_object().map(|names| {
        let named = names.iter().map(|(name, value)| (name.clone(), string(value)));
        named.collect::<HashMap<_, _>>()
    });
    let values = action["ExpressionAttributeValues"].as_object().map(attributes);
    let key = action["Key"].as_object().map(attributes);

    // Four builders of the SDK with the same setters and no trait in common.
    macro_rules! filled {
        ($builder:expr) => {
            $builder
                .set_table_name(text("TableName"))
                .set_condition_expression(text("ConditionExpression"))
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .set_return_values_on_condition_check_failure(on_failure)
                .build()
                .expect("a recorded action is complete")
        };
    }
    let transaction = TransactWriteItem::builder();
    match kind.as_str() {
        "Put" => {
            let item = action["Item"].as_object().map(attributes);
            transaction.put(filled!(Put::builder().set_item(item)))
        }
        "Update" => {
            let update = Update::builder().set_key(key);
            let update = update.set_update_expression(text("UpdateExpression"));
            transaction.update(filled!(update))
        }
        "Delete" => transaction.delete(filled!(Delete::builder().set_key(key))),
        _ => transaction.condition_check(filled!(ConditionCheck::builder().set_key(key))),
    }
    .build()
}

pub(crate) fn attributes(item: &Map<String, Value>) -> HashMap<String, AttributeValue> {
    item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn attribute(typed: &Value) -> AttributeValue {
    let (kind, value) = typed.as_object().and_then(|typed| typed.iter().next()).expect("a type");
    match kind.as_str() {
        "S" => AttributeValue::S(string(value)),
        "N" => AttributeValue::N(string(value)),
        "B" => AttributeValue::B(binary(value).into()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap_or_default()),
        "SS" => AttributeValue::Ss(elements(value).map(string).collect()),
        "NS" => AttributeValue::Ns(elements(value).map(string).collect()),
        "BS" => AttributeValue::Bs(elements(value).map(|one| binary(one).into()).collect()),
        "L" => AttributeValue::L(elements(value).map(attribute).collect()),
        "M" => AttributeValue::M(value.as_object().map(attributes).unwrap_or_default()),
        _ => AttributeValue::Null(true),
    }
}

fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn binary(value: &Value) -> Vec<u8> {
    let decoded = base64::engine::general_purpose::STANDARD.decode(string(value));
    decoded.expect("base64, as the SDK wrote it")
}
