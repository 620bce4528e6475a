//! Paths and binaries on this machine, found from the path of the harness's own binary.

use serde_json::Value;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// A release binary built beside the harness.
pub(crate) fn binary(name: &str) -> PathBuf {
    release().join(name)
}

/// Runs a baseline to its end and reads the JSON that it prints. The process ends with this future.
pub(crate) async fn run(
    name: &str,
    arguments: &[String],
    environment: &[(&'static str, String)],
) -> Value {
    let mut command = Command::new(binary(name));
    command.args(arguments);
    command.envs(environment.iter().map(|(name, value)| (*name, value)));
    command.envs([
        ("AWS_REGION", "eu-west-3"),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
    ]);
    let output = command.kill_on_drop(true).output().await.expect("the baseline starts");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a baseline prints JSON")
}

/// The folder of the report, of the generated files and of the functions' logs: `target/bench`.
pub(crate) fn results() -> PathBuf {
    let results = release().with_file_name("bench");
    std::fs::create_dir_all(&results).expect("the target folder can be written to");
    results
}

/// The names of all functions of the service, which are the names of their folders.
pub(crate) fn functions() -> Vec<String> {
    let folder = sources().join("../../functions");
    let entries = std::fs::read_dir(folder).expect("the functions' folder");
    let names = entries.map(|entry| entry.expect("a folder").file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The sources of this crate.
pub(crate) fn sources() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn release() -> PathBuf {
    let harness = std::env::current_exe().expect("the harness knows its own path");
    harness.parent().expect("a folder holds it").to_owned()
}
