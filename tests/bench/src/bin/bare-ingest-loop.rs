//! The baseline of `ingest`: the transactions that `ingest` made, sent again to an empty table by a
//! bare loop through the same SDK. Arguments: the file of their bodies, one JSON object a line, and
//! how many are under way at once. Prints `{"seconds": …}`; the clock starts when the bodies have
//! been turned into the SDK's own types.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool stops at once")]

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};
use base64::Engine as _;
use serde_json::{Map, Value, json};
use std::{cell::RefCell, collections::HashMap, rc::Rc, time::Instant};

type Transaction = Vec<TransactWriteItem>;

/// Transactions on the same items, to be sent one after the other.
type Lane = Vec<Transaction>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let bodies = arguments.next().expect("the file of the transactions");
    let at_once: usize = arguments.next().and_then(|text| text.parse().ok()).expect("how many");

    let bodies = std::fs::read_to_string(bodies).expect("the file can be read");
    let lanes = lanes(bodies.lines().map(transaction));
    let client = Client::new(&platform::clients::config().await);
    let queue = Rc::new(RefCell::new(lanes.into_iter()));

    let started = Instant::now();
    let local = tokio::task::LocalSet::new();
    for _ in 0..at_once {
        local.spawn_local(work(client.clone(), Rc::clone(&queue)));
    }
    local.await;
    println!("{}", json!({"seconds": started.elapsed().as_secs_f64()}));
}

/// Each transaction joins the lane of the one before it that wrote one of its items: sent at once,
/// the two would be refused.
fn lanes(transactions: impl Iterator<Item = Transaction>) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut lane_of: HashMap<(String, String), usize> = HashMap::new();
    for transaction in transactions {
        let keys: Vec<_> = transaction.iter().map(key).collect();
        let lane = keys.iter().find_map(|key| lane_of.get(key)).copied().unwrap_or(lanes.len());
        if lane == lanes.len() {
            lanes.push(Lane::new());
        }
        lanes[lane].push(transaction);
        lane_of.extend(keys.into_iter().map(|key| (key, lane)));
    }
    lanes
}

async fn work(client: Client, queue: Rc<RefCell<std::vec::IntoIter<Lane>>>) {
    loop {
        let Some(lane) = queue.borrow_mut().next() else {
            return;
        };
        for transaction in lane {
            let sent = client.transact_write_items().set_transact_items(Some(transaction));
            sent.send().await.expect("what went through once goes through again");
        }
    }
}

fn key(action: &TransactWriteItem) -> (String, String) {
    let item = action
        .put()
        .map(Put::item)
        .or_else(|| action.update().map(Update::key))
        .or_else(|| action.delete().map(Delete::key))
        .or_else(|| action.condition_check().map(ConditionCheck::key))
        .expect("an action of one of four kinds");
    let part = |name: &str| item[name].as_s().expect("keys are texts").clone();
    (part("pk"), part("sk"))
}

fn transaction(body: &str) -> Transaction {
    let body: Value = serde_json::from_str(body).expect("a recorded body is JSON");
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

fn attributes(item: &Map<String, Value>) -> HashMap<String, AttributeValue> {
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
