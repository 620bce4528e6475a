//! The activation of a card, with the gift of the programme for it. The account holds the activation, so that a
//! purchase activates a card without a write to the person.

use crate::ledger::entry::give;
use crate::member::account::StoredAccount;
use crate::table::write::Write;
use crate::{Scope, StoreError};
use domain::ledger::entry::Cause;
use domain::{Account, Instant, MemberId, RegistrationStep, retention};

/// Gives the points of the programme for an activation. Returns their entry.
pub(crate) fn activation_gift(
    scope: &Scope,
    member: MemberId,
    account: &mut Account,
    now: Instant,
) -> Result<Option<Write>, StoreError> {
    let gifts = scope.settings.programmes.terms_on(retention::day_of(now)).gifts;
    give(scope, member, account, (Cause::Activation, gifts.activation), now)
}

/// Activates the card of a person who was present at `at`. Returns the entry of the gift.
pub(crate) fn activate_in_person(
    scope: &Scope,
    stored: &mut StoredAccount,
    at: Instant,
    now: Instant,
) -> Result<Option<Write>, StoreError> {
    let StoredAccount { member, account, .. } = stored;
    let step = RegistrationStep { at, by: scope.credential };
    if account.activate(*member, step) {
        activation_gift(scope, *member, account, now)
    } else {
        Ok(None)
    }
}

/// Activates the card of a member who used the card at `at`, where the merchant's rule allows it. Returns the
/// entry of the gift.
pub(crate) fn activate_by_use(
    scope: &Scope,
    stored: &mut StoredAccount,
    at: Instant,
    now: Instant,
) -> Result<Option<Write>, StoreError> {
    let StoredAccount { member, account, .. } = stored;
    let rule = scope.settings.merchant.card_activation;
    let used = RegistrationStep { at, by: scope.credential };
    if account.activate_by_use(*member, rule, used) {
        activation_gift(scope, *member, account, now)
    } else {
        Ok(None)
    }
}
