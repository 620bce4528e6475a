//! What a sale would give, reckoned as if it were entered and written nowhere.

use crate::purchases::{Customer, Holder};
use crate::{Consistency, Scope, Store, StoreError};
use domain::{Account, Cents, Day, MemberId, Points, ledger};

/// What a sale would give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reckoned {
    /// The points.
    pub points: Points,
    /// Of whom, where the sale has a customer.
    pub customer: Option<ReckonedFor>,
}

/// What a sale would make of its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReckonedFor {
    /// The member; absent where the sale would make one.
    pub member: Option<MemberId>,
    /// The balance before it.
    pub balance: Points,
    /// The balance after it: what is owed is paid first.
    pub balance_after: Points,
}

impl Store {
    /// Reckons a sale of `total` on `day` by the rules that [`Store::record`] would apply.
    ///
    /// No round trip for nobody, 1 for a member given by identifier (half a read unit), 2 by contact
    /// (1 read unit). The balance is read eventually: one of a sale just made may be missing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a customer that is no member.
    pub async fn reckon(
        &self,
        scope: &Scope,
        customer: &Customer,
        day: Day,
        total: Cents,
    ) -> Result<Reckoned, StoreError> {
        let holder = self.holder(scope, customer, None, Consistency::Eventual).await?;
        let known = holder.is_some();
        let (member, mut account) = match holder {
            Some(Holder::Member { id, account, .. }) => (Some(id), account),
            Some(Holder::New(_)) | None => (None, Account::default()),
        };
        let balance = account.balance();
        let points = ledger::reward(&mut account, day, total, &scope.settings.rules);
        let balance_after = account.balance();
        let customer = known.then_some(ReckonedFor { member, balance, balance_after });
        Ok(Reckoned { points, customer })
    }
}
