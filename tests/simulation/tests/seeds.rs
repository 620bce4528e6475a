//! Whole runs with faults, of seeds that are always the same.

use rstest::rstest;
use simulation::history::Detail;
use simulation::mutants::{self, Mutant};
use simulation::run::{Outcome, Settings};
use simulation::seed::Seed;
use simulation::workers::{self, Limit};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// As in the program: much of the time of a run is allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The operations of a run.
const OPERATIONS: usize = 200;

/// What a run violates, and how it is replayed.
fn violations(outcome: &Outcome) -> Vec<String> {
    let seed = outcome.seed;
    let replay = format!("make simulate SEED={seed} OPERATIONS={}", outcome.operations);
    let found = outcome.violations.iter();
    found.map(|found| format!("{} {}\n  {replay}", found.invariant, found.what)).collect()
}

fn assert_nothing_violated(limit: &Limit) {
    let (mut found, mut runs) = (Vec::new(), 0);
    workers::run_all(limit, OPERATIONS, |outcome| {
        runs += 1;
        found.extend(violations(outcome));
    });
    assert!(runs > 0, "no run came to its end");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Seeds that violated an invariant once, with the number of their operations. Their runs become others with each change
/// of the simulation; what they found has a test of its own, too.
#[rstest]
#[case::merge_note_of_an_erased_member(408, 400)]
#[case::opposition_after_an_undone_merge(7_001, 500)]
#[case(50_004, 500)]
#[case(50_008, 500)]
#[case(101_115, 500)]
#[case::receipt_of_an_erased_recipient(400_268, 500)]
#[case::batch_that_the_provider_did_not_know(795, 500)]
#[case::range_that_was_read_twice(813, 500)]
#[case::mobile_that_changed_during_an_attempt(312, 500)]
#[case::pause_that_began_within_a_second(1_441, 500)]
#[case::code_of_an_erased_member(1_012, 500)]
#[case::two_deliveries_of_one_dry_run(1_611, 500)]
#[case::opposition_that_was_stored_while_a_message_was_sent(1_776, 500)]
fn a_seed_that_failed_once_violates_nothing(#[case] seed: u64, #[case] operations: usize) {
    let run = workers::isolated(&Settings::of(Seed(seed), operations));
    let found = violations(&run);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_fixed_seeds_violate_nothing() {
    let time = Duration::from_mins(10);
    assert_nothing_violated(&Limit { first: 1_006, seeds: Some(3), time });
}

/// Seeds that no run had before. The message of a violation says how it is replayed.
#[test]
fn new_seeds_violate_nothing() {
    let first = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let time = Duration::from_secs(30);
    assert_nothing_violated(&Limit { first, seeds: Some(8), time });
}

#[test]
fn the_same_seed_gives_the_same_history_with_faults() {
    let settings = || Settings { detail: Detail::Hash, ..Settings::of(Seed(1_004), OPERATIONS) };
    let [first, second] = [settings(), settings()].map(|settings| workers::isolated(&settings));
    assert!(first.calls > 1_000, "{} calls", first.calls);
    assert_eq!(first.hash, second.hash);
}

#[test]
fn a_known_fault_is_found() {
    let mutant = Mutant::named("recorded_twice").unwrap();
    let time = Duration::from_mins(10);
    let limit = Limit { first: 2, seeds: Some(40), time };
    let found = workers::find(&limit, OPERATIONS, mutant);
    assert!(found.by.is_some(), "{} runs, {} changed calls", found.runs, found.mutated);
}

/// What helps to find a known fault is no fault of the service: without the known fault, it violates nothing.
#[test]
fn the_faults_of_the_world_that_known_faults_need_violate_nothing_alone() {
    let controls = mutants::ALL.into_iter().filter_map(Mutant::control);
    let runs = controls.flat_map(|control| {
        let control: &'static Mutant = Box::leak(Box::new(control));
        [2, 3].map(|seed| {
            let settings = Settings::of(Seed(seed), OPERATIONS);
            Settings { mutant: Some(control), ..settings }
        })
    });
    let (mut found, mut happened) = (Vec::new(), 0);
    for settings in runs {
        let outcome = workers::isolated(&settings);
        happened += outcome.mutated;
        let name = settings.mutant.map_or("", |control| control.name);
        found.extend(violations(&outcome).iter().map(|violation| format!("{name}: {violation}")));
    }
    assert!(happened > 0, "no fault happened");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
