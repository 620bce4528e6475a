//! In the place of DynamoDB for a store that only writes what is new: transactions are answered at
//! once and their items kept, for the engine to import them many at a time. No condition is looked at.

use axum::{Json, Router, body::Bytes, extract::State};
use dynoxide::Item;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

type Taken = Arc<Mutex<Vec<Item>>>;

/// The server. It ends when dropped.
pub(crate) struct Intake {
    address: String,
    taken: Taken,
    server: tokio::task::JoinHandle<()>,
}

impl Intake {
    pub(crate) async fn start() -> Self {
        let taken = Taken::default();
        let router = Router::new().fallback(take).with_state(Arc::clone(&taken));
        let (address, server) = crate::loopback::serve(router).await;
        Self { address, taken, server }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What was put since the last call.
    pub(crate) fn items(&self) -> Vec<Item> {
        std::mem::take(&mut *self.taken.lock().unwrap())
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(State(taken): State<Taken>, body: Bytes) -> Json<Value> {
    let mut body: Value = serde_json::from_slice(&body).expect("a request of the SDK");
    let actions = body["TransactItems"].as_array_mut().expect("a transaction, and nothing else");
    for action in actions {
        let item = action["Put"]["Item"].take();
        taken.lock().unwrap().push(serde_json::from_value(item).expect("a put, and nothing else"));
    }
    Json(json!({}))
}
