//! Measures the release binaries of the functions: start, latency, memory, and their cost on AWS.
//!
//! `bench` measures everything, `bench till` a part. It prints a table and writes
//! `target/bench/report.json`. A figure that misses its bound is marked, and the exit code stays 0; a part
//! that fails makes the exit code 1, and the other parts are measured all the same.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring tool stops at an error, and prints"
)]

mod figures;
mod function;
mod http_client;
mod intake;
mod parts;
mod people;
mod places;
mod providers;
mod proxies;
mod stack;
mod till_client;

use figures::Figures;
use parts::PARTS;
use std::process::{Command, ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let names = PARTS.map(|part| part.name);
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        eprintln!("no part is called {unknown}; the parts are {}", names.join(", "));
        return ExitCode::FAILURE;
    }

    build_baselines();
    let mut figures = Figures::default();
    for part in &PARTS {
        if only.is_empty() || only.iter().any(|name| name == part.name) {
            part.run(&mut figures).await;
            write(&figures);
        }
    }
    print!("{}", figures.table());
    if figures.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes the report after each part, so that an interrupted run leaves the figures that it had.
fn write(figures: &Figures) {
    let report = serde_json::to_string_pretty(&figures.report()).expect("a report is JSON");
    let file = places::results().join("report.json");
    std::fs::write(file, report + "\n").expect("the report can be written");
}

/// Builds the baselines in the same profile: `cargo run` builds the harness alone.
fn build_baselines() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", "bench", "--bins"])
        .current_dir(places::sources())
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the baselines do not build");
}
