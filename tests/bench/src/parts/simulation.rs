//! The simulation of the whole service: its speed, and what many seeds find.
//!
//! It runs as a process of its own, in a profile of its own: tokio's paused clock must not be part of the binaries that
//! the other parts measure.

use crate::figures::{Bound, Figures};
use crate::places;
use std::process::Stdio;
use tokio::process::Command;

/// The figures that the process prints, with their units and bounds.
const FIGURES: [(&str, &str, Bound); 13] = [
    ("operations_per_second", "calls/s", Bound::AtLeast(1_000.0)),
    ("api_operations_per_second", "requests/s", Bound::None),
    ("year_seconds", "s", Bound::AtMost(60.0)),
    ("year_calls", "calls", Bound::None),
    ("year_accepted", "requests", Bound::AtLeast(21_003.0)),
    ("year_violations", "violations", Bound::AtMost(0.0)),
    ("nondeterministic", "seeds", Bound::AtMost(0.0)),
    ("mutants", "faults", Bound::AtLeast(15.0)),
    ("mutants_survived", "faults", Bound::AtMost(0.0)),
    ("seeds", "seeds", Bound::None),
    ("api_operations_of_a_seed", "requests", Bound::AtLeast(500.0)),
    ("violations", "violations", Bound::AtMost(0.0)),
    ("pairs_uncovered", "pairs", Bound::AtMost(0.0)),
];

/// The environment variable with the number of seeds. Without it, each pair of an operation and a fault is favoured by
/// one seed.
const SEEDS: &str = "SEEDS";

pub(crate) async fn measure(figures: &mut Figures) {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--profile", "simulation", "--package", "simulation"]);
    command.args(["--", "measure"]).current_dir(places::sources());
    if let Ok(seeds) = std::env::var(SEEDS) {
        command.args(["--seeds", &seeds]);
    }
    // `Command::output` would also collect the notes on the standard error, which a person reads meanwhile.
    command.stdout(Stdio::piped()).kill_on_drop(true);
    let running = command.spawn().expect("cargo runs");
    let output = running.wait_with_output().await.expect("the simulation ends");
    assert!(output.status.success(), "the simulation ended with {}", output.status);
    let printed = String::from_utf8(output.stdout).expect("the simulation prints text");
    let value_of = |name: &str| {
        let values = printed.lines().filter_map(|line| line.split_once(' '));
        let mut of_name = values.filter(|(printed, _)| *printed == name);
        of_name.next().and_then(|(_, value)| value.parse::<f64>().ok())
    };
    for (name, unit, bound) in FIGURES {
        let value = value_of(name).unwrap_or_else(|| panic!("the simulation prints no {name}"));
        figures.add(&format!("simulation.{name}"), value, unit, bound);
    }
}
