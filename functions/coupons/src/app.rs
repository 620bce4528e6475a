//! What an instance of the function holds, and what it does with a message.

use domain::Instant;
use platform::messages::CouponRangeMessage;
use platform::queue::Failed;
use store::{RangeClaimed, Scope, Store, StoreError};

/// What an instance works with.
pub struct App {
    /// The table.
    pub store: Store,
    /// The clock: a test's stands still.
    pub clock: fn() -> Instant,
}

/// Why a range is not done; the message comes again, and the range goes on where it was.
#[derive(Debug, thiserror::Error)]
pub enum CouponError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another is at the same range, or was and died: its lease ends within half a minute.
    #[error("another is at the same range")]
    Others,
    /// The rest is for the next invocation.
    #[error("the time at hand has ended")]
    OutOfTime,
}

/// Deals with the body of one message: makes a range's codes to the end, or until `until`. A merchant's
/// whose contract has ended are not made any more.
///
/// # Errors
/// [`Failed::Poison`] for a body that is none of ours, [`Failed::Retry`] for what may pass.
pub async fn handle(app: &App, body: &str, until: Instant) -> Result<(), Failed> {
    const NO_RANGE: Failed = Failed::Poison("no range");
    let message: CouponRangeMessage = serde_json::from_str(body).map_err(|_| NO_RANGE)?;
    let (tenant, offer, batch) = message.identifiers().ok_or(NO_RANGE)?;
    let (store, now) = (&app.store, (app.clock)());
    let settings = store.settings(tenant.merchant, now).await.map_err(retry)?;
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let claimed = store.claim_coupon_range(tenant, offer, batch, message.range, now).await;
    let mut range = match claimed.map_err(retry)? {
        RangeClaimed::Ours(range) => range,
        RangeClaimed::Done => return Ok(()),
        RangeClaimed::Others => return Err(Failed::retry(CouponError::Others)),
        RangeClaimed::Absent => return Err(NO_RANGE),
    };
    let scope = Scope { settings, mode: tenant.mode };
    let maker = scope.code_maker();
    while (app.clock)() < until {
        if store.make_coupons(&scope, &maker, &mut range, (app.clock)()).await.map_err(retry)? {
            let (merchant, number) = (tenant.merchant, message.range);
            tracing::info!(%merchant, %offer, %batch, range = number, "made");
            return Ok(());
        }
    }
    Err(Failed::retry(CouponError::OutOfTime))
}

fn retry(error: StoreError) -> Failed {
    Failed::retry(CouponError::from(error))
}
