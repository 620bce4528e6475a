//! A sale that was entered for the wrong customer goes to the right one.

use crate::coupon::redeem::offers;
use crate::member::notes;
use crate::member::read::put_account;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Conflict, Consistency, Scope, Source, Store, StoreError, StoredPurchase};
use domain::{Cents, Day, Instant, MemberId, Points, PurchaseKind, Receipt, ledger};
use serde::{Deserialize, Serialize};

/// The ledger's note of a sale that left a member, or came to one.
#[derive(Serialize, Deserialize)]
pub(crate) struct MoveRecord {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    pub(crate) source: String,
    /// Where the sale came from, or went to.
    pub(crate) other: String,
    /// The partition of the sale.
    pub(crate) purchase: String,
    /// What the member kept of the sale's points because they were spent, and was forgiven.
    pub(crate) points: i64,
}

pub(crate) const MOVED_AWAY: &str = "moved_away";
pub(crate) const MOVED_HERE: &str = "moved_here";

impl MoveRecord {
    pub(crate) fn receipt(&self) -> Result<Receipt, StoreError> {
        keys::receipt_at(&self.purchase).ok_or(StoreError::Corrupt("ledger"))
    }
}

impl Store {
    /// Moves a sale to another member, with the points that it gave: 3 strong reads and 1 transaction of
    /// 5 items. Both have a note of it. Moving it again to the same member changes nothing, and moving it
    /// back undoes it. A use of a coupon that was counted for its customer is not counted any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a purchase that is nobody's, is a return,
    /// was cancelled, of which goods came back, or whose customer was merged into another.
    pub async fn move_purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
        to: MemberId,
        by: &Source,
        now: Instant,
    ) -> Result<StoredPurchase, StoreError> {
        retry(|_| async move {
            let mut record = self.purchase_record(scope, receipt).await?;
            let (to, mut into, into_version) = self.account(scope, to, Consistency::Strong).await?;
            let stored = record.read(scope, receipt.clone())?;
            let Some(from) = record.member()? else {
                return Err(Conflict::MoveAnonymousSale.into());
            };
            if from == to {
                return Ok(Attempt::Done(stored));
            }
            if let Some(conflict) = transfer_conflict(&stored) {
                return Err(conflict.into());
            }
            let (owner, mut account, version) =
                self.account(scope, from, Consistency::Strong).await?;
            if owner == to {
                return Ok(Attempt::Done(stored));
            }
            if owner != from {
                return Err(Conflict::CustomerMerged.into());
            }
            let programmes = &scope.settings.programmes;
            let (purchase, points) = (&stored.purchase, stored.points);
            let taken = ledger::move_sale(&mut account, &mut into, purchase, points, programmes);
            let today = Day::at(now, scope.zone_of(&receipt.establishment));
            let balance = into.balance_on(today, programmes);
            let before = record.member.replace(to.to_string()).unwrap_or_default();
            record.tell_balance(balance.available, balance.pending);
            let transfer = Write::put(&record.uncounted())?
                .condition(
                    "#member = :before AND attribute_not_exists(cancelled_at) \
                     AND (attribute_not_exists(returned) OR returned = :zero) \
                     AND fingerprint = :fingerprint",
                )
                .name("#member", "member")
                .value(":before", items::text(before))
                .value(":zero", items::number(0))
                .value(":fingerprint", record.fingerprint_value());
            let mut transaction = self.transaction();
            transaction.add(transfer);
            transaction.add(put_account(scope, from, &account, Some(version))?);
            transaction.add(put_account(scope, to, &into, Some(into_version))?);
            let (away, here) = ((from, to), (to, from));
            let forgiven = taken.forgiven;
            transaction.add(move_note(scope, MOVED_AWAY, away, receipt, forgiven, by, now)?);
            transaction.add(move_note(scope, MOVED_HERE, here, receipt, Points::ZERO, by, now)?);
            for (offer, _) in offers(&record.redeemed).filter(|(_, counted)| *counted) {
                self.uncount(&mut transaction, scope, from, offer).await?;
            }
            let outcome = transaction.commit().await?;
            Ok(outcome.done(record.read(scope, receipt.clone())?))
        })
        .await
    }
}

fn move_note(
    scope: &Scope,
    kind: &str,
    (member, other): (MemberId, MemberId),
    receipt: &Receipt,
    points: Points,
    by: &Source,
    now: Instant,
) -> Result<Write, StoreError> {
    let (Key { pk, sk }, instant) = notes::new_note(scope, member, now)?;
    let note = MoveRecord {
        pk,
        sk,
        member: member.to_string(),
        instant,
        kind: kind.to_owned(),
        source: by.to_string(),
        other: other.to_string(),
        purchase: keys::purchase(scope.tenant(), receipt).pk,
        points: points.get(),
    };
    Ok(Write::put(&note)?.if_absent())
}

fn transfer_conflict(stored: &StoredPurchase) -> Option<Conflict> {
    if stored.cancelled_at.is_some() {
        Some(Conflict::ReceiptCancelled)
    } else if matches!(stored.purchase.kind(), PurchaseKind::Return { .. }) {
        Some(Conflict::MoveReturn)
    } else if stored.returned > Cents::ZERO {
        Some(Conflict::MoveReturnedSale)
    } else {
        None
    }
}
