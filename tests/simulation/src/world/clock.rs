//! Simulated time. The instant is counted on tokio's paused clock, which goes forward when every task waits.

use domain::Instant;
use std::cell::Cell;

/// The instant at which every run begins: a Monday in Paris.
const START: &str = "2026-01-05T08:00:00Z";

thread_local! {
    /// The beginning of the run of this thread, on tokio's clock and in the calendar.
    static BEGAN: Cell<Option<(tokio::time::Instant, Instant)>> = const { Cell::new(None) };
}

/// Begins a run on this thread.
pub(crate) fn begin() {
    let start = START.parse().expect("an instant");
    BEGAN.set(Some((tokio::time::Instant::now(), start)));
}

/// The instant of the run of this thread.
#[must_use]
pub fn now() -> Instant {
    let (began, start) = BEGAN.get().expect("a run has begun on this thread");
    start + began.elapsed()
}
