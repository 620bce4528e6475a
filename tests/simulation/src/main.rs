//! `make simulate`: runs seeds within a time and reports, or replays one seed with its history.

use simulation::history::Detail;
use simulation::invariants::Violation;
use simulation::mutants::Mutant;
use simulation::report::Report;
use simulation::run::{Outcome, Settings};
use simulation::seed::Seed;
use simulation::{mutants, reduce, workers};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What the command line asks for.
struct Wanted {
    seed: Option<u64>,
    first: u64,
    seeds: Option<u64>,
    seconds: u64,
    operations: usize,
    mutants: bool,
    /// Only this mutant.
    mutant: Option<&'static Mutant>,
}

/// The time for the reduction of a run that violates an invariant.
const REDUCTION: Duration = Duration::from_mins(2);

fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(error) => {
            say(&error);
            return ExitCode::from(2);
        }
    };
    match wanted.seed {
        Some(seed) => replay(Seed(seed), wanted.operations),
        None if wanted.mutants || wanted.mutant.is_some() => find_mutants(&wanted),
        None => simulate(&wanted),
    }
}

/// Runs one seed, with its history: reduced, where it violates an invariant.
fn replay(seed: Seed, operations: usize) -> ExitCode {
    let settings = Settings { detail: Detail::Lines, ..Settings::of(seed, operations) };
    let outcome = workers::isolated(&settings);
    if outcome.violations.is_empty() {
        show(&outcome);
        return ExitCode::SUCCESS;
    }
    say(&format!(
        "Seed {seed} violates an invariant. Leaving out steps for at most {REDUCTION:?} …"
    ));
    let (reduced, outcome) = reduce::reduce(&settings, &outcome, REDUCTION);
    show(&outcome);
    let steps = reduced.kept.map_or(0, |kept| kept.len());
    say(&format!("{steps} steps are enough."));
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
    let (mut survivors, mut tried_mutants) = (0, 0);
    let is_wanted = |mutant: &&Mutant| wanted.mutant.is_none_or(|only| only.name == mutant.name);
    for mutant in mutants::ALL.into_iter().filter(is_wanted) {
        tried_mutants += 1;
        let began = Instant::now();
        let limit = workers::Limit {
            first: wanted.first,
            seeds: Some(wanted.seeds.unwrap_or(200)),
            time: Duration::from_secs(wanted.seconds),
        };
        let found = workers::find(&limit, wanted.operations, mutant);
        let name = mutant.name;
        let seconds = began.elapsed().as_secs();
        let tried = format!("{} runs, {} changed calls, {seconds} s", found.runs, found.mutated);
        if let Some((seed, Violation { invariant, what })) = found.by {
            say(&format!("{name}: found by seed {seed} ({tried}): {invariant} {what}"));
        } else {
            survivors += 1;
            say(&format!("{name}: NOT FOUND ({tried}). {}", mutant.fault));
        }
    }
    say(&format!("{survivors} of {tried_mutants} mutants survived"));
    if survivors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn wanted(arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        seed: None,
        first: 1,
        seeds: None,
        seconds: 60,
        operations: 500,
        mutants: false,
        mutant: None,
    };
    let mut arguments = arguments;
    while let Some(name) = arguments.next() {
        if name == "--mutants" {
            wanted.mutants = true;
            continue;
        }
        if name == "--mutant" {
            let named = arguments.next().as_deref().and_then(Mutant::named);
            wanted.mutant =
                Some(named.ok_or_else(|| format!("{name} needs the name of a mutant"))?);
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
                    "{name} is unknown: --seed, --first, --seeds, --seconds, --operations, --mutants and \
                     --mutant exist"
                ));
            }
        }
    }
    Ok(wanted)
}

#[expect(clippy::print_stdout, reason = "the report is the output of this program")]
fn say(text: &str) {
    println!("{text}");
}
