//! Where things are on this machine, found from the harness's own binary.

use std::path::{Path, PathBuf};

/// A release binary built beside the harness.
pub(crate) fn binary(name: &str) -> PathBuf {
    release().join(name)
}

/// Where the report, the made-up files and the functions' logs go: `target/bench`.
pub(crate) fn results() -> PathBuf {
    let results = release().with_file_name("bench");
    std::fs::create_dir_all(&results).expect("the target folder can be written to");
    results
}

/// The sources of this crate.
pub(crate) fn sources() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn release() -> PathBuf {
    let harness = std::env::current_exe().expect("the harness knows its own path");
    harness.parent().expect("a folder holds it").to_owned()
}
