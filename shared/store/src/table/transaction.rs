//! Transactions: writes that DynamoDB carries out together or not at all. Each write costs 2 write
//! units for each KB.
//!
//! When DynamoDB cancels a transaction, it gives a reason for each write, by position. A write
//! whose reason matters is added in a [`Slot`], and the [`Cancellation`] answers by slot. No caller
//! counts positions.

use crate::table::attributes::number;
use crate::table::items::{Item, key_item};
use crate::table::keys::Key;
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Store, StoreError};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, ConditionCheck, TransactWriteItem};

/// The role of a write in its transaction. After a cancellation, the caller asks whether the write of a
/// role failed. Writes may share a role: then the role failed where one of its writes failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A purchase that is recorded.
    Purchase,
    /// The entry that leads from a mobile to its member.
    Mobile,
    /// The entry that leads from a card to its member.
    Card,
    /// The check that a member exists.
    Member,
    /// A coupon that is created, changed or withdrawn.
    Coupon,
    /// A coupon that a purchase uses, by its place among the coupons of the purchase.
    UsedCoupon(usize),
    /// The count of a member's uses of the offer of that coupon.
    MemberUses(usize),
    /// The count of what was given of a reward.
    RewardStock,
    /// The count of what a member was given of a reward.
    MemberReward,
    /// The stored answer to a keyed request.
    Answer,
    /// A message, by the place of its delivery report in the transaction.
    Message(usize),
    /// The state of a campaign's batch.
    Sending,
    /// The entry that says which provider an account belongs to.
    AccountProvider,
    /// The check that a merchant has launched no campaign.
    FirstCampaign,
    /// The entry that leads from the operator's reference to its merchant.
    Reference,
}

/// A transaction that is being built: at most 100 writes.
#[must_use = "a transaction writes nothing before it is committed"]
pub struct Transaction<'a> {
    store: &'a Store,
    actions: Vec<Action>,
}

struct Action {
    slot: Option<Slot>,
    kind: Kind,
}

enum Kind {
    Write(Write),
    /// A check that writes nothing, and its condition.
    Check(Key, &'static str),
    /// A check of the stored version, or of the absence of an item.
    CheckVersion(Key, Option<u64>),
}

/// The result of a transaction.
#[derive(Debug)]
pub enum TransactionOutcome {
    /// Every write was carried out.
    Committed,
    /// Nothing was written.
    Cancelled(Cancellation),
}

/// Why a transaction was cancelled.
#[derive(Debug)]
pub struct Cancellation {
    reasons: Vec<(Option<Slot>, Reason)>,
}

/// Why DynamoDB did not carry out one write.
#[derive(Debug)]
enum Reason {
    /// Another write of the transaction is the cause.
    NotTheCause,
    /// The condition did not hold. The value is the stored item, where the write asks for the item
    /// and an item is stored.
    Condition(Option<Item>),
    /// Another transaction was writing the item.
    Conflict,
}

impl Store {
    /// An empty transaction.
    pub fn transaction(&self) -> Transaction<'_> {
        Transaction { store: self, actions: vec![] }
    }

    /// Sends one write as a transaction: 1 round trip, 2 write units for each KB. `false` where the condition of the
    /// write did not hold. Use it where a repeated call must not write twice: the SDK repeats a call whose answer was
    /// lost, and DynamoDB recognises the token of a transaction. [`Store::write`] has no token and costs half as much.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where other transactions were writing the item at each attempt.
    pub(crate) async fn transact_one(&self, write: Write) -> Result<bool, StoreError> {
        let write = &write;
        retry(|_| async move {
            let mut transaction = self.transaction();
            transaction.add(write.clone());
            Ok(match transaction.commit().await? {
                TransactionOutcome::Committed => Attempt::Done(true),
                TransactionOutcome::Cancelled(cancelled) if cancelled.any_failed() => {
                    Attempt::Done(false)
                }
                TransactionOutcome::Cancelled(_) => Attempt::Again,
            })
        })
        .await
    }
}

impl Transaction<'_> {
    /// Adds a write without a slot.
    pub(crate) fn add(&mut self, write: Write) {
        self.actions.push(Action { slot: None, kind: Kind::Write(write) });
    }

    /// Adds a write in a slot.
    pub(crate) fn add_in(&mut self, slot: Slot, write: Write) {
        self.actions.push(Action { slot: Some(slot), kind: Kind::Write(write) });
    }

    /// Adds a check that writes nothing. The check cancels the transaction where no item is stored
    /// under the key.
    pub(crate) fn check_present(&mut self, slot: Slot, key: Key) {
        self.check(slot, key, "attribute_exists(pk)");
    }

    /// As [`Transaction::check_present`], where an item is stored under the key.
    pub(crate) fn check_absent(&mut self, slot: Slot, key: Key) {
        self.check(slot, key, "attribute_not_exists(pk)");
    }

    /// As [`Transaction::check_present`], for a person who is a member: a tombstone cancels the transaction too.
    pub(crate) fn check_member(&mut self, person: Key) {
        let condition = "attribute_exists(pk) AND attribute_not_exists(erased_on)";
        self.check(Slot::Member, person, condition);
    }

    fn check(&mut self, slot: Slot, key: Key, condition: &'static str) {
        self.actions.push(Action { slot: Some(slot), kind: Kind::Check(key, condition) });
    }

    /// Adds a check that writes nothing. The check cancels the transaction where the stored item has not
    /// this version, or, without a version, where an item is stored.
    pub(crate) fn check_version(&mut self, key: Key, version: Option<u64>) {
        self.actions.push(Action { slot: None, kind: Kind::CheckVersion(key, version) });
    }

    /// Adds the writes of another transaction.
    pub(crate) fn append(&mut self, other: Self) {
        self.actions.extend(other.actions);
    }

    /// The number of writes.
    #[must_use]
    pub const fn writes(&self) -> usize {
        self.actions.len()
    }

    /// Sends the transaction: 1 round trip. A cancellation for a condition or a conflict is an
    /// outcome, and not an error.
    pub async fn commit(self) -> Result<TransactionOutcome, StoreError> {
        let Self { store, actions } = self;
        let slots: Vec<Option<Slot>> = actions.iter().map(|action| action.slot).collect();
        let actions = actions.into_iter().map(|action| action.kind.into_action(&store.table));
        let actions = actions.collect::<Result<Vec<_>, _>>()?;
        let call = store.client.transact_write_items().set_transact_items(Some(actions));
        match call.send().await {
            Ok(_) => Ok(TransactionOutcome::Committed),
            Err(SdkError::ServiceError(error)) => match error.into_err() {
                TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                    let reasons = cancelled.cancellation_reasons.unwrap_or_default();
                    Cancellation::read(slots, reasons).map(TransactionOutcome::Cancelled)
                }
                other => Err(StoreError::unavailable(other)),
            },
            Err(other) => Err(StoreError::unavailable(other)),
        }
    }
}

impl Kind {
    fn into_action(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        match self {
            Self::Write(write) => write.into_action(table),
            Self::Check(key, condition) => {
                let check = ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key_item(&key)))
                    .condition_expression(condition)
                    .build()
                    .map_err(StoreError::unavailable)?;
                Ok(TransactWriteItem::builder().condition_check(check).build())
            }
            Self::CheckVersion(key, version) => {
                let check = ConditionCheck::builder().table_name(table);
                let check = check.set_key(Some(key_item(&key)));
                let check = match version {
                    Some(version) => check
                        .condition_expression("v = :v")
                        .expression_attribute_values(":v", number(version)),
                    None => check.condition_expression("attribute_not_exists(pk)"),
                };
                let check = check.build().map_err(StoreError::unavailable)?;
                Ok(TransactWriteItem::builder().condition_check(check).build())
            }
        }
    }
}

impl TransactionOutcome {
    /// Whether every write was carried out.
    #[must_use]
    pub const fn is_committed(&self) -> bool {
        matches!(self, Self::Committed)
    }

    /// [`Attempt::Done`] with this result where the transaction was committed, otherwise
    /// [`Attempt::Again`].
    pub(crate) fn done<T>(self, result: T) -> Attempt<T> {
        match self {
            Self::Committed => Attempt::Done(result),
            Self::Cancelled(_) => Attempt::Again,
        }
    }
}

impl Cancellation {
    fn read(
        slots: Vec<Option<Slot>>,
        reasons: Vec<CancellationReason>,
    ) -> Result<Self, StoreError> {
        let reasons = slots.into_iter().zip(reasons).map(|(slot, reason)| {
            let reason = match reason.code.as_deref() {
                None | Some("None") => Reason::NotTheCause,
                Some("ConditionalCheckFailed") => {
                    Reason::Condition(reason.item.filter(|item| !item.is_empty()))
                }
                Some(
                    "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded",
                ) => Reason::Conflict,
                Some(_) => return Err(StoreError::Corrupt("transaction")),
            };
            Ok((slot, reason))
        });
        Ok(Self { reasons: reasons.collect::<Result<_, _>>()? })
    }

    /// Whether the condition of a write in the slot did not hold.
    pub(crate) fn failed(&self, slot: Slot) -> bool {
        self.conditions().any(|(failed, _)| failed == Some(slot))
    }

    /// Whether the condition of any write did not hold. Otherwise the cause was a conflict with
    /// other transactions.
    pub(crate) fn any_failed(&self) -> bool {
        self.conditions().next().is_some()
    }

    /// The stored item of a write in the slot whose condition did not hold, where the write asks
    /// for the item. `None` also where no item is stored.
    pub(crate) fn stored(&self, slot: Slot) -> Option<&Item> {
        self.conditions().filter(|(failed, _)| *failed == Some(slot)).find_map(|(_, item)| item)
    }

    fn conditions(&self) -> impl Iterator<Item = (Option<Slot>, Option<&Item>)> {
        self.reasons.iter().filter_map(|(slot, reason)| match reason {
            Reason::Condition(item) => Some((*slot, item.as_ref())),
            Reason::NotTheCause | Reason::Conflict => None,
        })
    }
}
