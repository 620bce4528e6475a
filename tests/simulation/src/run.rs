//! One run: a world of a seed, the plan of the seed, and the check at the end.

use crate::faults::{Pairs, Swarm};
use crate::history::Detail;
use crate::invariants::{Rest, Violation};
use crate::known::Known;
use crate::mutants::Mutant;
use crate::plan::Plan;
use crate::seed::Seed;
use crate::world::log::Log;
use crate::world::{World, clock};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// What to run.
#[derive(Clone)]
pub struct Settings {
    /// The seed.
    pub seed: Seed,
    /// The requests to the API.
    pub operations: usize,
    /// The steps of the plan that are carried out; `None` for all.
    pub kept: Option<BTreeSet<u32>>,
    /// How much of the history is kept.
    pub detail: Detail,
    /// The faults of the seed that do not happen.
    pub without: BTreeSet<&'static str>,
    /// The fault of the service that is brought back.
    pub mutant: Option<&'static Mutant>,
}

impl Settings {
    /// A run of a whole plan, without its history.
    #[must_use]
    pub const fn of(seed: Seed, operations: usize) -> Self {
        Self {
            seed,
            operations,
            kept: None,
            without: BTreeSet::new(),
            detail: Detail::Count,
            mutant: None,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The seed.
    pub seed: Seed,
    /// The requests to the API that were wanted.
    pub operations: usize,
    /// The rounds of the plan that were carried out.
    pub rounds: usize,
    /// The invariants that were not true.
    pub violations: Vec<Violation>,
    /// The hash of the history.
    pub hash: String,
    /// Calls of functions to AWS, providers and endpoints, without those of the checks at the end.
    pub calls: u64,
    /// Requests to the API.
    pub requests: u64,
    /// Calls and deliveries that the mutant changed.
    pub mutated: u64,
    /// Which faults happened to which operations.
    pub pairs: Pairs,
    /// The operations that happened.
    pub happened: BTreeSet<&'static str>,
    /// The time that passed in the world.
    pub simulated: Duration,
    /// The lines of the history, where they are kept.
    pub lines: Vec<String>,
}

impl Outcome {
    /// The outcome of a run that did not come to its end.
    pub(crate) fn empty(settings: &Settings) -> Self {
        Self {
            seed: settings.seed,
            operations: settings.operations,
            rounds: usize::MAX,
            violations: Vec::new(),
            hash: String::new(),
            calls: 0,
            requests: 0,
            mutated: 0,
            pairs: Pairs::new(),
            happened: BTreeSet::new(),
            simulated: Duration::ZERO,
            lines: Vec::new(),
        }
    }
}

/// Carries out a run on the calling thread, which must run no other.
///
/// # Panics
/// Where a handler panics.
#[must_use]
pub fn run(settings: &Settings) -> Outcome {
    let runtime = runtime();
    let log = Log::default();
    let _collected = log.collect();
    runtime.block_on(carry_out(settings, log))
}

/// A runtime of the calling thread, on a clock that goes forward when every task waits.
///
/// # Panics
/// Where the system gives no resources.
#[must_use]
pub fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("a runtime")
}

async fn carry_out(settings: &Settings, log: Log) -> Outcome {
    let swarm = Swarm::of(settings.seed, &settings.without);
    let world = World::begin(settings.seed, swarm, settings.detail, settings.mutant).await;
    let began = clock::now();
    let plan = Plan::of(settings.seed, settings.operations);
    let known = Arc::new(Known::default());
    let is_kept = |step| settings.kept.as_ref().is_none_or(|kept| kept.contains(&step));
    let rounds = plan.run(&world, &known, is_kept).await;
    let unfinished = world.rest().await.err().unwrap_or_default();
    let calls = world.history.calls();
    let mut violations: Vec<Violation> =
        unfinished.into_iter().map(|what| Violation { invariant: "rest", what }).collect();
    violations.extend(Rest::of(&world, &known, log).await.check().await);
    let pairs = world.coverage.pairs();
    Outcome {
        seed: settings.seed,
        operations: settings.operations,
        rounds,
        violations,
        hash: world.history.hash(),
        calls,
        requests: world.requests(),
        mutated: world.mutated(),
        happened: happened(&pairs, &known),
        pairs,
        simulated: (clock::now() - began).unsigned_abs(),
        lines: world.history.lines(),
    }
}

/// The operations that came to a place of a fault, had an answer, or happened outside the service.
fn happened(pairs: &Pairs, known: &Known) -> BTreeSet<&'static str> {
    known.read(|state| {
        let met = pairs.keys().map(|(operation, _)| *operation);
        let answered = state.answers.keys().map(|(operation, _)| *operation);
        let noted = state.acknowledged.iter().map(|acknowledged| acknowledged.operation);
        met.chain(answered).chain(noted).collect()
    })
}
