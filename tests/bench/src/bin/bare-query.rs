//! The baseline of a campaign's plan: reads the members of a merchant by one paged query after another,
//! shard by shard, through the same SDK and with the same projection, and counts them. Argument: the
//! beginning of the partition keys. Prints `{"seconds": …, "items": …}`; the clock starts when the client is
//! made.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool stops at once")]

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::json;
use std::time::Instant;

/// The shards of a merchant's members.
const SHARDS: u8 = 16;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let tenant = std::env::args().nth(1).expect("the beginning of the partition keys");
    let table = std::env::var("TABLE").expect("the table's name");
    let client = Client::new(&platform::clients::config().await);

    let started = Instant::now();
    let mut items = 0;
    for shard in 0..SHARDS {
        let mut start = None;
        loop {
            let page = client
                .query()
                .table_name(&table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :member)")
                .projection_expression("pk, sk, v, account, consents, merged_into, email")
                .expression_attribute_values(
                    ":pk",
                    AttributeValue::S(format!("{tenant}#S#{shard:02}")),
                )
                .expression_attribute_values(":member", AttributeValue::S("MEMBER#".to_owned()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .expect("a page");
            items += page.items().len();
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{}", json!({"seconds": seconds, "items": items}));
}
