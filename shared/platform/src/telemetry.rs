//! Log lines: JSON on standard output, which Lambda passes on to CloudWatch. A line never holds what
//! names a person: identifiers, counts, codes and durations only.

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// Starts logging. Once a process, first thing in `main`. `LOG_LEVEL` may name a level (`debug`) or
/// levels by module (`info,store=debug`); without it, or where it cannot be read, the level is `info`.
pub fn start() {
    let wanted = std::env::var("LOG_LEVEL").ok().and_then(|text| text.parse::<Targets>().ok());
    let levels = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .with_current_span(true)
        .with_span_list(false);
    tracing_subscriber::registry().with(levels).with(lines).init();
}
