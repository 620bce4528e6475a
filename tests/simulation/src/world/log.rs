//! The log lines of the functions, as production writes them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

/// The log lines of a run.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Collects what this thread logs from now on, until the guard is dropped.
    #[must_use]
    pub fn collect(&self) -> DefaultGuard {
        // The instant would be that of the machine, and differ in each run: its digits may be those of a mobile.
        let lines = tracing_subscriber::fmt::layer()
            .json()
            .without_time()
            .with_ansi(false)
            .with_target(false)
            .with_current_span(true)
            .with_span_list(false)
            .with_writer(self.clone());
        let levels = Targets::new().with_default(LevelFilter::INFO);
        tracing::subscriber::set_default(tracing_subscriber::registry().with(levels).with(lines))
    }

    /// The lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_collected_with_its_fields() {
        let log = Log::default();
        let guard = log.collect();
        tracing::warn!(rows = 3, "refused");
        drop(guard);
        let lines = log.lines();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains(r#""rows":3"#), "{}", lines[0]);
    }
}
