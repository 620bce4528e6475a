//! A session of a person who signed in.

use crate::Instant;
use jiff::ToSpan as _;

/// The seconds without a request after which a session ends.
pub const IDLE_SECONDS: i64 = 30 * 60;
/// The seconds after which a session ends, whatever its use.
pub const LONGEST_SECONDS: i64 = 8 * 3_600;
/// The seconds between two notes that a session is in use, so that a page seldom writes.
pub const NOTED_EVERY_SECONDS: i64 = 5 * 60;
/// The most sessions of one login. A new one ends the oldest.
pub const MOST_SESSIONS: usize = 5;

/// A session. Only the hash of its secret is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The SHA-256 hash of the secret that the cookie holds.
    pub secret_hash: [u8; 32],
    /// When the person signed in.
    pub begun_at: Instant,
    /// When the session was last noted to be in use.
    pub used_at: Instant,
}

impl Session {
    /// A session that begins now.
    #[must_use]
    pub const fn new(secret_hash: [u8; 32], now: Instant) -> Self {
        Self { secret_hash, begun_at: now, used_at: now }
    }

    /// Whether the session has the secret with this hash.
    #[must_use]
    pub fn has(&self, secret_hash: &[u8; 32]) -> bool {
        self.secret_hash == *secret_hash
    }

    /// Whether the session is open.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        now < self.used_at + IDLE_SECONDS.seconds()
            && now < self.begun_at + LONGEST_SECONDS.seconds()
    }

    /// Whether the use of the session is to be noted again.
    #[must_use]
    pub fn is_to_be_noted(&self, now: Instant) -> bool {
        now >= self.used_at + NOTED_EVERY_SECONDS.seconds()
    }
}

/// Adds a session to those of a login: ended ones are dropped, and of more than [`MOST_SESSIONS`] those that were not
/// used for the longest time.
pub fn add(sessions: &mut Vec<Session>, new: Session, now: Instant) {
    sessions.retain(|session| session.is_open(now));
    sessions.sort_by_key(|session| session.used_at);
    let surplus = (sessions.len() + 1).saturating_sub(MOST_SESSIONS);
    sessions.drain(..surplus);
    sessions.push(new);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn at(second: i64) -> Instant {
        Instant::from_second(1_795_000_000 + second).unwrap()
    }

    #[rstest]
    #[case::in_use(0, 1_799, true)]
    #[case::idle(0, 1_800, false)]
    #[case::used_since(1_700, 3_400, true)]
    #[case::too_long(28_000, 28_799, true)]
    #[case::over(28_000, 28_800, false)]
    fn a_session_ends_after_half_an_hour_without_use_and_after_eight_hours(
        #[case] used: i64,
        #[case] now: i64,
        #[case] open: bool,
    ) {
        let session = Session { used_at: at(used), ..Session::new([0; 32], at(0)) };
        assert_eq!(session.is_open(at(now)), open);
    }

    #[test]
    fn a_sixth_session_ends_the_one_that_was_unused_longest() {
        let mut sessions = Vec::new();
        for number in 0..6_u8 {
            add(&mut sessions, Session::new([number; 32], at(i64::from(number))), at(10));
        }
        let left: Vec<u8> = sessions.iter().map(|session| session.secret_hash[0]).collect();
        assert_eq!(left, [1, 2, 3, 4, 5]);
        add(&mut sessions, Session::new([9; 32], at(20_000)), at(20_000));
        assert_eq!(sessions.len(), 1, "sessions that have ended are dropped");
    }
}
