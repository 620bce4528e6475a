//! Log lines: JSON on standard output, which Lambda sends to CloudWatch. A line holds identifiers, counts,
//! codes and durations, and never personal data.

use tracing::Subscriber;
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

/// Starts logging. Call this once, at the beginning of `main`. `LOG_LEVEL` may name a level (`debug`) or
/// levels by module (`info,store=debug`). Where `LOG_LEVEL` is absent or malformed, the level is `info`.
pub fn start() {
    let requested = std::env::var("LOG_LEVEL").ok().and_then(|text| text.parse::<Targets>().ok());
    let levels = requested.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    tracing_subscriber::registry().with(levels).with(lines(std::io::stdout)).init();
}

/// Writes each event as one line of JSON. Lambda reads `timestamp` (RFC 3339) and `level`. Without both, Lambda
/// takes every line for a line of the level INFO.
fn lines<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    tracing_subscriber::fmt::layer()
        .json()
        .with_ansi(false)
        .with_target(false)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Instant;
    use serde_json::Value;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_line_has_the_timestamp_and_the_level_that_lambda_reads() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::registry().with(lines(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, || tracing::warn!(rows = 3, "refused"));

        let bytes = written.0.lock().unwrap().clone();
        let line: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["fields"]["rows"], 3);
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(timestamp.ends_with('Z'), "{timestamp}");
        let logged: Instant = timestamp.parse().unwrap();
        assert!((Instant::now().as_second() - logged.as_second()).abs() < 60, "{timestamp}");
    }
}
