//! The figures of the simulation: its speed, and what it finds.

use crate::faults::{favouring, pairs};
use crate::history::Detail;
use crate::mutants;
use crate::report::Report;
use crate::run::{Outcome, Settings};
use crate::seed::Seed;
use crate::workers::{self, Limit};
use crate::year::year;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The requests to the API in a run.
const OPERATIONS: usize = 500;
/// The seeds of a measurement of the speed.
const TIMED: u64 = 20;
/// The seeds that are run twice.
const TWICE: u64 = 100;
/// The most seeds that look for a known fault.
const PER_MUTANT: u64 = 400;
/// The most further seeds that favour a pair that did not happen.
const FURTHER: u64 = 30;

/// A figure, with its name in the benchmark.
pub type Figure = (&'static str, f64);

/// Measures everything, with so many seeds from the first one. `say` gets the figures one by one, and `note` what a
/// person wants to know on the way.
pub fn measure(first: u64, seeds: u64, mut say: impl FnMut(Figure), mut note: impl FnMut(String)) {
    let one_year = year();
    for violation in &one_year.violations {
        note(format!("the year violates {}: {}", violation.invariant, violation.what));
    }
    say(("year_seconds", one_year.took.as_secs_f64()));
    say(("year_calls", to_f64(one_year.calls)));
    say(("year_accepted", to_f64(one_year.accepted)));
    say(("year_violations", to_f64(one_year.violations.len() as u64)));
    speed(first, &mut say);
    say(("nondeterministic", to_f64(nondeterministic(first, &mut note))));
    known_faults(first, &mut say, &mut note);
    search(first, seeds, &mut say, &mut note);
}

/// The speed of one core.
fn speed(first: u64, say: &mut impl FnMut(Figure)) {
    let began = Instant::now();
    let runs = (first..first + TIMED).map(|seed| workers::isolated(&settings(Seed(seed))));
    let (calls, requests) = runs.fold((0, 0), |(calls, requests), outcome| {
        (calls + outcome.calls, requests + outcome.requests)
    });
    let seconds = began.elapsed().as_secs_f64();
    say(("operations_per_second", to_f64(calls) / seconds));
    say(("api_operations_per_second", to_f64(requests) / seconds));
}

/// How many seeds have another history the second time.
fn nondeterministic(first: u64, note: &mut impl FnMut(String)) -> u64 {
    let histories = || {
        let mut histories = BTreeMap::new();
        let settings = |seed| Settings { detail: Detail::Hash, ..settings(seed) };
        workers::each(&limit(first, TWICE), settings, |outcome| {
            histories.insert(outcome.seed, outcome.hash.clone());
            true
        });
        histories
    };
    let (once, again) = (histories(), histories());
    let others = once.iter().filter(|(seed, hash)| again.get(*seed) != Some(*hash));
    let others = others.inspect(|(seed, _)| note(format!("seed {seed} has another history")));
    others.count() as u64
}

fn known_faults(first: u64, say: &mut impl FnMut(Figure), note: &mut impl FnMut(String)) {
    let mut survivors = 0;
    for mutant in mutants::ALL {
        let found = workers::find(&limit(first, PER_MUTANT), OPERATIONS, mutant);
        let name = mutant.name;
        let runs = found.runs;
        if let Some((seed, violation)) = found.by {
            let invariant = violation.invariant;
            note(format!("{name}: found by seed {seed} in {runs} runs, by {invariant}"));
        } else {
            survivors += 1;
            note(format!("{name}: not found in {runs} runs. {}", mutant.fault));
            if let Some((seed, violation)) = found.elsewhere {
                let invariant = violation.invariant;
                note(format!("{name}: seed {seed} violates another invariant, {invariant}"));
            }
        }
    }
    say(("mutants", to_f64(mutants::ALL.len() as u64)));
    say(("mutants_survived", to_f64(survivors)));
}

fn search(first: u64, seeds: u64, say: &mut impl FnMut(Figure), note: &mut impl FnMut(String)) {
    let (mut report, mut runs, mut least) = (Report::default(), 0_u64, u64::MAX);
    let mut add = |report: &mut Report, outcome: &Outcome| {
        runs += 1;
        least = least.min(outcome.requests);
        for violation in &outcome.violations {
            let (seed, invariant) = (outcome.seed, violation.invariant);
            note(format!("seed {seed} violates {invariant}: {}", violation.what));
        }
        report.add(outcome);
        if runs.is_multiple_of(500) {
            note(format!("{runs} seeds"));
        }
    };
    workers::run_all(&limit(first, seeds), OPERATIONS, |outcome| add(&mut report, outcome));
    let mut from = Seed(first + seeds);
    for _ in 0..FURTHER {
        let uncovered = report.uncovered_pairs().into_iter();
        let further: Vec<_> = uncovered.filter_map(|pair| favouring(pair, from)).collect();
        workers::run_these(&further, OPERATIONS, |outcome| add(&mut report, outcome));
        from = Seed(from.0 + pairs());
    }
    note(report.to_string());
    say(("seeds", to_f64(runs)));
    say(("api_operations_of_a_seed", to_f64(least)));
    say(("violations", to_f64(report.violations() as u64)));
    say(("pairs_uncovered", to_f64(report.uncovered().count() as u64)));
}

fn settings(seed: Seed) -> Settings {
    Settings::of(seed, OPERATIONS)
}

const fn limit(first: u64, seeds: u64) -> Limit {
    Limit { first, seeds: Some(seeds), time: Duration::MAX }
}

/// A count as a figure. Counts of a run are far below the limit of exact numbers.
#[expect(clippy::cast_precision_loss, reason = "the counts are below 2^52")]
const fn to_f64(count: u64) -> f64 {
    count as f64
}
