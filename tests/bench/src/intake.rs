//! A stand-in for DynamoDB while the store creates new members: it accepts every transaction and keeps
//! the items, so that the engine can import them many at a time. It checks no condition, and a read finds
//! nothing: each member has an e-mail address of its own, and nobody was erased or opposed before.

use aws_fakes::{Fake, Served};
use axum::{Json, Router, body::Bytes, extract::State};
use dynoxide::Item;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// The stand-in. Clones share the items.
#[derive(Clone, Default)]
pub(crate) struct Intake(Arc<Mutex<Vec<Item>>>);

impl Intake {
    pub(crate) async fn start() -> Served<Self> {
        Served::start().await
    }

    /// The items since the last call.
    pub(crate) fn items(&self) -> Vec<Item> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Fake for Intake {
    fn router(&self) -> Router {
        Router::new().fallback(accept).with_state(self.clone())
    }
}

async fn accept(State(Intake(items)): State<Intake>, body: Bytes) -> Json<Value> {
    let mut body: Value = serde_json::from_slice(&body).expect("a request of the SDK");
    if body.get("KeyConditionExpression").is_some() {
        return Json(json!({"Items": [], "Count": 0, "ScannedCount": 0}));
    }
    if body.get("RequestItems").is_some() {
        return Json(json!({"Responses": {}, "UnprocessedKeys": {}}));
    }
    let actions = body["TransactItems"].as_array_mut().expect("any other call is a transaction");
    for action in actions {
        if action.get("ConditionCheck").is_some() {
            continue;
        }
        let item = action["Put"]["Item"].take();
        items.lock().unwrap().push(serde_json::from_value(item).expect("every write is a put"));
    }
    Json(json!({}))
}
