//! Reads a message and generates the codes of its range.

use crate::context::{App, CouponError};
use domain::Credential;
use platform::Deadline;
use platform::messages::CouponRangeMessage;
use platform::queue::{self, Failed};
use store::{RangeClaimed, Scope, StoreError};

/// Handles the body of one message: generates the codes of a range to the end, or until the deadline. For a
/// merchant whose contract has ended it generates none.
pub async fn handle(app: &App, body: &str, deadline: Deadline) -> Result<(), Failed> {
    const NOT_A_RANGE: &str = "not a range of a batch";
    let message: CouponRangeMessage = queue::read(body, NOT_A_RANGE)?;
    let CouponRangeMessage { tenant, offer, batch, range: number } = message;
    let (store, now) = (&app.store, (app.clock)());
    let settings = store.settings(tenant.merchant, now).await.map_err(retry)?;
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let claimed = store.claim_coupon_range(tenant, offer, batch, number, now).await;
    let mut range = match claimed.map_err(retry)? {
        RangeClaimed::Ours(range) => range,
        RangeClaimed::Done => return Ok(()),
        RangeClaimed::Others => return Err(Failed::retry(CouponError::Leased)),
        RangeClaimed::Absent => return Err(Failed::Poison(NOT_A_RANGE)),
    };
    let scope = Scope { settings, mode: tenant.mode, credential: Credential::Service };
    let maker = scope.code_maker();
    while !deadline.has_passed() {
        if store.make_coupons(&scope, &maker, &mut range, (app.clock)()).await.map_err(retry)? {
            let merchant = tenant.merchant;
            tracing::info!(%merchant, %offer, %batch, range = number, "range generated");
            return Ok(());
        }
    }
    Err(Failed::retry(CouponError::OutOfTime))
}

fn retry(error: StoreError) -> Failed {
    Failed::retry(CouponError::from(error))
}
