//! Webhooks: the events that are posted to a merchant's software, and for how long a post is retried.

pub(crate) mod error;

pub use error::WebhookError;

mod address;
mod health;

pub use address::{Reach, WebhookUrl, is_public};
pub use health::{Health, probe_delay};

use crate::Instant;
use crate::values::calendar;
use crate::values::word_enum::word_enum;
use jiff::ToSpan as _;
use std::collections::BTreeSet;
use std::time::Duration;

/// The most endpoints of a merchant, live and test endpoints together.
pub const MOST_ENDPOINTS: u8 = 5;
/// The days for which an event is stored, so that it can be replayed.
pub const KEPT_DAYS: i64 = 30;
/// The hours after a rotation in which the previous secret still signs, beside the new one.
pub const OVERLAP_HOURS: i64 = 24;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// The seconds from one attempt to the next: ten attempts in about 24 hours.
const DELAYS: [u64; 9] =
    [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR];
/// The attempts after which an event goes to the dead-letter queue.
pub const ATTEMPTS: usize = DELAYS.len() + 1;

/// The delay after a failed attempt. The first attempt is 1; an attempt after the last one has the delay of
/// the last one.
#[must_use]
pub fn delay_after(attempt: usize) -> Duration {
    let at = attempt.clamp(1, DELAYS.len()) - 1;
    Duration::from_secs(DELAYS[at])
}

word_enum! {
    /// A type of event that can be posted to a merchant's software.
    pub enum EventType {
        /// A purchase was recorded.
        PurchaseCreated = "purchase.created",
        /// A purchase was cancelled.
        PurchaseCancelled = "purchase.cancelled",
        /// An anonymous purchase got a customer, or a purchase got another customer.
        PurchaseAttached = "purchase.attached",
        /// Points were given or taken without a purchase.
        PointsChanged = "points.changed",
        /// A person became a member.
        MemberCreated = "member.created",
        /// Two members became one.
        MemberMerged = "member.merged",
        /// A member was erased.
        MemberErased = "member.erased",
    }
}

/// The types of event of an endpoint: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTypes(BTreeSet<EventType>);

impl EventTypes {
    /// A set of types.
    ///
    /// # Errors
    /// [`WebhookError::NoEventType`] for an empty set.
    pub fn new(types: impl IntoIterator<Item = EventType>) -> Result<Self, WebhookError> {
        let types: BTreeSet<_> = types.into_iter().collect();
        if types.is_empty() { Err(WebhookError::NoEventType) } else { Ok(Self(types)) }
    }

    /// Whether a type is in the set.
    #[must_use]
    pub fn contains(&self, kind: EventType) -> bool {
        self.0.contains(&kind)
    }

    /// The types, always in the same order.
    pub fn iter(&self) -> impl Iterator<Item = EventType> {
        self.0.iter().copied()
    }
}

/// Whether events are posted to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// Events are posted.
    On,
    /// The operator turned the endpoint off.
    Off,
    /// The endpoint failed for days and was turned off.
    GivenUp,
}

/// A range of instants whose events are posted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayRange {
    /// The first instant.
    pub from: Instant,
    /// The instant after the last one.
    pub until: Instant,
}

impl ReplayRange {
    /// The length of a piece: a quarter of a day in UTC, some thousand events of a large merchant.
    const PIECE_SECONDS: i64 = 6 * 3_600;

    /// A range that begins before it ends, within the days for which events are stored. Events are stored
    /// by the second, so the range includes the whole seconds in which it begins and ends.
    ///
    /// # Errors
    /// [`WebhookError::ReplayRange`].
    pub fn new(from: Instant, until: Instant, now: Instant) -> Result<Self, WebhookError> {
        let oldest = now - (KEPT_DAYS * 24).hours();
        if from >= until || from < oldest || from > now {
            return Err(WebhookError::ReplayRange);
        }
        let last = until.min(now);
        let second = calendar::whole_second(last);
        let until = if second == last { last } else { second + 1.second() };
        Ok(Self { from: calendar::whole_second(from), until })
    }

    /// The range from an instant until now, both seconds included. It begins no earlier than events are stored.
    #[must_use]
    pub fn until_now(from: Instant, now: Instant) -> Self {
        let oldest = now - (KEPT_DAYS * 24).hours();
        let from = calendar::whole_second(from.max(oldest));
        Self { from, until: calendar::whole_second(now) + 1.second() }
    }

    /// The pieces of the range, at most 121, in order. Each piece is within one day in UTC.
    #[must_use]
    pub fn pieces(self) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut from = self.from;
        while from < self.until {
            let into_piece = from.as_second().rem_euclid(Self::PIECE_SECONDS);
            let boundary = from.as_second() - into_piece + Self::PIECE_SECONDS;
            let until =
                Instant::from_second(boundary).map_or(self.until, |end| end.min(self.until));
            pieces.push(Self { from, until });
            from = until;
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_event_is_tried_ten_times_in_about_a_day_at_growing_intervals() {
        let delays: Vec<_> = (1..ATTEMPTS).map(delay_after).collect();
        assert!(delays.is_sorted());
        let attempts = delays.len() + 1;
        assert_eq!(attempts, 10);
        let whole_hours = delays.iter().sum::<Duration>().as_secs() / HOUR;
        assert_eq!(whole_hours, 23);
        // The longest that a queue can hide a message.
        assert!(delays.iter().all(|delay| delay.as_secs() < 12 * HOUR));
        assert_eq!(delay_after(0), delay_after(1));
        assert_eq!(delay_after(99), delay_after(delays.len()));
    }

    #[test]
    fn every_type_of_event_has_a_word_that_reads_back() {
        for kind in EventType::ALL {
            assert_eq!(EventType::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EventType::parse("purchase"), None);
        assert_eq!(EventTypes::new([]), Err(WebhookError::NoEventType));
    }

    #[rstest]
    #[case("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", true)]
    #[case("2026-10-28T09:00:00Z", "2026-11-02T00:00:00Z", true)]
    #[case("2026-10-28T08:59:59Z", "2026-11-02T00:00:00Z", false)]
    #[case("2026-11-02T00:00:00Z", "2026-11-02T00:00:00Z", false)]
    #[case("2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z", false)]
    fn a_replay_is_a_range_of_the_last_30_days(
        #[case] from: &str,
        #[case] until: &str,
        #[case] accepted: bool,
    ) {
        let range = ReplayRange::new(at(from), at(until), at("2026-11-27T09:00:00Z"));
        assert_eq!(range.is_ok(), accepted);
    }

    #[rstest]
    #[case("2026-11-27T08:59:58.9Z", "2026-11-27T08:59:59Z", "08:59:58", "08:59:59")]
    #[case("2026-11-27T08:59:58Z", "2026-11-27T08:59:58.001Z", "08:59:58", "08:59:59")]
    #[case("2026-11-27T08:59:59Z", "2026-11-27T09:30:00Z", "08:59:59", "09:00:01")]
    fn a_range_includes_the_whole_seconds_in_which_it_begins_and_ends(
        #[case] asked_from: &str,
        #[case] asked_until: &str,
        #[case] from: &str,
        #[case] until: &str,
    ) {
        let on_the_day = |time: &str| at(&format!("2026-11-27T{time}Z"));
        let now = at("2026-11-27T09:00:00.2Z");
        let range = ReplayRange::new(at(asked_from), at(asked_until), now);
        assert_eq!(range, Ok(ReplayRange { from: on_the_day(from), until: on_the_day(until) }));
    }

    #[rstest]
    #[case("2026-11-27T08:59:59.9Z", "2026-11-27T08:59:59Z")]
    #[case("2026-11-27T09:00:00.2Z", "2026-11-27T09:00:00Z")]
    #[case("2026-10-01T00:00:00Z", "2026-10-28T09:00:00Z")]
    fn a_range_until_now_includes_the_present_second(#[case] asked: &str, #[case] from: &str) {
        let range = ReplayRange::until_now(at(asked), at("2026-11-27T09:00:00.2Z"));
        let until = at("2026-11-27T09:00:01Z");
        assert_eq!(range, ReplayRange { from: at(from), until });
        assert!(!range.pieces().is_empty());
    }

    proptest! {
        #[test]
        fn the_pieces_of_a_range_have_no_gap_and_each_is_within_a_day(
            from in 0_i64..30 * 86_400,
            length in 1_i64..30 * 86_400,
        ) {
            // Four pieces a day, and one more where the range begins within a piece.
            const MOST_PIECES: usize = 30 * 4 + 1;
            let now = at("2026-11-27T09:00:00Z");
            let from = now - from.seconds();
            let range = ReplayRange::new(from, from + length.seconds(), now);
            prop_assume!(range.is_ok());
            let range = range.unwrap();
            let pieces = range.pieces();
            prop_assert!(pieces.len() <= MOST_PIECES);
            let last = |piece: &ReplayRange| piece.until - 1.nanosecond();
            let day = |at: Instant| at.as_second().div_euclid(86_400);
            prop_assert!(pieces.iter().all(|piece| day(piece.from) == day(last(piece))));
            prop_assert_eq!(pieces.first().map(|piece| piece.from), Some(range.from));
            prop_assert_eq!(pieces.last().map(|piece| piece.until), Some(range.until));
            prop_assert!(pieces.windows(2).all(|pair| pair[0].until == pair[1].from));
        }
    }
}
