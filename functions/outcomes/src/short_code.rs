//! The short code that received a text. Merchants may share one, so it names the merchant only where one merchant has it.

use domain::MerchantId;
use domain::merchant::provider::ProviderAccount;
use std::collections::BTreeSet;
use store::Scope;

/// Whether a merchant's texts of this account have the short code `to`.
pub(crate) fn has_short_code(scope: &Scope, account: &ProviderAccount, to: Option<&str>) -> bool {
    let sender = scope.settings.senders.sms.as_ref();
    sender
        .is_some_and(|sender| sender.account == *account && Some(sender.stop_number.as_str()) == to)
}

/// The merchant of a set of one.
pub(crate) fn only(merchants: &BTreeSet<MerchantId>) -> Option<MerchantId> {
    merchants.first().filter(|_| merchants.len() == 1).copied()
}
