//! A sale that was entered for the wrong customer goes to the right one.

use crate::coupon::redeem::offers;
use crate::member::notes;
use crate::member::read::put_account;
use crate::table::items::{self, ABSENT, Transaction};
use crate::table::keys::{self, Key};
use crate::table::retry;
use crate::{Consistency, Scope, Source, Store, StoreError, StoredPurchase};
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
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
        for attempt in 0..retry::ATTEMPTS {
            let mut record = self.purchase_record(scope, receipt).await?;
            let (to, mut into, into_version) = self.account(scope, to, Consistency::Strong).await?;
            let stored = record.read(scope, receipt.clone())?;
            let Some(from) = record.member()? else {
                return Err(StoreError::Conflict(
                    "this receipt is nobody's: attach it to its customer",
                ));
            };
            if from == to {
                return Ok(stored);
            }
            if let Some(why) = not_movable(&stored) {
                return Err(StoreError::Conflict(why));
            }
            let (owner, mut account, version) =
                self.account(scope, from, Consistency::Strong).await?;
            if owner == to {
                return Ok(stored);
            }
            if owner != from {
                return Err(StoreError::Conflict(
                    "the customer of this receipt was merged into another one: undo the merge first",
                ));
            }
            let programmes = &scope.settings.programmes;
            let (purchase, points) = (&stored.purchase, stored.points);
            let taken = ledger::move_sale(&mut account, &mut into, purchase, points, programmes);
            let today = Day::at(now, scope.zone_of(&receipt.establishment));
            let balance = into.balance_on(today, programmes);
            let before = record.member.replace(to.to_string()).unwrap_or_default();
            record.tell_balance(balance.available, balance.pending);
            let mut actions = vec![
                items::put_named(
                    &self.table,
                    items::to_item(&record.uncounted())?,
                    "#member = :before AND attribute_not_exists(cancelled_at) \
                     AND (attribute_not_exists(returned) OR returned = :zero) \
                     AND fingerprint = :fingerprint",
                    ("#member", "member"),
                    vec![
                        (":before", items::text(before)),
                        (":zero", items::number(0)),
                        (":fingerprint", AttributeValue::B(record.fingerprint.clone().into())),
                    ],
                )?,
                put_account(self, scope, from, &account, Some(version))?,
                put_account(self, scope, to, &into, Some(into_version))?,
                self.move_note(scope, MOVED_AWAY, (from, to), receipt, taken.forgiven, by, now)?,
                self.move_note(scope, MOVED_HERE, (to, from), receipt, Points::ZERO, by, now)?,
            ];
            for (offer, _) in offers(&record.redeemed).filter(|(_, counted)| *counted) {
                actions.extend(self.uncount(scope, from, offer).await?);
            }
            match self.transact(actions).await? {
                Transaction::Committed => return record.read(scope, receipt.clone()),
                Transaction::Cancelled(_) => retry::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }

    #[expect(clippy::too_many_arguments, reason = "a note says all of this")]
    fn move_note(
        &self,
        scope: &Scope,
        kind: &str,
        (member, other): (MemberId, MemberId),
        receipt: &Receipt,
        points: Points,
        by: &Source,
        now: Instant,
    ) -> Result<TransactWriteItem, StoreError> {
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
        items::put(&self.table, items::to_item(&note)?, ABSENT, vec![])
    }
}

fn not_movable(stored: &StoredPurchase) -> Option<&'static str> {
    if stored.cancelled_at.is_some() {
        Some("this receipt was cancelled")
    } else if matches!(stored.purchase.kind(), PurchaseKind::Return { .. }) {
        Some("a return goes with its sale: cancel it, move the sale, then send the return anew")
    } else if stored.returned > Cents::ZERO {
        Some("goods of this sale came back: cancel the return, then move the sale")
    } else {
        None
    }
}
