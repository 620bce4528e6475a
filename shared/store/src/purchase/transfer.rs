//! The transfer of a sale that was recorded for the wrong customer.

use crate::coupon::redeem::redeemed_offers;
use crate::ledger::entry_key::EntryKey;
use crate::member::activation::activate_by_use;
use crate::purchase::item::StoredPurchase;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Conflict, Consistency, Scope, Store, StoreError};
use domain::{Cents, Credential, Day, Instant, MemberId, Points, PurchaseKind, Receipt, ledger};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The ledger's entry of a sale that left a member, or came to one.
#[derive(Serialize, Deserialize)]
pub(crate) struct TransferRecord {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    pub(crate) by: Credential,
    /// The member that the sale came from, or went to. `None` once that member is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) other: Option<String>,
    /// The partition of the sale. `None` once the member that the sale went to is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purchase: Option<String>,
    /// Points of the sale that the member had spent already. These points are forgiven.
    pub(crate) points: i64,
}

/// How far the clock of a till may be ahead of the clock that dates the entries.
const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(10);

pub(crate) const MOVED_AWAY: &str = "moved_away";
pub(crate) const MOVED_HERE: &str = "moved_here";

impl TransferRecord {
    pub(crate) fn receipt(&self) -> Result<Option<Receipt>, StoreError> {
        let receipt = self.purchase.as_deref().map(keys::receipt_at);
        receipt.map(|receipt| receipt.ok_or(StoreError::Corrupt("ledger"))).transpose()
    }
}

/// The part of an entry of the ledger that tells a sale that left its member.
#[derive(Deserialize)]
struct Departure {
    kind: Option<String>,
    purchase: Option<String>,
}

/// The common content of the two entries of a transfer.
struct Transfer<'a> {
    scope: &'a Scope,
    receipt: &'a Receipt,
    at: Instant,
}

impl Transfer<'_> {
    fn entry(
        &self,
        kind: &str,
        member: MemberId,
        other: MemberId,
        points: Points,
    ) -> Result<Write, StoreError> {
        let EntryKey { key: Key { pk, sk }, instant } = EntryKey::new(self.scope, member, self.at)?;
        let record = TransferRecord {
            pk,
            sk,
            member: member.to_string(),
            instant,
            kind: kind.to_owned(),
            by: self.scope.credential,
            other: Some(other.to_string()),
            purchase: Some(keys::purchase(self.scope.tenant(), self.receipt).pk),
            points: points.get(),
        };
        Ok(Write::put(&record)?.if_absent())
    }
}

impl Store {
    /// Moves a sale to another member, with the points that it gave: 3 strong reads and 1 transaction of
    /// 5 items. Each of the two members gets an entry of the transfer. A second transfer to the same member
    /// changes nothing, and a transfer back undoes the first. A use of a coupon that was counted for the
    /// former customer is no longer counted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a purchase that has no customer, is a
    /// return, was cancelled, or has been returned, or whose customer was merged into another member.
    pub async fn move_purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
        to: MemberId,
        now: Instant,
    ) -> Result<StoredPurchase, StoreError> {
        retry(|_| async move {
            let mut record = self.purchase_record(scope, receipt).await?;
            let mut receiver = self.account(scope, to, Consistency::Strong).await?;
            let before = record.read(scope, receipt.clone())?;
            let Some(from) = record.member()? else {
                return Err(Conflict::MoveAnonymousSale.into());
            };
            if from == receiver.member {
                return Ok(Attempt::Done(before));
            }
            if let Some(conflict) = transfer_conflict(&before) {
                return Err(conflict.into());
            }
            let mut giver = self.account(scope, from, Consistency::Strong).await?;
            if giver.member == receiver.member {
                return Ok(Attempt::Done(before));
            }
            if giver.member != from {
                return Err(Conflict::CustomerMerged.into());
            }
            let used_at = before.purchase.sold_at().min(now);
            let gift = activate_by_use(scope, &mut receiver, used_at, now)?;
            let taken = ledger::move_sale(
                &mut giver.account,
                &mut receiver.account,
                &before.purchase,
                (Points::new(record.points), record.points_reversed()),
                &scope.settings.programmes,
            );
            receiver.account.not_active_after(now);
            let today = Day::at(now, scope.zone_of(&receipt.establishment));
            let balance = receiver.account.balance_on(today, &scope.settings.programmes);
            let read = record.unchanged();
            record.member = Some(receiver.member.to_string());
            record.set_balance(balance.available, balance.pending);
            let transfer = Transfer { scope, receipt, at: now };
            let (from, to) = (giver.member, receiver.member);
            let mut transaction = self.transaction();
            transaction.add(read.guard(Write::put(&record.uncounted())?));
            transaction.add(giver.put(scope)?);
            transaction.add(receiver.put(scope)?);
            if let Some(gift) = gift {
                transaction.add(gift);
            }
            transaction.add(transfer.entry(MOVED_AWAY, from, to, taken.forgiven)?);
            transaction.add(transfer.entry(MOVED_HERE, to, from, Points::ZERO)?);
            for redeemed in redeemed_offers(&record.redeemed).filter(|one| one.of_member) {
                self.uncount(&mut transaction, scope, from, redeemed.offer).await?;
            }
            let outcome = transaction.commit().await?;
            Ok(outcome.done(record.read(scope, receipt.clone())?))
        })
        .await
    }

    /// Whether a sale of `sold_at` was moved from a member to another one, as the entries of the member's ledger
    /// since then say: 1 strong query for each MB of these entries, until the entry is found.
    pub(crate) async fn was_moved_away(
        &self,
        scope: &Scope,
        member: MemberId,
        (receipt, sold_at): (&Receipt, Instant),
    ) -> Result<bool, StoreError> {
        let sale = keys::purchase(scope.tenant(), receipt).pk;
        let since = sold_at.saturating_sub(CLOCK_AHEAD).unwrap_or(Instant::MIN);
        let mut entries = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::member_rows(scope.tenant(), member)),
            )
            .expression_attribute_values(":from", attributes::text(keys::ledger_since(since)))
            .expression_attribute_values(":to", attributes::text(keys::LEDGER_END))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(entry) = entries.next().await {
            let entry = entry.map_err(StoreError::unavailable)?;
            let entry: Departure = items::from_item(entry, "ledger")?;
            if entry.kind.as_deref() == Some(MOVED_AWAY) && entry.purchase.as_ref() == Some(&sale) {
                return Ok(true);
            }
        }
        Ok(false)
    }
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
