//! The clock of a till, and how far the API trusts it.

use domain::values::calendar;
use domain::{DomainError, Instant, PurchaseError, ValueError};
use jiff::SignedDuration;

/// How far a till's clock may be ahead.
pub(crate) const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(10);
/// How long a till may be offline. Older sales are sent by file.
const OFFLINE_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How far ahead a dry run may be, so that a merchant can try a programme that has not begun.
const DRY_RUN_AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The instant of a dry run, to the second.
pub(crate) fn tried_at(text: &str, now: Instant) -> Result<Instant, DomainError> {
    within(text, now, DRY_RUN_AHEAD)
}

/// The instant of an operation at a till, to the second.
pub(crate) fn done_at(text: &str, now: Instant) -> Result<Instant, DomainError> {
    within(text, now, CLOCK_AHEAD)
}

fn within(text: &str, now: Instant, ahead: SignedDuration) -> Result<Instant, DomainError> {
    let done_at = calendar::parse_instant(text)?;
    let age = now.duration_since(done_at);
    if age < -ahead {
        Err(ValueError::InFuture.into())
    } else if age > OFFLINE_FOR {
        Err(PurchaseError::TooOld.into())
    } else {
        Ok(calendar::whole_second(done_at))
    }
}
