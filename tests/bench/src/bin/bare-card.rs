//! The baseline of the card: the same reads, and an empty page. The event is `{tenant, member, shard}`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::new(&platform::clients::config().await);
    let (client, table) = (&client, std::env::var("TABLE")?);
    let table = &table;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| handle(client, table, event)))
        .await
}

async fn handle(client: &Client, table: &str, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let of = |name: &str| event.payload[name].as_str().unwrap_or_default().to_owned();
    let (tenant, member) = (of("tenant"), of("member"));
    let shard = event.payload["shard"].as_u64().unwrap_or_default();
    client
        .get_item()
        .table_name(table)
        .key("pk", text(format!("{tenant}#LOGIN#{member}")))
        .key("sk", text("LOGIN"))
        .consistent_read(true)
        .send()
        .await?;
    client
        .query()
        .table_name(table)
        .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
        .expression_attribute_values(":pk", text(format!("{tenant}#S#{shard:02}")))
        .expression_attribute_values(":prefix", text(format!("MEMBER#{member}#")))
        .consistent_read(true)
        .send()
        .await?;
    Ok(json!({"statusCode": 200, "headers": {"content-type": "text/html"}, "body": ""}))
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}
