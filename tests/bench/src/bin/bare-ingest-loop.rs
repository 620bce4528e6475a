//! The baseline of `ingest`: a bare loop repeats the transactions of `ingest` on an empty table, through the
//! same SDK. Arguments: the file of the recorded calls, one JSON object a line, and the number of
//! transactions that run at once. Prints `{"seconds": …}`; the clock starts when the bodies are parsed into
//! the SDK's own types.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool stops at once")]

#[path = "../recorded.rs"]
mod recorded;

use aws_sdk_dynamodb::{
    Client,
    types::{ConditionCheck, Delete, Put, TransactWriteItem, Update},
};
use serde_json::{Value, json};
use std::{cell::RefCell, collections::HashMap, rc::Rc, time::Instant};

type Transaction = Vec<TransactWriteItem>;

/// Transactions on the same items, which must run one after the other.
type Lane = Vec<Transaction>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("the file of the calls");
    let at_once: usize = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .expect("the number of transactions at once");

    let calls = std::fs::read_to_string(file).expect("the file can be read");
    let lanes = lanes(calls.lines().map(|call| {
        let call: Value = serde_json::from_str(call).expect("a recorded call is JSON");
        recorded::transaction(&call["body"])
    }));
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

/// A transaction joins the lane of an earlier one that wrote one of its items: DynamoDB refuses two of them
/// at once.
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
            sent.send().await.expect("a transaction that succeeded once succeeds again");
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
