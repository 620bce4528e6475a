//! Measures the functions' release binaries: start, latency, memory, and what they cost on AWS.
//!
//! `bench` measures everything, `bench till` a part: `size`, `init`, `till`, `ingest`, `campaign`,
//! `send`, `chaos`, `retention`, `coupons` or `ledger`. It prints a table and writes `target/bench/report.json`. It measures
//! and does not judge: what misses its bound is marked, and the exit code stays 0.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring tool stops at once where something is amiss, and prints"
)]

mod campaign;
mod chaos;
mod client;
mod counting;
mod coupons;
mod dynamo;
mod fakes;
mod figures;
mod http_client;
mod ingest;
mod init;
mod intake;
mod item_size;
mod ledger;
mod loopback;
mod paging;
mod people;
mod places;
mod providers;
mod recording;
mod retention;
mod runtime_api;
mod send;
mod size;
mod stack;
mod till;

use figures::Figures;
use std::process::Command;

const PARTS: [&str; 10] = [
    "size",
    "init",
    "till",
    "ingest",
    "campaign",
    "send",
    "chaos",
    "retention",
    "coupons",
    "ledger",
];

#[tokio::main]
async fn main() {
    let only: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = only.iter().find(|part| !PARTS.contains(&part.as_str())) {
        panic!("no such part as {unknown}; there are {}", PARTS.join(", "));
    }
    let wanted = |part: &str| only.is_empty() || only.iter().any(|only| only == part);

    build_baselines();
    let mut figures = Figures::default();
    if wanted("size") {
        size::measure(&mut figures);
    }
    if wanted("init") {
        init::measure(&mut figures).await;
        write(&figures);
    }
    if wanted("till") {
        till::measure(&mut figures).await;
        write(&figures);
    }
    if wanted("ingest") {
        ingest::measure(&mut figures).await;
        write(&figures);
    }
    if wanted("campaign") {
        campaign::measure(&mut figures).await;
        write(&figures);
    }
    if wanted("send") {
        send::measure(&mut figures).await;
        write(&figures);
    }
    if wanted("chaos") {
        chaos::measure(&mut figures).await;
        write(&figures);
    }
    if wanted("retention") {
        retention::measure(&mut figures).await;
        write(&figures);
    }
    if wanted("coupons") {
        coupons::measure(&mut figures).await;
        write(&figures);
    }
    if wanted("ledger") {
        ledger::measure(&mut figures).await;
    }
    write(&figures);
    print!("{}", figures.table());
}

/// After each part, so that a part that fails does not take the others with it.
fn write(figures: &Figures) {
    let report = serde_json::to_string_pretty(&figures.report()).expect("a report is JSON");
    let file = places::results().join("report.json");
    std::fs::write(file, report + "\n").expect("the report can be written");
}

/// `cargo run` builds the harness alone; its baselines come with the same profile.
fn build_baselines() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "--package", "bench", "--bins"])
        .current_dir(places::sources())
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the baselines do not build");
}
