//! What a till's clock says, and how far it is believed.

use domain::values::calendar;
use domain::{DomainError, Instant, PurchaseError, ValueError};
use jiff::SignedDuration;

/// How far a till's clock may be ahead.
pub(crate) const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(10);
/// How long a till may be offline before its sales go by file.
const REPLAYED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When something was done at a till, to the second.
pub(crate) fn done_at(text: &str, now: Instant) -> Result<Instant, DomainError> {
    let done_at = calendar::parse_instant(text)?;
    let age = now.duration_since(done_at);
    if age < -CLOCK_AHEAD {
        Err(ValueError::InFuture.into())
    } else if age > REPLAYED_FOR {
        Err(PurchaseError::TooOld.into())
    } else {
        Ok(calendar::whole_second(done_at))
    }
}
