//! The command line of the simulation: it searches new seeds, replays one, looks for known faults, or measures.

use clap::{Args, Parser, Subcommand};
use simulation::faults::{self, Swarm};
use simulation::history::Detail;
use simulation::invariants::Violation;
use simulation::mutants::{self, Mutant};
use simulation::report::Report;
use simulation::run::{Outcome, Settings};
use simulation::seed::Seed;
use simulation::{measure, reduce, workers};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A third of the time of a run is allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the whole service in simulated time, with faults, and checks it.
#[derive(Parser)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run new seeds on every processor, and report.
    Search(Search),
    /// Run one seed and show its history: a shorter one, where it violates an invariant.
    Replay(Replay),
    /// Bring known faults back, one at a time, and run seeds until one finds it.
    Mutants {
        /// The names of the faults. Without a name, all of them.
        names: Vec<String>,
        #[command(flatten)]
        search: Search,
    },
    /// Print the figures of the benchmark.
    Measure {
        /// The first seed.
        #[arg(long, default_value_t = 1)]
        first: u64,
        /// The seeds that are searched for violations; without a number, one for each pair of an operation and a fault.
        #[arg(long)]
        seeds: Option<u64>,
    },
}

/// Which seeds are run. With mutants, the limits are those of each mutant.
#[derive(Args)]
struct Search {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// The most seeds.
    #[arg(long)]
    seeds: Option<u64>,
    /// The most seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The requests to the API in a run.
    #[arg(long, default_value_t = 500)]
    operations: usize,
}

#[derive(Args)]
struct Replay {
    /// The seed.
    seed: u64,
    /// The requests to the API in the run.
    #[arg(long, default_value_t = 500)]
    operations: usize,
    /// The most seconds in which a run that violates an invariant is made shorter.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

impl Search {
    const fn limit(&self) -> workers::Limit {
        let time = Duration::from_secs(self.seconds);
        workers::Limit { first: self.first, seeds: self.seeds, time }
    }
}

fn main() -> ExitCode {
    match CommandLine::parse().command {
        Command::Search(search) => simulate(&search),
        Command::Replay(replay) => show_seed(&replay),
        Command::Mutants { names, search } => find_mutants(&names, &search),
        Command::Measure { first, seeds } => {
            let say = |(name, value): measure::Figure| say(&format!("{name} {value}"));
            let seeds = seeds.unwrap_or_else(faults::pairs);
            measure::measure(first, seeds, say, |note| tell(&note));
            ExitCode::SUCCESS
        }
    }
}

/// Runs one seed, with its history: reduced, where it violates an invariant.
fn show_seed(replay: &Replay) -> ExitCode {
    let seed = Seed(replay.seed);
    let settings = Settings { detail: Detail::Lines, ..Settings::of(seed, replay.operations) };
    let outcome = workers::isolated(&settings);
    if outcome.violations.is_empty() {
        show(&outcome);
        return ExitCode::SUCCESS;
    }
    let time = Duration::from_secs(replay.seconds);
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
fn simulate(search: &Search) -> ExitCode {
    let mut report = Report::default();
    workers::run_all(&search.limit(), search.operations, |outcome| {
        for violation in &outcome.violations {
            let (seed, invariant) = (outcome.seed, violation.invariant);
            say(&format!("Seed {seed} violates {invariant}: {}", violation.what));
        }
        report.add(outcome);
    });
    say(&report.to_string());
    if report.violations() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn find_mutants(names: &[String], search: &Search) -> ExitCode {
    if let Some(unknown) = names.iter().find(|name| Mutant::named(name).is_none()) {
        let known: Vec<_> = mutants::ALL.iter().map(|mutant| mutant.name).collect();
        tell(&format!(
            "No known fault has the name {unknown}. The names are: {}",
            known.join(", ")
        ));
        return ExitCode::from(2);
    }
    let is_wanted =
        |mutant: &&Mutant| names.is_empty() || names.iter().any(|name| name == mutant.name);
    let (mut survivors, mut all) = (0, 0);
    for mutant in mutants::ALL.into_iter().filter(is_wanted) {
        all += 1;
        let began = Instant::now();
        let found = workers::find(&search.limit(), search.operations, mutant);
        let (name, seconds) = (mutant.name, began.elapsed().as_secs());
        let tried = format!("{} runs, {} changed calls, {seconds} s", found.runs, found.mutated);
        if let Some((seed, Violation { invariant, what })) = found.by {
            say(&format!("{name}: found by seed {seed} ({tried}): {invariant} {what}"));
        } else {
            survivors += 1;
            say(&format!("{name}: NOT FOUND ({tried}). {}", mutant.fault));
            if let Some((seed, Violation { invariant, what })) = found.elsewhere {
                say(&format!("  seed {seed} violates another invariant, {invariant}: {what}"));
            }
        }
    }
    say(&format!("{survivors} of {all} mutants survived"));
    if survivors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stderr, reason = "the progress is not part of the output")]
fn tell(text: &str) {
    eprintln!("{text}");
}

#[expect(clippy::print_stdout, reason = "the report is the output of this program")]
fn say(text: &str) {
    println!("{text}");
}
