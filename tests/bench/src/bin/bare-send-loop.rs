//! The baseline of `send`: a bare loop repeats its writes to the table and its calls of the provider.
//! Arguments: the file of the recorded calls, one JSON object a line, the provider's address, and the
//! number of calls with rows that run at once; the other calls run one after another, as recorded. Prints
//! `{"seconds": …}`; the clock starts when the bodies are parsed into types, and the loop serialises them
//! like `send`.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool stops at once")]

#[path = "../http_client.rs"]
mod http_client;
#[path = "../recorded.rs"]
mod recorded;

use aws_sdk_dynamodb::{
    Client,
    types::{PutRequest, TransactWriteItem, WriteRequest},
};
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use http::Request;
use http_client::HttpClient;
use serde_json::{Value, json};
use std::time::Instant;

enum Call {
    Transaction(Vec<TransactWriteItem>),
    /// Calls that were made at once.
    Rows(Vec<Vec<WriteRequest>>),
    Provider {
        url: String,
        body: Value,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("the file of the calls");
    let provider = arguments.next().expect("the provider's address");
    let at_once: usize =
        arguments.next().and_then(|text| text.parse().ok()).expect("the number of calls at once");
    let table = std::env::var("TABLE").expect("the table's name");

    let file = std::fs::read_to_string(file).expect("the file can be read");
    let calls = calls(&file, &provider, &table);
    let dynamo = Client::new(&platform::clients::config().await);
    let http = HttpClient::new();

    let started = Instant::now();
    for call in calls {
        match call {
            Call::Transaction(actions) => {
                let sent = dynamo.transact_write_items().set_transact_items(Some(actions));
                sent.send().await.expect("a transaction that succeeded once succeeds again");
            }
            Call::Rows(batches) => {
                let batches = batches.into_iter().map(|batch| async {
                    let sent = dynamo.batch_write_item().request_items(&table, batch).send().await;
                    let left = sent.expect("rows that were written once are written again");
                    let left = left.unprocessed_items.unwrap_or_default();
                    assert!(left.is_empty(), "the engine here leaves nothing undone");
                });
                stream::iter(batches).buffer_unordered(at_once).collect::<()>().await;
            }
            Call::Provider { url, body } => {
                let body = serde_json::to_vec(&body).expect("a body is JSON");
                let request = Request::post(url)
                    .header("content-type", "application/json")
                    .header("api-key", "bench")
                    .body(Bytes::from(body))
                    .expect("a well-formed request");
                let answer = http.send(request).await;
                assert!(answer.status().is_success(), "the provider: {}", answer.status());
                // The function reads the accepted recipients from the answer.
                let read: Value = serde_json::from_slice(answer.body()).expect("a JSON answer");
                std::hint::black_box(read);
            }
        }
    }
    println!("{}", json!({"seconds": started.elapsed().as_secs_f64()}));
}

fn calls(file: &str, provider: &str, table: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    for line in file.lines() {
        let call: Value = serde_json::from_str(line).expect("a recorded call is JSON");
        let (operation, body) = (call["operation"].as_str().unwrap_or_default(), &call["body"]);
        match operation {
            "TransactWriteItems" => calls.push(Call::Transaction(recorded::transaction(body))),
            "BatchWriteItem" => match calls.last_mut() {
                Some(Call::Rows(batches)) => batches.push(rows(body, table)),
                _ => calls.push(Call::Rows(vec![rows(body, table)])),
            },
            path => {
                calls.push(Call::Provider { url: format!("{provider}{path}"), body: body.clone() });
            }
        }
    }
    calls
}

fn rows(body: &Value, table: &str) -> Vec<WriteRequest> {
    let requests = body["RequestItems"][table].as_array().into_iter().flatten();
    let puts = requests.map(|request| {
        let item = request["PutRequest"]["Item"].as_object().map(recorded::attributes);
        let put = PutRequest::builder().set_item(item).build().expect("a whole item");
        WriteRequest::builder().put_request(put).build()
    });
    puts.collect()
}
