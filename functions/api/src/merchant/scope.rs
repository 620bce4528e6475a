//! The data of a merchant of the path, read without a cache: the operator sees a change at once.

use crate::codes;
use crate::context::App;
use domain::{Credential, Instant, MerchantId};
use http_edge::Problem;
use http_edge::problem::Kind;
use store::{Mode, Scope, Settings};

/// A merchant's live or test data: 1 round trip.
pub(crate) async fn scope(app: &App, merchant: MerchantId, mode: Mode) -> Result<Scope, Problem> {
    let settings = app.store().settings_fresh(merchant, app.now()).await?;
    Ok(Scope { settings, mode, credential: Credential::Operator })
}

/// As [`scope`], of a merchant whose contract is in force.
pub(crate) async fn scope_in_force(
    app: &App,
    merchant: MerchantId,
    mode: Mode,
) -> Result<Scope, Problem> {
    let scope = scope(app, merchant, mode).await?;
    in_force(&scope.settings, app.now())?;
    Ok(scope)
}

/// Refuses a merchant whose contract has ended.
pub(crate) fn in_force(settings: &Settings, now: Instant) -> Result<(), Problem> {
    if settings.contract_has_ended(now) {
        let detail =
            "The merchant's contract has ended: nothing is written or sent for it any more.";
        return Err(Problem::new(Kind::Conflict, detail).coded(codes::CONTRACT_ENDED));
    }
    Ok(())
}
