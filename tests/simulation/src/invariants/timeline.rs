//! The events of one record, and those among them that may have been the last.

use domain::Instant;

/// Something that changed a record, or showed it, between two instants.
#[derive(Debug, Clone)]
pub(super) struct Event<T> {
    /// When the request was sent.
    pub(super) sent_at: Instant,
    /// When the answer came, or when the sender gave up to wait.
    pub(super) at: Instant,
    /// What the record was afterwards; `None` for a request without a sure answer.
    pub(super) left: Option<T>,
}

/// The events that may have been the last: after none of them was another one sent that was answered.
pub(super) fn possibly_last<T>(events: &[Event<T>]) -> impl Iterator<Item = &Event<T>> {
    let sure = events.iter().filter(|event| event.left.is_some());
    let last_sent_at = sure.map(|event| event.sent_at).max();
    events.iter().filter(move |event| last_sent_at.is_none_or(|sent_at| event.at >= sent_at))
}

/// Whether a record can be as it is: one of the events that may have been the last left it so, or has no sure answer.
/// A record without events can be in any state.
pub(super) fn is_possible<T>(events: &[Event<T>], is_so: impl Fn(&T) -> bool) -> bool {
    let mut last = possibly_last(events).peekable();
    last.peek().is_none() || last.any(|event| event.left.as_ref().is_none_or(&is_so))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(from: i64, to: i64, left: Option<u8>) -> Event<u8> {
        let at = |second| Instant::from_second(second).unwrap();
        Event { sent_at: at(from), at: at(to), left }
    }

    #[test]
    fn an_answered_event_that_another_one_followed_decides_nothing() {
        let events = [event(0, 1, Some(1)), event(2, 3, Some(2))];
        assert!(!is_possible(&events, |left| *left == 1));
        assert!(is_possible(&events, |left| *left == 2));
    }

    #[test]
    fn either_of_two_events_at_the_same_time_may_be_the_last() {
        let events = [event(0, 3, Some(1)), event(2, 4, Some(2))];
        assert!(is_possible(&events, |left| *left == 1) && is_possible(&events, |left| *left == 2));
    }

    #[test]
    fn a_request_without_an_answer_leaves_open_what_follows() {
        let events = [event(0, 1, Some(1)), event(2, 3, None)];
        assert!(is_possible(&events, |left| *left == 9));
        let answered = [event(0, 1, None), event(2, 3, Some(1))];
        assert!(!is_possible(&answered, |left| *left == 9));
    }
}
