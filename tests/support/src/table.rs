//! DynamoDB for one test: a real engine in this process, with the service's table in it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{self, BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use store::{MasterKey, Store};

const NAME: &str = "zerosix";

/// A table of its own, gone with the value.
pub struct Table {
    client: Client,
    address: String,
    server: tokio::task::JoinHandle<()>,
}

impl Table {
    /// Starts an engine on a free port and makes the table.
    pub async fn start() -> Self {
        let database = dynoxide::Database::memory().expect("an in-memory database opens");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound address"));
        let server = tokio::spawn(dynoxide::server::serve_on(listener, database));
        let client = Client::from_conf(client_of(&address).build());
        create(&client).await;
        Self { client, address, server }
    }

    /// A store on it.
    #[must_use]
    pub fn store(&self) -> Store {
        Store::new(self.client.clone(), NAME, MasterKey::derive("the secret of the tests"))
    }

    /// A client of the engine, for looking at items as they are.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        NAME
    }

    /// Where the engine listens, for clients made otherwise.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// What a client of the engine at `address` is made of: no TLS, credentials that nobody checks.
#[must_use]
pub fn client_of(address: &str) -> config::Builder {
    config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(address)
}

impl Drop for Table {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn create(client: &Client) {
    let attributes = ["pk", "sk", "member", "instant", "due_bucket", "due_at"].map(|name| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .expect("a whole definition")
    });
    client
        .create_table()
        .table_name(NAME)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes.to_vec()))
        .set_key_schema(Some(key("pk", "sk")))
        .global_secondary_indexes(index("history", "member", "instant"))
        .global_secondary_indexes(index("due", "due_bucket", "due_at"))
        .send()
        .await
        .expect("the table is made");
}

fn key(hash: &str, range: &str) -> Vec<KeySchemaElement> {
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .map(|(name, kind)| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
                .expect("a whole key")
        })
        .to_vec()
}

fn index(name: &str, hash: &str, range: &str) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key(hash, range)))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .expect("a whole index")
}
