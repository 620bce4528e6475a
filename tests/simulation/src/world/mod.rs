//! The world of a run: the services, the functions and the clock.

mod batch;
pub(crate) mod buckets;
pub mod call;
pub(crate) mod change;
pub mod clock;
pub(crate) mod endpoints;
mod event_sources;
pub(crate) mod expected_event;
mod expiry;
pub mod function;
pub mod gateway;
mod in_flight;
pub mod invocation;
pub mod log;
pub(crate) mod message;
mod network;
pub mod providers;
pub(crate) mod queues;
pub(crate) mod schedules;
pub(crate) mod sdk;
mod stream;
mod stream_filter;
mod table;
pub(crate) mod tasks;
#[cfg(test)]
mod template;

use crate::faults::{Coverage, INDEX_DELAY, STALE_READ, Swarm};
use crate::functions::{Answer, Instances, Payload};
use crate::history::{Detail, History};
use crate::mutants::Mutant;
use crate::seed::Seed;
use aws_fakes::SecretsManager;
use buckets::{Buckets, OBJECT_CREATED};
use bytes::Bytes;
use endpoints::{Endpoints, ReceivedEvent};
use expected_event::ExpectedEvent;
use fastrand::Rng;
use function::Function;
use in_flight::InFlight;
pub use invocation::Ended;
use invocation::Invocation;
use message::{DeadLetter, Message};
use providers::{CALLBACK, Providers};
use queues::{QUEUES, Queues};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use store::Random;
use stream::{CHANGES, Stream};
use table::Table;
use tasks::Panics;

/// How often a world that comes to rest looks whether it has.
const REST: Duration = Duration::from_mins(5);
/// The longest time in which a world comes to rest: an endpoint that is paused is given up after three days, and a
/// message that fails each time is a dead letter after two.
const LONGEST_REST: Duration = Duration::from_hours(10 * 24);
/// The name of the table.
pub(crate) const TABLE: &str = "zerosix";
/// The secret of the vault.
pub(crate) const VAULT_SECRET: &str = r#"{"current": "1", "1": "a master key of the simulation"}"#;
/// The operator's key.
pub const OPERATOR_KEY: &str = "the operator's key of the simulation";
/// The name of the operator's secret.
pub(crate) const OPERATOR_SECRET: &str = "zerosix/operator";

/// An invocation that has ended.
pub(crate) struct Invoked {
    /// Its number.
    pub(crate) number: u64,
    /// The answer, if any.
    pub(crate) answer: Result<Answer, Ended>,
    /// How many faults the invocation met.
    pub(crate) faults: u32,
}

/// The world of a run.
pub struct World {
    seed: Seed,
    /// What happened.
    pub history: History,
    /// Which faults happened to which operations.
    pub coverage: Coverage,
    pub(crate) swarm: Swarm,
    mutant: Option<&'static Mutant>,
    /// How many calls and deliveries the mutant changed.
    mutated: AtomicU64,
    table: Table,
    queues: Queues,
    buckets: Buckets,
    secrets: SecretsManager,
    providers: Providers,
    endpoints: Endpoints,
    stream: Stream,
    in_flight: InFlight,
    panics: Panics,
    instances: Instances,
    invocations: AtomicU64,
    requests: AtomicU64,
    /// Decides latencies and faults.
    random: Mutex<Rng>,
    /// Decides keys, nonces and identifiers.
    bytes: Arc<Mutex<Rng>>,
}

impl World {
    /// A world without merchants. The thread must run tokio's paused clock.
    pub async fn begin(
        seed: Seed,
        swarm: Swarm,
        detail: Detail,
        mutant: Option<&'static Mutant>,
    ) -> Arc<Self> {
        clock::begin();
        let world = Arc::new_cyclic(|world| Self {
            seed,
            history: History::new(detail),
            coverage: Coverage::default(),
            table: Table::new(swarm.has(STALE_READ), swarm.has(INDEX_DELAY)),
            swarm,
            mutant,
            mutated: AtomicU64::new(0),
            queues: Queues::default(),
            buckets: Buckets::default(),
            secrets: secrets(),
            providers: Providers::new(Weak::clone(world)),
            endpoints: Endpoints::default(),
            stream: Stream::default(),
            in_flight: InFlight::default(),
            panics: Panics::default(),
            instances: Instances::default(),
            invocations: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            random: Mutex::default(),
            bytes: Arc::default(),
        });
        world.begin_round(0);
        // The first night of a service is rare, and costs as much as twenty others.
        if seed.sequence("swept", 0).u8(..16) != 0 {
            world.table.note_swept("2025-12");
        }
        world.providers.start().await;
        world.start_event_sources();
        world.start_schedules();
        world.start_expiry();
        world
    }

    /// Begins the random numbers of a round. Each round has its own, so that a step that is left out changes few
    /// numbers of later rounds.
    pub fn begin_round(&self, number: u64) {
        let begin = |sequence: &Mutex<Rng>, purpose| {
            *sequence.lock().unwrap_or_else(PoisonError::into_inner) =
                self.seed.sequence(purpose, number);
        };
        begin(&self.random, "world");
        begin(&self.bytes, "bytes");
        // The SDK draws the waits between its attempts from the thread's own sequence.
        fastrand::seed(self.seed.sequence("jitter", number).u64(..));
    }

    /// Ends all faults.
    pub fn calm_down(&self) {
        self.swarm.calm_down();
    }

    /// Ends all faults, and waits until all work is done: the queues and the stream are empty, and nothing is in
    /// progress. Messages that fail for good become dead letters on the way.
    ///
    /// # Errors
    /// What is left to do, where the work has no end.
    pub async fn rest(&self) -> Result<(), Vec<String>> {
        self.calm_down();
        let end = clock::now() + LONGEST_REST;
        // After this time every read shows what was written last.
        tokio::time::sleep(REST).await;
        while !(self.in_flight.is_empty() && self.queues.waiting() == 0 && self.stream.is_empty()) {
            if clock::now() > end {
                return Err(self.unfinished());
            }
            tokio::time::sleep(REST).await;
        }
        Ok(())
    }

    /// The work that is not done.
    fn unfinished(&self) -> Vec<String> {
        let mut left = self.queues.unfinished();
        if !self.stream.is_empty() {
            left.push("the stream of the table has changes".to_owned());
        }
        if !self.in_flight.is_empty() {
            left.push("work is in progress".to_owned());
        }
        left
    }

    /// Moves every dead letter back to its queue.
    pub(crate) fn redrive(&self) {
        self.queues.redrive();
    }

    /// Invokes a function. `operation` names the work in the report.
    pub(crate) async fn invoke(
        self: &Arc<Self>,
        function: Function,
        operation: &'static str,
        payload: Payload,
    ) -> Invoked {
        let number = self.invocations.fetch_add(1, Ordering::Relaxed) + 1;
        let instance = self.instances.take(self, function);
        let invocation = Invocation::new(number, function, operation);
        let handled = Arc::clone(&instance).handle(payload);
        let answer = Arc::clone(&invocation).run(handled).await;
        // An instance that was stopped does not come back.
        if answer.is_ok() {
            self.instances.give_back(function, instance);
        }
        Invoked { number, answer, faults: invocation.faults() }
    }

    /// The panics of what no step waits for.
    pub(crate) fn panics(&self) -> Vec<String> {
        self.panics.texts()
    }

    fn note_mutated(&self) {
        self.mutated.fetch_add(1, Ordering::Relaxed);
    }

    /// How many calls and deliveries the mutant changed.
    #[must_use]
    pub fn mutated(&self) -> u64 {
        self.mutated.load(Ordering::Relaxed)
    }

    /// Whether the mutant hides the failures that a function reports.
    fn hides_failures(&self, answer: &Value) -> bool {
        let hides = self.mutant.is_some_and(Mutant::hides_failures);
        let has_failures = !answer["batchItemFailures"][0].is_null();
        if hides && has_failures {
            self.note_mutated();
        }
        hides
    }

    /// The number of requests to the API.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Every item of the table.
    pub(crate) fn items(&self) -> Vec<Value> {
        self.table.items()
    }

    /// The dead letters of the queues.
    pub(crate) fn dead_letters(&self) -> Vec<DeadLetter> {
        self.queues.dead_letters()
    }

    /// The messages about changes of the table that became no event.
    pub(crate) fn lost_changes(&self) -> Vec<Message> {
        self.queues.lost_changes()
    }

    /// The events that the changes of the table must have become.
    pub(crate) fn expected_events(&self) -> Vec<ExpectedEvent> {
        self.stream.expected_events()
    }

    /// The events that the endpoints of webhooks received.
    pub(crate) fn received_events(&self) -> Vec<ReceivedEvent> {
        self.endpoints.received()
    }

    /// The archived objects, by their keys.
    pub(crate) fn archived(&self) -> BTreeMap<String, Bytes> {
        self.buckets.0.objects(buckets::ARCHIVES)
    }

    /// The groups of the messages that were sent.
    pub(crate) fn queue_groups(&self) -> Vec<String> {
        self.queues.groups()
    }

    /// Reads from the sequence of this world.
    pub(crate) fn random<T>(&self, read: impl FnOnce(&mut Rng) -> T) -> T {
        read(&mut self.random.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The source of random bytes of the functions.
    pub(crate) fn bytes(&self) -> Random {
        let bytes = Arc::clone(&self.bytes);
        Random::of(move |buffer| {
            bytes.lock().unwrap_or_else(PoisonError::into_inner).fill(buffer);
            Ok(())
        })
    }
}

/// The names of the work that no step does: it follows from a step, or a schedule begins it.
pub(crate) fn background() -> impl Iterator<Item = &'static str> {
    let queues = QUEUES.iter().map(|queue| queue.name);
    queues.chain(schedules::names()).chain([OBJECT_CREATED, CALLBACK, CHANGES])
}

/// The secrets of the deployment.
fn secrets() -> SecretsManager {
    let accounts = providers::SECRETS.map(|(name, secret)| (name.to_owned(), secret.to_owned()));
    let operator = (OPERATOR_SECRET.to_owned(), OPERATOR_KEY.to_owned());
    SecretsManager::of(accounts.into_iter().chain([operator]).collect())
}
