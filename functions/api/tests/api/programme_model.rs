//! Compares the service with the independent model of a programme (docs/programme.md) on random programmes and
//! histories. A disagreement prints the seed, the programme and the shortest history that was found.

use crate::setup::{OPERATOR_KEY, SOFTWARE, Service};
use axum::body::Body;
use axum::http::{Method, Request};
use jiff::Timestamp;
use programme_model::compare::{self, Key};
use serde_json::Value;
use tokio::runtime::Runtime;

/// The run that is the same at every test, and its accepted programmes.
const FIXED_SEED: u64 = 11;
const FIXED_PROGRAMMES: u64 = 100;
/// The accepted programmes of a run with another seed at every test.
const NEW_PROGRAMMES: u64 = 25;

/// The service in this process, driven from outside of its runtime.
struct InProcess {
    runtime: Runtime,
    service: Service,
}

impl InProcess {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let service = runtime.block_on(Service::start());
        Self { runtime, service }
    }
}

impl compare::Service for InProcess {
    fn set_now(&mut self, now: Timestamp) {
        self.service.set_clock(&now.to_string());
    }

    fn call(&mut self, request: &compare::Request) -> (u16, Value) {
        let key = match &request.key {
            Key::Operator => OPERATOR_KEY,
            Key::Establishment(key) => key,
        };
        let built = Request::builder()
            .method(Method::from_bytes(request.method.as_bytes()).unwrap())
            .uri(&request.path)
            .header("user-agent", SOFTWARE)
            .header("content-type", "application/json")
            .header("authorization", format!("Token {key}"));
        let built = match &request.idempotency_key {
            Some(key) => built.header("idempotency-key", key),
            None => built,
        };
        let body =
            request.body.as_ref().map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.runtime.block_on(self.service.send(built.body(body).unwrap()));
        (answer.status.as_u16(), answer.body)
    }
}

/// A seed that no run had, or the one of `PROGRAMME_SEED`, which repeats a run that disagreed.
fn new_seed() -> u64 {
    if let Ok(seed) = std::env::var("PROGRAMME_SEED") {
        return seed.parse().unwrap();
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(now.as_nanos() % 1_000_000_007).unwrap()
}

#[expect(clippy::print_stdout, reason = "the figure of the comparison")]
fn assert_agreement(seed: u64, programmes: u64) {
    let report = compare::run(&mut InProcess::start(), seed, programmes);
    println!("programme.disagreements = {}\n{report}", report.disagreeing_cases);
    assert!(report.agrees(), "{report}");
}

#[test]
fn the_service_and_the_independent_model_agree_on_random_programmes() {
    assert_agreement(FIXED_SEED, FIXED_PROGRAMMES);
}

#[test]
fn the_service_and_the_independent_model_agree_on_programmes_of_a_new_seed() {
    assert_agreement(new_seed(), NEW_PROGRAMMES);
}
