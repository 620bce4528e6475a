//! `make simulate`: runs seeds within a time and reports, or replays one seed with its history.

use simulation::faults::Swarm;
use simulation::history::Detail;
use simulation::invariants::Violation;
use simulation::report::Report;
use simulation::run::{Outcome, Settings};
use simulation::seed::Seed;
use simulation::{measure, mutants, reduce, workers};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

/// A third of the time of a run is allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the command line asks for.
struct Wanted {
    seed: Option<u64>,
    first: u64,
    seeds: Option<u64>,
    seconds: u64,
    operations: usize,
    mutants: bool,
    measure: bool,
}

fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(error) => {
            say(&error);
            return ExitCode::from(2);
        }
    };
    match wanted.seed {
        Some(seed) => replay(Seed(seed), &wanted),
        None if wanted.mutants => find_mutants(&wanted),
        None if wanted.measure => measure(&wanted),
        None => simulate(&wanted),
    }
}

/// Runs one seed, with its history: reduced, where it violates an invariant.
fn replay(seed: Seed, wanted: &Wanted) -> ExitCode {
    let settings = Settings { detail: Detail::Lines, ..Settings::of(seed, wanted.operations) };
    let outcome = workers::isolated(&settings);
    if outcome.violations.is_empty() {
        show(&outcome);
        return ExitCode::SUCCESS;
    }
    let time = Duration::from_secs(wanted.seconds);
    say(&format!("Seed {seed} violates an invariant. Leaving out steps for at most {time:?} …"));
    let (reduced, outcome) = reduce::reduce(&settings, &outcome, time);
    show(&outcome);
    let steps = reduced.kept.as_ref().map_or(0, BTreeSet::len);
    let faults: Vec<_> = Swarm::of(seed, &reduced.without).names().collect();
    say(&format!("{steps} steps are enough, with these faults: {}.", faults.join(", ")));
    ExitCode::FAILURE
}

fn show(outcome: &Outcome) {
    for line in &outcome.lines {
        say(line);
    }
    say(&format!("{} calls, history {}", outcome.calls, outcome.hash));
    for violation in &outcome.violations {
        say(&format!("VIOLATED {}: {}", violation.invariant, violation.what));
    }
}

/// Runs seeds on every processor, until the time or the number of seeds is reached.
fn simulate(wanted: &Wanted) -> ExitCode {
    let mut report = Report::default();
    let limit = workers::Limit {
        first: wanted.first,
        seeds: wanted.seeds,
        time: Duration::from_secs(wanted.seconds),
    };
    workers::run_all(&limit, wanted.operations, |outcome| {
        for violation in &outcome.violations {
            let (seed, invariant) = (outcome.seed, violation.invariant);
            say(&format!("Seed {seed} violates {invariant}: {}", violation.what));
        }
        report.add(outcome);
    });
    say(&report.to_string());
    if report.violations() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Brings each known fault back, and runs seeds until one finds it.
fn find_mutants(wanted: &Wanted) -> ExitCode {
    let mut survivors = 0;
    for mutant in mutants::ALL {
        let limit = workers::Limit {
            first: wanted.first,
            seeds: Some(wanted.seeds.unwrap_or(200)),
            time: Duration::from_secs(wanted.seconds),
        };
        let found = workers::find(&limit, wanted.operations, mutant);
        let name = mutant.name;
        let tried = format!("{} runs, {} changed calls", found.runs, found.mutated);
        if let Some((seed, Violation { invariant, what })) = found.by {
            say(&format!("{name}: found by seed {seed} ({tried}): {invariant} {what}"));
        } else {
            survivors += 1;
            say(&format!("{name}: NOT FOUND ({tried}). {}", mutant.fault));
        }
    }
    say(&format!("{survivors} of {} mutants survived", mutants::ALL.len()));
    if survivors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints each figure on a line, and the progress on the other output.
fn measure(wanted: &Wanted) -> ExitCode {
    let say = |(name, value): measure::Figure| say(&format!("{name} {value}"));
    measure::measure(wanted.first, wanted.seeds.unwrap_or(10_000), say, |note| tell(&note));
    ExitCode::SUCCESS
}

fn wanted(arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        seed: None,
        first: 1,
        seeds: None,
        seconds: 60,
        operations: 500,
        mutants: false,
        measure: false,
    };
    let mut arguments = arguments;
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--mutants" => wanted.mutants = true,
            "--measure" => wanted.measure = true,
            _ => {}
        }
        if name == "--mutants" || name == "--measure" {
            continue;
        }
        let value = arguments.next().and_then(|value| value.parse::<u64>().ok());
        let value = value.ok_or_else(|| format!("{name} needs a number"))?;
        match name.as_str() {
            "--seed" => wanted.seed = Some(value),
            "--first" => wanted.first = value,
            "--seeds" => wanted.seeds = Some(value),
            "--seconds" => wanted.seconds = value,
            "--operations" => {
                wanted.operations = usize::try_from(value).map_err(|error| error.to_string())?;
            }
            _ => {
                return Err(format!(
                    "{name} is unknown: --seed, --first, --seeds, --seconds and --operations exist"
                ));
            }
        }
    }
    Ok(wanted)
}

#[expect(clippy::print_stderr, reason = "the progress is not part of the output")]
fn tell(text: &str) {
    eprintln!("{text}");
}

#[expect(clippy::print_stdout, reason = "the report is the output of this program")]
fn say(text: &str) {
    println!("{text}");
}
