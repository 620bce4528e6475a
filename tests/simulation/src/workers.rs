//! Runs on every processor.

use crate::invariants::{NO_PANIC, Violation};
use crate::mutants::Mutant;
use crate::run::{Outcome, Settings, run};
use crate::seed::Seed;
use crate::world::tasks::text_of;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// When no further seed begins.
pub struct Limit {
    /// The first seed. The next ones follow it.
    pub first: u64,
    /// The most seeds.
    pub seeds: Option<u64>,
    /// The most time. Runs in progress end afterwards.
    pub time: Duration,
}

/// Runs seeds until the limit. `seen` gets each outcome, in the order in which they end.
pub fn run_all(limit: &Limit, operations: usize, mut seen: impl FnMut(&Outcome)) {
    each(
        limit,
        |seed| Settings::of(seed, operations),
        |outcome| {
            seen(outcome);
            true
        },
    );
}

/// Runs seeds until the limit, or until `wants_more` says no. It gets each outcome, in the order in which they end.
pub(crate) fn each(
    limit: &Limit,
    settings: impl Fn(Seed) -> Settings + Sync,
    wants_more: impl FnMut(&Outcome) -> bool,
) {
    let began = Instant::now();
    let seed_of = |number| {
        let is_over = limit.seeds.is_some_and(|seeds| number >= seeds);
        (!is_over && began.elapsed() < limit.time).then_some(Seed(limit.first + number))
    };
    each_of(seed_of, settings, wants_more);
}

/// Runs these seeds. `seen` gets each outcome, in the order in which they end.
pub(crate) fn run_these(seeds: &[Seed], operations: usize, mut seen: impl FnMut(&Outcome)) {
    let seed_of = |number| seeds.get(usize::try_from(number).ok()?).copied();
    each_of(
        seed_of,
        |seed| Settings::of(seed, operations),
        |outcome| {
            seen(outcome);
            true
        },
    );
}

/// Runs the seeds of the numbers from zero, until a number has none, or until `wants_more` says no.
fn each_of(
    seed_of: impl Fn(u64) -> Option<Seed> + Sync,
    settings: impl Fn(Seed) -> Settings + Sync,
    mut wants_more: impl FnMut(&Outcome) -> bool,
) {
    let next = AtomicU64::new(0);
    let (sender, outcomes) = mpsc::channel();
    let is_enough = AtomicBool::new(false);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (next, is_enough) = (&next, &is_enough);
            let (seed_of, settings) = (&seed_of, &settings);
            let sender = sender.clone();
            scope.spawn(move || {
                loop {
                    let Some(seed) = seed_of(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    let settings = settings(seed);
                    if is_enough.load(Ordering::Relaxed)
                        || sender.send(isolated(&settings)).is_err()
                    {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for outcome in outcomes {
            if !wants_more(&outcome) {
                is_enough.store(true, Ordering::Relaxed);
            }
        }
    });
}

/// How a known fault was looked for.
#[derive(Default)]
pub struct Found {
    /// The seed that found it, and the first violation of an invariant that may find it.
    pub by: Option<(Seed, Violation)>,
    /// The first violation of another invariant.
    pub elsewhere: Option<(Seed, Violation)>,
    /// The runs.
    pub runs: u64,
    /// The calls and deliveries that the mutant changed.
    pub mutated: u64,
}

/// Runs seeds with a mutant until one violates an invariant that may find it.
#[must_use]
pub fn find(limit: &Limit, operations: usize, mutant: &'static Mutant) -> Found {
    let mut found = Found::default();
    let settings = |seed| Settings { mutant: Some(mutant), ..Settings::of(seed, operations) };
    each(limit, settings, |outcome| {
        found.runs += 1;
        found.mutated += outcome.mutated;
        // A run that the mutant did not change tells nothing about it.
        if outcome.mutated > 0 {
            found.add(outcome, mutant);
        }
        found.by.is_none()
    });
    found
}

impl Found {
    /// Adds the violations of a run that the mutant changed.
    fn add(&mut self, outcome: &Outcome, mutant: &Mutant) {
        for violation in &outcome.violations {
            let is_of_mutant = mutant.found_by.contains(&violation.invariant);
            let place = if is_of_mutant { &mut self.by } else { &mut self.elsewhere };
            place.get_or_insert_with(|| (outcome.seed, violation.clone()));
        }
    }
}

/// Carries out a run on a new thread, so that no run sees the thread-local state of another one. A panic violates the
/// invariant that no handler panics.
#[must_use]
pub fn isolated(settings: &Settings) -> Outcome {
    let done = thread::scope(|scope| scope.spawn(|| run(settings)).join());
    done.unwrap_or_else(|panic| {
        let violations = vec![Violation { invariant: NO_PANIC, what: text_of(&*panic) }];
        Outcome { violations, ..Outcome::empty(settings) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_of_an_invariant_that_says_something_else_is_kept_apart() {
        let mutant = Mutant::named("mobile_taken").unwrap();
        let violated = |invariant| {
            let violations = vec![Violation { invariant, what: "a member".to_owned() }];
            Outcome { violations, ..Outcome::empty(&Settings::of(Seed(1), 1)) }
        };
        let mut found = Found::default();
        found.add(&violated("ledger"), mutant);
        assert!(found.by.is_none() && found.elsewhere.is_some());
        found.add(&violated("contacts"), mutant);
        assert!(found.by.is_some_and(|(_, violation)| violation.invariant == "contacts"));
    }
}
