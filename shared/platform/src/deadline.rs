//! The deadline of an invocation.

use crate::now;
use std::time::Duration;
use tokio::time::Instant;

/// When an invocation stops its work and leaves the rest to the next one. A deadline is measured by tokio's clock,
/// which no correction of the time of day moves.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// The deadline of an invocation that the runtime ends at `deadline_ms` (milliseconds since 1970, as the
    /// runtime gives it): `margin` earlier. The time of day is read once, here.
    #[must_use]
    pub fn of_invocation(deadline_ms: u64, margin: Duration) -> Self {
        let now_ms = u64::try_from(now().as_millisecond()).unwrap_or_default();
        let left = Duration::from_millis(deadline_ms.saturating_sub(now_ms));
        Self::after(left.saturating_sub(margin))
    }

    /// The deadline after `duration` from now. A zero duration has passed already.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now().checked_add(duration))
    }

    /// A deadline that never passes.
    #[must_use]
    pub const fn never() -> Self {
        Self(None)
    }

    /// Whether the work must stop.
    #[must_use]
    pub fn has_passed(self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARGIN: Duration = Duration::from_secs(30);

    fn in_seconds(seconds: i64) -> u64 {
        u64::try_from(now().as_millisecond() + seconds * 1_000).unwrap()
    }

    #[test]
    fn an_invocation_stops_its_margin_before_the_runtime_ends_it() {
        for (seconds, passed) in [(-1, true), (0, true), (29, true), (60, false)] {
            let deadline = Deadline::of_invocation(in_seconds(seconds), MARGIN);
            assert_eq!(deadline.has_passed(), passed, "{seconds}");
        }
    }

    #[test]
    fn a_deadline_passes_with_time() {
        let deadline = Deadline::after(Duration::from_millis(1));
        std::thread::sleep(Duration::from_millis(1));
        assert!(deadline.has_passed());
    }

    #[test]
    fn extreme_numbers_give_a_deadline() {
        assert!(Deadline::of_invocation(0, MARGIN).has_passed());
        assert!(Deadline::of_invocation(in_seconds(60), Duration::MAX).has_passed());
        assert!(!Deadline::of_invocation(u64::MAX, Duration::ZERO).has_passed());
        assert!(Deadline::after(Duration::ZERO).has_passed());
        assert!(!Deadline::after(Duration::MAX).has_passed());
        assert!(!Deadline::never().has_passed());
    }
}
