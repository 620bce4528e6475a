//! How long to wait before trying again what others were writing too.

use std::time::Duration;

/// Attempts before [`crate::StoreError::Busy`]: about two seconds in all at the most.
pub(crate) const ATTEMPTS: u32 = 8;

/// Waits a random time of up to 10 ms, doubled at each attempt and 500 ms at the most (full jitter,
/// so that two writers that met do not meet again).
pub(crate) async fn wait(attempt: u32) {
    let ceiling = (10_u64 << attempt.min(6)).min(500);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=ceiling))).await;
}
