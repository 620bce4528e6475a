//! The service's table in an engine of its own.

use aws_fakes::{DynamoDb, Served, client_of};
use aws_sdk_dynamodb::Client;
use store::{MasterKey, Store};

const NAME: &str = "zerosix";

/// A table for one test. The engine ends when the value is dropped.
pub struct Table {
    client: Client,
    engine: Served<DynamoDb>,
}

impl Table {
    /// Starts an engine on a free port, with the empty table in it.
    pub async fn start() -> Self {
        let engine = Served::on_a_port(DynamoDb::with_table(NAME)).await;
        let client = Client::from_conf(client_of(engine.address()).build());
        Self { client, engine }
    }

    /// A store on this table.
    #[must_use]
    pub fn store(&self) -> Store {
        Store::new(self.client.clone(), NAME, MasterKey::derive("the secret of the tests"))
    }

    /// A client of the engine, for a test that reads the stored items.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The table's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        NAME
    }

    /// The engine's address, for a test that makes a client of its own.
    #[must_use]
    pub fn address(&self) -> &str {
        self.engine.address()
    }
}
