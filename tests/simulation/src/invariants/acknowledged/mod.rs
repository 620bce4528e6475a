//! What the service acknowledged is there: members and their details, purchases, redemptions, entries of the ledger and
//! revoked keys, as they were acknowledged last.
//!
//! A request without a sure answer may have had its effect or not. So may the first of two requests that were in
//! progress at the same time.

mod details;
mod entries;
mod keys;
mod members;
mod purchases;
mod redemptions;

use super::people::People;
use super::{Invariant, Rest};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "acknowledged", check: |rest| Box::pin(async move { check(rest).await }) };

async fn check(rest: &Rest) -> Vec<String> {
    let mut violations = details::check(rest).await;
    rest.known.read(|state| {
        let people = People::of(state, &rest.items);
        let members = members::check(rest, state, &people);
        let purchases = purchases::check(rest, state, &people);
        let redemptions = redemptions::check(rest, state, &people);
        let entries = entries::check(rest, state, &people);
        let keys = keys::check(rest, state);
        violations.extend([members, purchases, redemptions, entries, keys].into_iter().flatten());
    });
    violations
}
