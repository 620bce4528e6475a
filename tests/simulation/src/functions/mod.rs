//! The functions: the instances of each, and how an instance is made.

mod account;
mod api;
mod callbacks;
mod campaign;
mod coupons;
mod followups;
mod ingest;
mod outcomes;
mod retention;
mod send;
mod webhooks;

use crate::world::World;
use crate::world::function::Function;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use axum::Router;
use axum::body::Body;
use futures::future::BoxFuture;
use http::{Request, Response};
use platform::Deadline;
use platform::queue::Invocation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::ErrorChain;
use tower::ServiceExt as _;

/// What a function is invoked with.
pub enum Payload {
    /// A request through API Gateway.
    Http(Box<Request<Body>>),
    /// An event.
    Event(Value),
}

/// What a function answers.
pub enum Answer {
    /// The response to a request.
    Http(Response<Body>),
    /// The answer to an event.
    Event(Value),
    /// The handler failed.
    Failed(String),
}

/// The stage of the deployment: the one that holds real persons.
const STAGE: &str = "live";
/// The time kept free at the end of an invocation, as in production.
const MARGIN: Duration = Duration::from_secs(30);

/// When an invocation that begins now stops its work.
fn deadline(function: Function) -> Deadline {
    Deadline::after(function.time_limit().saturating_sub(MARGIN))
}

impl Payload {
    /// Sends a request through a router.
    async fn through(self, router: &Router) -> Answer {
        let Self::Http(request) = self else { panic!("an event for a router") };
        let Ok(response) = router.clone().oneshot(*request).await;
        Answer::Http(response)
    }

    /// The payload of a function that both a schedule and a queue invoke.
    fn invocation<R: DeserializeOwned>(self) -> Invocation<R> {
        let Self::Event(event) = self else { panic!("a request for a function of events") };
        serde_json::from_value(event).expect("a payload that the function reads")
    }

    /// The messages of a queue.
    fn batch(self) -> SqsEvent {
        let Self::Event(event) = self else { panic!("a request for a function of events") };
        serde_json::from_value(event).expect("a batch of a queue")
    }
}

impl Answer {
    /// The result of a handler.
    fn of<T: Serialize, E: std::error::Error + 'static>(result: Result<T, E>) -> Self {
        match result {
            Ok(answer) => Self::Event(serde_json::to_value(answer).expect("an answer is JSON")),
            Err(error) => Self::Failed(ErrorChain(&error).to_string()),
        }
    }

    /// The answer to a batch of a queue.
    fn batch(answer: &SqsBatchResponse) -> Self {
        Self::Event(serde_json::to_value(answer).expect("an answer is JSON"))
    }
}

/// One instance of a function, with its own clients and caches.
pub(crate) trait Instance: Send + Sync {
    /// Handles an invocation.
    fn handle(self: Arc<Self>, payload: Payload) -> BoxFuture<'static, Answer>;
}

/// The idle instances of each function.
#[derive(Default)]
pub(crate) struct Instances(Mutex<BTreeMap<Function, Vec<Arc<dyn Instance>>>>);

impl Instances {
    /// An idle instance, or a new one. Now and then Lambda starts a new one without need.
    pub(crate) fn take(&self, world: &Arc<World>, function: Function) -> Arc<dyn Instance> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = idle.entry(function).or_default();
        let wants_new = world.random(|random| random.u8(..30) == 0);
        if wants_new || idle.is_empty() {
            return start(world, function);
        }
        let chosen = world.random(|random| random.usize(..idle.len()));
        idle.swap_remove(chosen)
    }

    /// The instance can be invoked again.
    pub(crate) fn give_back(&self, function: Function, instance: Arc<dyn Instance>) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(function).or_default().push(instance);
    }
}

fn start(world: &Arc<World>, function: Function) -> Arc<dyn Instance> {
    match function {
        Function::Api => Arc::new(api::Api::start(world)),
        Function::Account => Arc::new(account::Account::start(world)),
        Function::Callbacks => Arc::new(callbacks::Callbacks::start(world)),
        Function::Campaign => Arc::new(campaign::Campaign::start(world)),
        Function::Coupons => Arc::new(coupons::Coupons::start(world)),
        Function::Followups => Arc::new(followups::Followups::start(world)),
        Function::Ingest => Arc::new(ingest::Ingest::start(world)),
        Function::Outcomes => Arc::new(outcomes::Outcomes::start(world)),
        Function::Retention => Arc::new(retention::Retention::start(world)),
        Function::Send => Arc::new(send::Send::start(world)),
        Function::Webhooks => Arc::new(webhooks::Webhooks::start(world)),
    }
}
