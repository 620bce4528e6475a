//! The baseline of a sale at the till by mobile: the same calls of DynamoDB with items of the same size,
//! without any rule of the business. The event is `{member, receipt}`, two numbers; receipt 0 creates the
//! member.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Put, TransactWriteItem},
};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::collections::HashMap;

type Item = HashMap<String, AttributeValue>;

struct Bare {
    client: Client,
    table: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::new(&platform::clients::config().await);
    let bare = &Bare { client, table: std::env::var("TABLE")? };
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| handle(bare, event))).await
}

async fn handle(bare: &Bare, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let member = &event.payload["member"];
    match event.payload["receipt"].as_u64() {
        Some(0) => bare.create_member(&member.to_string()).await?,
        Some(receipt) => bare.sell(&member.to_string(), receipt).await?,
        None => return Err("no receipt".into()),
    }
    Ok(json!({"statusCode": 201}))
}

impl Bare {
    async fn create_member(&self, member: &str) -> Result<(), Error> {
        let mut contact = contact_key(member);
        contact.insert("member".to_owned(), text(member));
        for item in [contact, account(member, 0)] {
            self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await?;
        }
        Ok(())
    }

    async fn sell(&self, member: &str, receipt: u64) -> Result<(), Error> {
        let contact = self.get(contact_key(member)).await?;
        let member = contact["member"].as_s().map_err(|_| "no member")?;
        let account_item = self.get(account_key(member)).await?;
        let version = account_item["version"].as_n().map_err(|_| "no version")?;
        let next = version.parse::<u64>()? + 1;

        let purchase = Put::builder()
            .table_name(&self.table)
            .set_item(Some(purchase(member, receipt)))
            .condition_expression("attribute_not_exists(pk)")
            .build()?;
        let account = Put::builder()
            .table_name(&self.table)
            .set_item(Some(account(member, next)))
            .condition_expression("version = :version")
            .expression_attribute_values(":version", AttributeValue::N(version.clone()))
            .build()?;
        self.client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(purchase).build())
            .transact_items(TransactWriteItem::builder().put(account).build())
            .send()
            .await?;
        Ok(())
    }

    async fn get(&self, key: Item) -> Result<Item, Error> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key));
        Ok(request.send().await?.item.ok_or("no such item")?)
    }
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn key(pk: String, sk: String) -> Item {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

fn contact_key(member: &str) -> Item {
    key(format!("M#BARE#CONTACT#mobile#{member:0>43}"), "MEMBER".to_owned())
}

fn account_key(member: &str) -> Item {
    key("M#BARE#S#00".to_owned(), format!("MEMBER#{member:0>26}#ACCOUNT"))
}

fn account(member: &str, version: u64) -> Item {
    let mut item = account_key(member);
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    item.insert("balance".to_owned(), AttributeValue::N("1234".to_owned()));
    item.insert("lots".to_owned(), AttributeValue::B(vec![7; 500].into()));
    item
}

fn purchase(member: &str, receipt: u64) -> Item {
    let sale = format!("M#BARE#RECEIPT#paris#1#2026-01-01#{member}-{receipt}");
    let mut item = key(sale, "PURCHASE".to_owned());
    item.insert("member".to_owned(), text(format!("M#BARE#MEMBER#{member:0>26}")));
    item.insert("instant".to_owned(), text("2026-01-01T12:00:00Z"));
    item.insert("total".to_owned(), AttributeValue::N("4990".to_owned()));
    item.insert("lines".to_owned(), AttributeValue::B(vec![7; 450].into()));
    item
}
