//! Log lines: JSON on standard output, which Lambda passes on to CloudWatch. A line never holds what
//! names a person: identifiers, counts, codes and durations only.

use tracing_subscriber::EnvFilter;

/// Starts logging. Once a process, first thing in `main`.
pub fn start() {
    let filter = EnvFilter::try_from_env("LOG_LEVEL").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .with_current_span(true)
        .with_span_list(false)
        .init();
}
