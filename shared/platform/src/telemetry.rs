//! Log lines: JSON on standard output, which Lambda sends to CloudWatch. A line holds identifiers, counts,
//! codes and durations, and never personal data.

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// Starts logging. Call this once, at the beginning of `main`. `LOG_LEVEL` may name a level (`debug`) or
/// levels by module (`info,store=debug`). Where `LOG_LEVEL` is absent or malformed, the level is `info`.
pub fn start() {
    let requested = std::env::var("LOG_LEVEL").ok().and_then(|text| text.parse::<Targets>().ok());
    let levels = requested.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .with_current_span(true)
        .with_span_list(false);
    tracing_subscriber::registry().with(levels).with(lines).init();
}
