//! The health of an endpoint, and its circuit breaker: after repeated failures, posts are paused and events wait
//! in the table, until a probe is accepted.

use crate::Instant;
use jiff::SignedDuration;
use std::time::Duration;

const MINUTE: u64 = 60;
/// The seconds before each probe of a paused endpoint. Later probes have the last delay, the longest of SQS.
const PROBE_DELAYS: [u64; 5] = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE];

/// The delay before a probe. The first probe of a pause is 1.
#[must_use]
pub fn probe_delay(probe: u32) -> Duration {
    let number = usize::try_from(probe).unwrap_or(usize::MAX);
    Duration::from_secs(PROBE_DELAYS[number.clamp(1, PROBE_DELAYS.len()) - 1])
}

/// The recent answers of an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// When the endpoint last accepted an event. Updated at most once a minute.
    pub last_success_at: Option<Instant>,
    /// When an attempt last failed.
    pub last_failure_at: Option<Instant>,
    /// The failure of that attempt: `http_503`, `timeout`.
    pub last_failure: Option<String>,
    /// Since when the endpoint has accepted no event.
    pub failing_since: Option<Instant>,
    /// The failed attempts since then.
    pub failures: u64,
    /// Since when posts have been paused. Absent while events are posted.
    pub paused_at: Option<Instant>,
    /// The instant of the first event that waits for the end of the pause.
    pub waiting_since: Option<Instant>,
}

impl Health {
    /// The failures in a row after which posts are paused.
    pub const FAILURES_BEFORE_PAUSE: u64 = 5;
    /// The failures in a row without which an endpoint is never turned off. A pause of three days has about 290
    /// probes; fewer mean that the probes did not run.
    pub const FAILURES_BEFORE_OFF: u64 = 50;
    /// The time for which every probe fails before an endpoint is turned off.
    const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
    /// The time after which the next probe of a pause counts as lost: four times the longest delay.
    const PROBE_LOST_AFTER: SignedDuration = SignedDuration::from_hours(1);

    /// Whether posts are to be paused from now on.
    #[must_use]
    pub const fn must_pause(&self) -> bool {
        self.paused_at.is_none() && self.failures >= Self::FAILURES_BEFORE_PAUSE
    }

    /// Whether the endpoint is to be turned off: posts have been paused for three days, and no probe was accepted
    /// in this time. An old failure followed by quiet days does not count.
    #[must_use]
    pub fn is_given_up(&self, now: Instant) -> bool {
        let is_long_ago = |since: Option<Instant>| {
            since.is_some_and(|since| now.duration_since(since) >= Self::PATIENCE)
        };
        is_long_ago(self.paused_at)
            && is_long_ago(self.failing_since)
            && self.failures >= Self::FAILURES_BEFORE_OFF
    }

    /// Whether the probes of a pause have stopped, because a message was lost.
    #[must_use]
    pub fn has_lost_its_probe(&self, now: Instant) -> bool {
        let since_failure = self.last_failure_at.map(|last| now.duration_since(last));
        self.paused_at.is_some() && since_failure.is_some_and(|age| age >= Self::PROBE_LOST_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_paused_endpoint_is_probed_after_a_minute_and_then_at_least_every_quarter_of_an_hour() {
        let delays: Vec<_> = (1..=7).map(|probe| probe_delay(probe).as_secs() / MINUTE).collect();
        assert_eq!(delays, [1, 2, 5, 10, 15, 15, 15]);
    }

    #[rstest]
    #[case(4, None, false)]
    #[case(5, None, true)]
    #[case(9, Some("2026-11-27T08:00:00Z"), false)]
    fn posts_are_paused_after_five_failures_in_a_row(
        #[case] failures: u64,
        #[case] paused_at: Option<&str>,
        #[case] must_pause: bool,
    ) {
        let health = Health { failures, paused_at: paused_at.map(at), ..Health::default() };
        assert_eq!(health.must_pause(), must_pause);
    }

    #[rstest]
    #[case::three_days(Some("2026-11-24T09:00:00Z"), Some("2026-11-24T08:00:00Z"), 290, true)]
    #[case::less_than_three_days(
        Some("2026-11-24T09:00:01Z"),
        Some("2026-11-24T08:00:00Z"),
        290,
        false
    )]
    #[case::an_old_failure_and_quiet_days(
        Some("2026-11-27T08:50:00Z"),
        Some("2026-11-20T08:00:00Z"),
        290,
        false
    )]
    #[case::an_event_was_accepted_during_the_pause(
        Some("2026-11-24T08:00:00Z"),
        Some("2026-11-26T08:00:00Z"),
        60,
        false
    )]
    #[case::the_probes_did_not_run(
        Some("2026-11-20T09:00:00Z"),
        Some("2026-11-20T09:00:00Z"),
        49,
        false
    )]
    #[case::not_paused(None, Some("2026-11-20T08:00:00Z"), 99, false)]
    fn an_endpoint_is_given_up_after_three_days_in_which_every_probe_failed(
        #[case] paused_at: Option<&str>,
        #[case] failing_since: Option<&str>,
        #[case] failures: u64,
        #[case] given_up: bool,
    ) {
        let health = Health {
            paused_at: paused_at.map(at),
            failing_since: failing_since.map(at),
            failures,
            ..Health::default()
        };
        assert_eq!(health.is_given_up(at("2026-11-27T09:00:00Z")), given_up);
    }

    #[rstest]
    #[case(Some("2026-11-27T08:00:00Z"), true)]
    #[case(Some("2026-11-27T08:00:01Z"), false)]
    #[case(None, false)]
    fn a_pause_without_a_probe_for_an_hour_has_lost_it(
        #[case] last_failure_at: Option<&str>,
        #[case] lost: bool,
    ) {
        let paused_at = Some(at("2026-11-27T07:00:00Z"));
        let last_failure_at = last_failure_at.map(at);
        let health = Health { last_failure_at, paused_at, ..Health::default() };
        assert_eq!(health.has_lost_its_probe(at("2026-11-27T09:00:00Z")), lost);
    }
}
