//! What may follow a sale: its goods come back, it is cancelled, it is attached to its customer.

use crate::member::read::put_account;
use crate::purchase::item::{Effect, PurchaseRecord};
use crate::purchase::read::Holder;
use crate::table::items::{self, Transaction};
use crate::table::keys::Key;
use crate::table::retry;
use crate::{Consistency, Scope, Store, StoreError, StoredPurchase};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ledger::{self, SaleInForce, Undone};
use domain::{Cents, Day, Instant, MemberId, Points, PurchaseError, PurchaseKind, Receipt};

/// A sale that a return names, as it was read: written back on condition that nothing came between.
pub(crate) struct NamedSale {
    key: Key,
    pub(crate) sale: SaleInForce,
    returned_before: Cents,
}

impl NamedSale {
    pub(crate) fn put(&self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let condition = if self.returned_before == Cents::ZERO {
            "attribute_not_exists(cancelled_at) AND (attribute_not_exists(returned) OR returned = :before)"
        } else {
            "attribute_not_exists(cancelled_at) AND returned = :before"
        };
        items::update(
            table,
            &self.key,
            "SET returned = :returned, points_taken = :points_taken",
            condition,
            vec![
                (":before", items::number(self.returned_before.get())),
                (":returned", items::number(self.sale.returned.get())),
                (":points_taken", items::number(self.sale.points_taken.get())),
            ],
        )
    }
}

fn named(record: &PurchaseRecord, receipt: &Receipt) -> Result<NamedSale, StoreError> {
    let returned = Cents::new(record.returned.unwrap_or_default());
    Ok(NamedSale {
        key: record.key(),
        sale: SaleInForce {
            member: record.member()?,
            day: receipt.day,
            total: Cents::new(record.total),
            points: Points::new(record.points),
            returned,
            points_taken: Points::new(record.points_taken.unwrap_or_default()),
        },
        returned_before: returned,
    })
}

impl Store {
    pub(crate) async fn named_sale(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<NamedSale, StoreError> {
        let record = match self.purchase_record(scope, receipt).await {
            Err(StoreError::NotFound(_)) => Err(PurchaseError::ReturnedSaleUnknown.into()),
            read => read,
        }?;
        let is_return = matches!(record.content()?.kind, PurchaseKind::Return { .. });
        if is_return || record.cancelled_at.is_some() {
            return Err(PurchaseError::ReturnedSaleNotInForce.into());
        }
        named(&record, receipt)
    }

    /// Cancels a purchase: its points go back the way they came, and its coupons can be used again. 2
    /// round trips and 1 transaction of
    /// 2 or 3 items. Cancelling again changes nothing and answers as the first time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a sale of which goods came back.
    pub async fn cancel_purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
        now: Instant,
    ) -> Result<StoredPurchase, StoreError> {
        for attempt in 0..retry::ATTEMPTS {
            let mut record = self.purchase_record(scope, receipt).await?;
            if record.cancelled_at.is_some() {
                return record.read(scope, receipt.clone());
            }
            if record.returned.unwrap_or_default() > 0 {
                return Err(StoreError::Conflict(
                    "goods of this sale came back: cancel the return first",
                ));
            }
            let content = record.content()?;
            let cancelled_at = items::instant_text(now);
            let forgiven_before = Points::new(record.forgiven.unwrap_or_default());
            let mut actions = vec![];
            let (total, points) = (Cents::new(record.total), Points::new(record.points));
            let (mut given_on, mut forgiven) = (receipt.day, forgiven_before);
            if let PurchaseKind::Return { of: Some(sale) } = &content.kind {
                let sold = self.purchase_record(scope, sale).await?;
                let mut sold = named(&sold, sale)?;
                sold.sale.returned = sold.sale.returned - total;
                sold.sale.points_taken += points - forgiven_before;
                given_on = sale.day;
                actions.push(sold.put(&self.table)?);
            }
            if let Some(member) = record.member()? {
                let (id, mut account, version) =
                    self.account(scope, member, Consistency::Strong).await?;
                let (kind, day) = (&content.kind, receipt.day);
                let undone = Undone { kind, day, earned_on: given_on, total, points };
                let programmes = &scope.settings.programmes;
                let taken_back = ledger::cancel(&mut account, &undone, programmes);
                if matches!(kind, PurchaseKind::Sale) {
                    forgiven = taken_back.forgiven;
                }
                actions.push(put_account(self, scope, id, &account, Some(version))?);
            }
            actions.extend(self.release_coupons(scope, &record, &content.coupons).await?);
            actions.push(items::update(
                &self.table,
                &record.key(),
                "SET cancelled_at = :now, forgiven = :forgiven",
                "attribute_exists(pk) AND attribute_not_exists(cancelled_at) AND fingerprint = :fingerprint \
                 AND (attribute_not_exists(returned) OR returned = :zero)",
                vec![
                    (":now", items::text(cancelled_at.clone())),
                    (":forgiven", items::number(forgiven.get())),
                    (":zero", items::number(0)),
                    (
                        ":fingerprint",
                        aws_sdk_dynamodb::types::AttributeValue::B(
                            record.fingerprint.clone().into(),
                        ),
                    ),
                ],
            )?);
            match self.transact(actions).await? {
                Transaction::Committed => {
                    record.cancelled_at = Some(cancelled_at);
                    return record.read(scope, receipt.clone());
                }
                Transaction::Cancelled(_) => retry::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }

    /// Attaches a sale that was nobody's to its customer, who gets its points by the programme of its
    /// day. 2 round trips and 1 transaction of 2 items. Attaching again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a purchase that has a customer, is a
    /// return, was cancelled, or of which goods came back.
    pub async fn attach_purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
        member: MemberId,
        now: Instant,
    ) -> Result<StoredPurchase, StoreError> {
        for attempt in 0..retry::ATTEMPTS {
            let mut record = self.purchase_record(scope, receipt).await?;
            let holder = self.holder_of(scope, member, Consistency::Strong).await?;
            let Holder::Member { id, mut account, version, birth_month } = holder else {
                return Err(StoreError::NotFound("member"));
            };
            if let Some(owner) = record.member()? {
                let owner = self.account(scope, owner, Consistency::Strong).await?.0;
                return if owner == id {
                    record.read(scope, receipt.clone())
                } else {
                    Err(StoreError::Conflict("this receipt is another customer's"))
                };
            }
            let stored = record.read(scope, receipt.clone())?;
            if let Some(why) = not_attachable(&stored) {
                return Err(StoreError::Conflict(why));
            }
            let context = scope.context_at(&receipt.establishment, birth_month);
            let earning = ledger::enter_sale(&mut account, &stored.purchase, &context);
            let today = Day::at(now, context.zone);
            let balance = account.balance_on(today, context.programmes);
            let nobody = record.member.replace(id.to_string()).unwrap_or_default();
            record.instant = Some(items::instant_text(stored.purchase.sold_at()));
            record.affect(&Effect {
                points: earning.total(),
                parts: earning.parts,
                balance: balance.available,
                pending: balance.pending,
                ..Effect::default()
            });
            let actions = vec![
                items::put_named(
                    &self.table,
                    items::to_item(&record)?,
                    "#member = :nobody AND attribute_not_exists(cancelled_at) \
                     AND attribute_not_exists(returned) AND fingerprint = :fingerprint",
                    ("#member", "member"),
                    vec![
                        (":nobody", items::text(nobody)),
                        (
                            ":fingerprint",
                            aws_sdk_dynamodb::types::AttributeValue::B(
                                record.fingerprint.clone().into(),
                            ),
                        ),
                    ],
                )?,
                put_account(self, scope, id, &account, Some(version))?,
            ];
            match self.transact(actions).await? {
                Transaction::Committed => return record.read(scope, receipt.clone()),
                Transaction::Cancelled(_) => retry::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }
}

fn not_attachable(stored: &StoredPurchase) -> Option<&'static str> {
    if stored.cancelled_at.is_some() {
        Some("this receipt was cancelled")
    } else if matches!(stored.purchase.kind(), PurchaseKind::Return { .. }) {
        Some("a return cannot be attached: attach its sale before the goods come back")
    } else if stored.returned > Cents::ZERO {
        Some("goods of this sale came back: it can no longer be attached")
    } else {
        None
    }
}
