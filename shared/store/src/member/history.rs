//! The history of a member, newest first: purchases, including the cancelled purchases, and all
//! other events.

use crate::coupon::member_coupon::{GivenCoupon, MemberCouponRecord};
use crate::ledger::entry::EntryRecord;
use crate::member::card::{CARD_BLOCKED, CARD_REPLACED, CARD_UNBLOCKED, CardRecord};
use crate::member::correction_entry::{CORRECTION, CorrectionRecord};
use crate::member::merge::{MERGE, MergeRecord};
use crate::member::unmerge::{UNMERGE, UnmergeRecord};
use crate::purchase::item::PurchaseRecord;
use crate::purchase::transfer::{MOVED_AWAY, MOVED_HERE, TransferRecord};
use crate::reward::redemption_item::{REDEMPTION, RedemptionRecord};
use crate::table::attributes::{self, member_id};
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::{Scope, Store, StoreError, StoredPurchase};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ledger::entry::LedgerEntry;
use domain::{CouponCode, Credential, Instant, MemberId, OfferId, Points, Receipt, Redemption};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// An event of a member's history.
#[derive(Clone)]
pub enum HistoryEntry {
    /// A purchase, which may have been cancelled since.
    Purchase(Box<StoredPurchase>),
    /// Points given or taken without a purchase.
    Ledger {
        /// The entry.
        entry: Box<LedgerEntry>,
        /// The credential that made the entry.
        by: Credential,
    },
    /// Points spent, which may have been given back since.
    Redemption {
        /// The redemption and its state.
        redemption: Box<Redemption>,
        /// The credential that requested the redemption.
        by: Credential,
        /// The credential that fulfilled or cancelled the redemption.
        changed_by: Option<Credential>,
    },
    /// Another member was merged into this one.
    Merged {
        /// The absorbed member. `None` once that member is erased.
        absorbed: Option<MemberId>,
        /// The points of gifts that both members had, and that the merge took back: zero or less.
        points: Points,
        /// When they were merged.
        at: Instant,
        /// The credential that asked.
        by: Credential,
    },
    /// A merge of this member and another one was undone.
    Unmerged {
        /// The other member. `None` once that member is erased.
        other: Option<MemberId>,
        /// Points that the absorbed member had contributed and that were spent: positive for the
        /// survivor, negative for the absorbed member.
        points: Points,
        /// When the merge was undone.
        at: Instant,
        /// The credential that asked.
        by: Credential,
    },
    /// A sale was moved, because it had been recorded for the wrong customer.
    Moved {
        /// The receipt of the sale. `None` once the member that the sale went to is erased.
        receipt: Option<Receipt>,
        /// `true` where this member received the sale, `false` where this member lost the sale.
        here: bool,
        /// The member that the sale came from, or went to. `None` once that member is erased.
        other: Option<MemberId>,
        /// Points of the sale that this member had spent already. These points are forgiven.
        points: Points,
        /// When the sale was moved.
        at: Instant,
        /// The credential that asked.
        by: Credential,
    },
    /// The merchant gave the member a coupon.
    CouponGiven {
        /// The code of the coupon.
        code: CouponCode,
        /// The offer of the coupon.
        offer: OfferId,
        /// When the coupon was given.
        at: Instant,
        /// The credential that gave the coupon.
        by: Credential,
    },
    /// The person's data were corrected, or the mobile was changed.
    Changed {
        /// The names of the fields that were changed.
        fields: Vec<String>,
        /// When the fields were changed.
        at: Instant,
        /// The credential that asked.
        by: Credential,
    },
    /// A step about the member's card.
    Card {
        /// The step.
        step: CardEvent,
        /// When the step was taken.
        at: Instant,
        /// The credential that asked.
        by: Credential,
    },
}

/// A step about a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardEvent {
    /// The card was blocked as lost.
    Blocked,
    /// The card was unblocked.
    Unblocked,
    /// The card was replaced by another one.
    Replaced,
}

/// A page of a history.
pub struct HistoryPage {
    /// The events, newest first.
    pub entries: Vec<HistoryEntry>,
    /// The places after which the next page begins, one for each member of the history.
    pub next: Option<BTreeMap<String, HistoryKey>>,
}

/// A place in a member's history: the key of an entry of the index. A key that DynamoDB would
/// refuse is refused when it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnyKey")]
pub struct HistoryKey {
    pk: String,
    sk: String,
    instant: String,
}

impl HistoryKey {
    pub(crate) fn key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }
}

#[derive(Deserialize)]
struct AnyKey {
    pk: String,
    sk: String,
    instant: String,
}

impl TryFrom<AnyKey> for HistoryKey {
    type Error = StoreError;

    fn try_from(AnyKey { pk, sk, instant }: AnyKey) -> Result<Self, StoreError> {
        attributes::instant_of(&instant)?;
        let fits = (1..=2048).contains(&pk.len()) && (1..=1024).contains(&sk.len());
        if fits { Ok(Self { pk, sk, instant }) } else { Err(StoreError::Corrupt("history")) }
    }
}

impl Store {
    /// A page of the history of a member and of the members who were merged into it: 1 query of the
    /// index for each member (half a read unit for about 20 entries), and half a read unit for each
    /// entry.
    pub async fn history(
        &self,
        scope: &Scope,
        member: MemberId,
        after: &BTreeMap<String, HistoryKey>,
        limit: usize,
    ) -> Result<HistoryPage, StoreError> {
        let person = self.member(scope, member).await?.person;
        let members = std::iter::once(person.id).chain(person.absorbed.iter().copied());
        let pages = members.map(|id| {
            let id = id.to_string();
            let after = after.get(&id);
            self.index_page(id, after, limit)
        });
        let pages = futures::future::try_join_all(pages).await?;
        let mut found: Vec<(String, HistoryKey)> = pages.into_iter().flatten().collect();
        // The sort is stable: entries of one instant stay in the order of the index, which the next
        // page needs.
        found.sort_by(|(_, a), (_, b)| b.instant.cmp(&a.instant));
        let more = found.len() > limit;
        found.truncate(limit);
        let next = more.then(|| {
            let mut next = after.clone();
            next.extend(found.iter().cloned());
            next
        });
        let keys: Vec<Key> = found.iter().map(|(_, place)| place.key()).collect();
        let mut items: BTreeMap<(String, String), Item> = BTreeMap::new();
        for item in self.get_items(&keys).await? {
            let key: Key = items::from_item(item.clone(), "history")?;
            items.insert((key.pk, key.sk), item);
        }
        let entries = keys
            .into_iter()
            .filter_map(|key| Some((items.remove(&(key.pk.clone(), key.sk.clone()))?, key)))
            .map(|(item, key)| entry_of(scope, &key, item))
            .collect::<Result<_, _>>()?;
        Ok(HistoryPage { entries, next })
    }

    /// The latest entries of the index `history` under a member or a bucket, and one more than `limit`
    /// where there are more: 1 query.
    pub(crate) async fn index_page(
        &self,
        id: String,
        after: Option<&HistoryKey>,
        limit: usize,
    ) -> Result<Vec<(String, HistoryKey)>, StoreError> {
        let start = after.map(|key| {
            HashMap::from([
                ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
                ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
                ("member".to_owned(), AttributeValue::S(id.clone())),
                ("instant".to_owned(), AttributeValue::S(key.instant.clone())),
            ])
        });
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name("history")
            .key_condition_expression("#member = :member")
            .expression_attribute_names("#member", "member")
            .expression_attribute_values(":member", attributes::text(id.clone()))
            .scan_index_forward(false)
            // One entry more than the page shows whether there is a next page.
            .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| Ok((id.clone(), items::from_item(item, "history")?)))
            .collect()
    }
}

impl Store {
    /// The keys of every entry of a member: 1 query of the index, half a read unit for about 20
    /// entries.
    pub(crate) async fn history_keys(&self, member: MemberId) -> Result<Vec<Key>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name("history")
            .key_condition_expression("#member = :member")
            .expression_attribute_names("#member", "member")
            .expression_attribute_values(":member", attributes::text(member.to_string()))
            .into_paginator()
            .items()
            .send();
        let mut keys = Vec::new();
        while let Some(item) = pages.next().await {
            keys.push(items::from_item(item.map_err(StoreError::unavailable)?, "history")?);
        }
        Ok(keys)
    }
}

fn entry_of(scope: &Scope, key: &Key, item: Item) -> Result<HistoryEntry, StoreError> {
    if key.sk.starts_with(keys::LEDGER_PREFIX) {
        return ledger_entry_of(item);
    }
    if key.sk.starts_with(keys::MEMBER_COUPON_PREFIX) {
        let record: MemberCouponRecord = items::from_item(item, "coupon")?;
        let GivenCoupon { code, offer, at, by } = record.read()?;
        return Ok(HistoryEntry::CouponGiven { code, offer, at, by });
    }
    let record: PurchaseRecord = items::from_item(item, "purchase")?;
    let receipt = keys::receipt_at(&key.pk).ok_or(StoreError::Corrupt("purchase"))?;
    Ok(HistoryEntry::Purchase(Box::new(record.read(scope, receipt)?)))
}

fn ledger_entry_of(item: Item) -> Result<HistoryEntry, StoreError> {
    let kind = item.get("kind").and_then(|kind| kind.as_s().ok()).cloned().unwrap_or_default();
    let step = match kind.as_str() {
        REDEMPTION => {
            let record: RedemptionRecord = items::from_item(item, "redemption")?;
            return Ok(HistoryEntry::Redemption {
                redemption: Box::new(record.read()?),
                by: record.by,
                changed_by: record.changed_by,
            });
        }
        MERGE => {
            let record: MergeRecord = items::from_item(item, "ledger")?;
            return Ok(HistoryEntry::Merged {
                absorbed: record.absorbed.as_deref().map(member_id).transpose()?,
                points: Points::new(record.points),
                at: attributes::instant_of(&record.instant)?,
                by: record.by,
            });
        }
        UNMERGE => {
            let record: UnmergeRecord = items::from_item(item, "ledger")?;
            return Ok(HistoryEntry::Unmerged {
                other: record.other.as_deref().map(member_id).transpose()?,
                points: Points::new(record.points),
                at: attributes::instant_of(&record.instant)?,
                by: record.by,
            });
        }
        MOVED_AWAY | MOVED_HERE => {
            let record: TransferRecord = items::from_item(item, "ledger")?;
            return Ok(HistoryEntry::Moved {
                receipt: record.receipt()?,
                here: kind == MOVED_HERE,
                other: record.other.as_deref().map(member_id).transpose()?,
                points: Points::new(record.points),
                at: attributes::instant_of(&record.instant)?,
                by: record.by,
            });
        }
        CORRECTION => {
            let record: CorrectionRecord = items::from_item(item, "ledger")?;
            return Ok(HistoryEntry::Changed {
                at: attributes::instant_of(&record.instant)?,
                fields: record.fields,
                by: record.by,
            });
        }
        CARD_BLOCKED => CardEvent::Blocked,
        CARD_UNBLOCKED => CardEvent::Unblocked,
        CARD_REPLACED => CardEvent::Replaced,
        _ => {
            let record: EntryRecord = items::from_item(item, "ledger")?;
            let by = record.by;
            return Ok(HistoryEntry::Ledger { entry: Box::new(record.read()?), by });
        }
    };
    let record: CardRecord = items::from_item(item, "ledger")?;
    Ok(HistoryEntry::Card { step, at: attributes::instant_of(&record.instant)?, by: record.by })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("M#1#RECEIPT#a", "PURCHASE", "2026-11-24T10:00:00Z", true)]
    #[case("", "PURCHASE", "2026-11-24T10:00:00Z", false)]
    #[case("M#1#RECEIPT#a", "", "2026-11-24T10:00:00Z", false)]
    #[case("M#1#RECEIPT#a", &"S".repeat(1025), "2026-11-24T10:00:00Z", false)]
    #[case("M#1#RECEIPT#a", "PURCHASE", "yesterday", false)]
    fn a_forged_place_in_a_history_is_refused_before_the_table_is_asked(
        #[case] pk: &str,
        #[case] sk: &str,
        #[case] instant: &str,
        #[case] is_one: bool,
    ) {
        let text = serde_json::json!({"pk": pk, "sk": sk, "instant": instant}).to_string();
        assert_eq!(serde_json::from_str::<HistoryKey>(&text).is_ok(), is_one);
    }
}
