//! Wraps the merchants' keys with the current master key, after a person has added one to the vault's secret.

use crate::context::{App, RetentionError};
use crate::response::RewrappedKeys;
use domain::MerchantId;
use platform::Deadline;

/// Merchants that are read at once.
const MERCHANTS_PER_PAGE: i32 = 100;

/// Goes through the merchants after `after`. Where the time ends first, the response names the merchant to continue
/// after. A second run wraps nothing again. For each merchant 1 round trip and 1 read unit, and 1 round trip and 2
/// write units for a key that is wrapped again.
pub(crate) async fn rewrap(
    app: &App,
    after: Option<MerchantId>,
    deadline: Deadline,
) -> Result<RewrappedKeys, RetentionError> {
    let mut response = RewrappedKeys::default();
    let mut last = after;
    loop {
        let merchants = app.store.merchants(last, MERCHANTS_PER_PAGE).await?;
        if merchants.is_empty() {
            tracing::info!(
                merchants = response.merchants,
                rewrapped = response.rewrapped,
                "keys are wrapped"
            );
            return Ok(response);
        }
        for merchant in merchants {
            if deadline.has_passed() {
                response.next = last.map(|merchant| merchant.to_string());
                return Ok(response);
            }
            response.rewrapped += u64::from(app.store.rewrap_key(merchant).await?);
            response.merchants += 1;
            last = Some(merchant);
        }
    }
}
