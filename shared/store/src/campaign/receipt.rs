//! The provider's receipts. One transaction sets the new state in the row of a message, and changes
//! the campaign's figures.

use crate::campaign::figures::{signed, tally};
use crate::table::attributes;
use crate::table::items::Item;
use crate::table::keys;
use crate::table::retry::retry_rest;
use crate::table::tenant::Tenant;
use crate::table::transaction::{Slot, Transaction, TransactionOutcome};
use crate::table::write::Write;
use crate::{Store, StoreError};
use domain::{CampaignId, Channel, MemberId};
use std::ops::ControlFlow;

/// The most receipts of one transaction. A transaction has at most 100 writes, and one of the
/// writes is for the figures.
const MOST_RECEIPTS: usize = 99;

/// The state of a message to one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// Accepted by the provider, or about to be sent to the provider.
    Sent,
    /// Refused by the provider.
    Refused,
    /// Delivered.
    Delivered,
    /// Returned by the address.
    Bounced,
    /// Refused by the address this time.
    SoftBounced,
    /// Given up by the provider.
    Failed,
}

impl MessageState {
    const ALL: [Self; 6] = [
        Self::Sent,
        Self::Refused,
        Self::Delivered,
        Self::Bounced,
        Self::SoftBounced,
        Self::Failed,
    ];

    /// The state with a stored word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::SoftBounced => "soft_bounced",
            Self::Failed => "failed",
        }
    }

    /// Whether the row is in this state.
    pub(crate) fn is_of(self, row: &Item) -> bool {
        row.get("state") == Some(&attributes::text(self.as_str()))
    }

    /// Whether this state replaces a soft bounce: providers report in any order, and some try again
    /// after a soft bounce.
    const fn overtakes_a_soft_bounce(self) -> bool {
        matches!(self, Self::Delivered | Self::Bounced)
    }
}

/// A receipt for the message of a campaign to one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageReceipt {
    /// The recipient.
    pub member: MemberId,
    /// The new state of the message.
    pub state: MessageState,
}

/// What became of receipts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RecordedReceipts {
    /// The number of changed rows.
    pub changed: usize,
    /// The members of receipts who have no row of the campaign: it sent them nothing.
    pub without_message: Vec<MemberId>,
}

/// A change of the state of a row.
struct Receipt {
    member: MemberId,
    state: MessageState,
    /// The state that the row is expected to have.
    over: MessageState,
}

impl Store {
    /// Records receipts for messages of one campaign, up to 99 in a transaction. Each receipt costs
    /// 2 write units, and the figures cost 2 for each transaction. A receipt that is known already,
    /// or that is older than the state of the row, changes nothing, and a member without a row does
    /// not hold up the others. A row is written before its message is sent, so a member who has none
    /// when the receipt comes was sent nothing.
    pub async fn record_receipts(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        received: &[MessageReceipt],
    ) -> Result<RecordedReceipts, StoreError> {
        let mut recorded = RecordedReceipts::default();
        for part in received.chunks(MOST_RECEIPTS) {
            let RecordedReceipts { changed, without_message } =
                self.some_receipts(tenant, campaign, part).await?;
            recorded.changed += changed;
            recorded.without_message.extend(without_message);
        }
        Ok(recorded)
    }

    async fn some_receipts(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        received: &[MessageReceipt],
    ) -> Result<RecordedReceipts, StoreError> {
        let mut left: Vec<Receipt> = Vec::with_capacity(received.len());
        for MessageReceipt { member, state } in received {
            match left.iter_mut().find(|known| known.member == *member) {
                None => {
                    left.push(Receipt { member: *member, state: *state, over: MessageState::Sent });
                }
                Some(known)
                    if known.state == MessageState::SoftBounced
                        && state.overtakes_a_soft_bounce() =>
                {
                    known.state = *state;
                }
                Some(_) => {}
            }
        }
        retry_rest((left, Vec::new()), |(left, mut without_message)| async move {
            if left.is_empty() {
                return Ok(ControlFlow::Break(RecordedReceipts { changed: 0, without_message }));
            }
            let mut transaction = self.transaction();
            move_messages(&mut transaction, tenant, campaign, &left);
            match transaction.commit().await? {
                TransactionOutcome::Committed => {
                    let changed = left.len();
                    Ok(ControlFlow::Break(RecordedReceipts { changed, without_message }))
                }
                TransactionOutcome::Cancelled(cancelled) => {
                    let mut moved = Vec::with_capacity(left.len());
                    for (place, mut receipt) in left.into_iter().enumerate() {
                        let slot = Slot::Message(place);
                        match cancelled.stored(slot) {
                            Some(row) => {
                                receipt.over = MessageState::SoftBounced;
                                if MessageState::SoftBounced.is_of(row)
                                    && receipt.state.overtakes_a_soft_bounce()
                                {
                                    moved.push(receipt);
                                }
                            }
                            None if cancelled.failed(slot) => without_message.push(receipt.member),
                            None => moved.push(receipt),
                        }
                    }
                    Ok(ControlFlow::Continue((moved, without_message)))
                }
            }
        })
        .await
    }

    /// Records that the provider refused a recipient: 2 write units.
    pub(crate) async fn refuse_message(
        &self,
        tenant: Tenant,
        member: MemberId,
        campaign: CampaignId,
    ) -> Result<(), StoreError> {
        let update = Write::update(&keys::message(tenant, member, campaign), "SET #state = :state")
            .if_present()
            .name("#state", "state")
            .value(":state", attributes::text(MessageState::Refused.as_str()));
        self.transact_one(update).await?;
        Ok(())
    }

    /// Whether a member was ever sent a message on a channel: 1 strong query of the member's rows, a read
    /// unit for some forty of them.
    pub async fn was_messaged(
        &self,
        tenant: Tenant,
        member: MemberId,
        channel: Channel,
    ) -> Result<bool, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :message)")
            .expression_attribute_values(":pk", attributes::text(keys::member_rows(tenant, member)))
            .expression_attribute_values(":message", attributes::text(keys::MESSAGE_PREFIX))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            if item.get("channel") == Some(&attributes::text(channel.as_str())) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Adds the writes of receipts and of their effect on the campaign's figures.
fn move_messages(
    transaction: &mut Transaction<'_>,
    tenant: Tenant,
    campaign: CampaignId,
    receipts: &[Receipt],
) {
    for (place, receipt) in receipts.iter().enumerate() {
        let key = keys::message(tenant, receipt.member, campaign);
        let update = Write::update(&key, "SET #state = :state")
            .condition("#state = :over")
            .name("#state", "state")
            .value(":state", attributes::text(receipt.state.as_str()))
            .value(":over", attributes::text(receipt.over.as_str()))
            .returning_stored();
        transaction.add_in(Slot::Message(place), update);
    }
    let count = |wanted: &dyn Fn(&Receipt) -> bool| {
        signed(u64::try_from(receipts.iter().filter(|one| wanted(one)).count()).unwrap_or(0))
    };
    let of = |state| count(&|receipt| receipt.state == state);
    // A replaced soft bounce was counted as failed, so the count of failed messages goes down.
    let overtaken = count(&|receipt| receipt.over == MessageState::SoftBounced);
    let failed = of(MessageState::Failed) + of(MessageState::SoftBounced) - overtaken;
    let first = receipts.first().map(|receipt| receipt.member);
    transaction.add(tally(
        tenant,
        campaign,
        &first,
        &[
            ("delivered", of(MessageState::Delivered)),
            ("bounced", of(MessageState::Bounced)),
            ("failed", failed),
        ],
    ));
}
