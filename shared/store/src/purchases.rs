//! Purchases: the one way into the ledger, for the till and for the file.

use crate::codec::{self, PurchaseContent};
use crate::items::{self, ABSENT, Reason, Transaction};
use crate::keys::{self, Key};
use crate::members::{CARD_TAKEN, NewMember, member_id, put_account};
use crate::returns::NamedSale;
use crate::{Consistency, Contact, Scope, Store, StoreError, backoff};
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    Account, Cents, Instant, Invalid, KeyId, Kind, MemberId, Points, Purchase, Receipt, UploadId,
    ledger,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Purchases that one transaction takes beside a new member's four other items, of the 100 actions
/// that DynamoDB allows.
pub const MOST_PURCHASES_A_GROUP: usize = 95;

/// Where a purchase comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A till, by its key.
    Till(KeyId),
    /// The operator, by hand.
    Operator,
    /// A line of a file.
    File {
        /// Which file.
        upload: UploadId,
        /// The physical line, from 1.
        line: u64,
    },
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Till(key) => write!(f, "T{key}"),
            Self::Operator => f.write_str("O"),
            Self::File { upload, line } => write!(f, "F{upload}:{line}"),
        }
    }
}

impl Source {
    fn parse(text: &str) -> Result<Self, StoreError> {
        let corrupt = StoreError::Corrupt("source");
        if text == "O" {
            Ok(Self::Operator)
        } else if let Some(key) = text.strip_prefix('T') {
            KeyId::parse(key).map(Self::Till).map_err(|_| corrupt)
        } else {
            let file = text.strip_prefix('F').and_then(|file| file.split_once(':'));
            match file.map(|(upload, line)| (UploadId::parse(upload), line.parse())) {
                Some((Ok(upload), Ok(line))) => Ok(Self::File { upload, line }),
                _ => Err(corrupt),
            }
        }
    }

    const fn is_file(self) -> bool {
        matches!(self, Self::File { .. })
    }
}

/// A purchase to be entered.
#[derive(Clone)]
pub struct Entry {
    /// What was sold.
    pub purchase: Purchase,
    /// Who says so.
    pub source: Source,
}

/// Whose purchase it is, as far as the caller knows.
#[derive(Clone)]
pub enum Customer {
    /// Nobody's, until a receipt is attached.
    Nobody,
    /// A member's.
    Member(MemberId),
    /// Of the member who has this contact.
    Contact(Contact),
    /// Of the member who has this mobile, or of this new one.
    Enrol(Box<NewMember>),
}

/// A customer resolved, as [`Store::record_group`] takes it.
#[derive(Clone)]
pub enum Holder {
    /// A member with the account as it was read.
    Member {
        /// Who.
        id: MemberId,
        /// The account.
        account: Account,
        /// Its version.
        version: u64,
    },
    /// Somebody who becomes a member with these purchases.
    New(Box<NewMember>),
}

/// Whether an entry was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was entered now.
    New,
    /// The same had been entered before, from there; nothing was written.
    Known(Source),
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// New or known.
    pub outcome: Outcome,
    /// The member whose account it is in.
    pub member: Option<MemberId>,
    /// The points it gave, below zero for a return.
    pub points: Points,
    /// The balance after it.
    pub balance: Points,
    /// Whether it made its customer a member.
    pub enrolled: bool,
    /// When it was cancelled.
    pub cancelled_at: Option<Instant>,
}

/// A purchase as it is stored.
#[derive(Clone)]
pub struct StoredPurchase {
    /// What was sold.
    pub purchase: Purchase,
    /// Whose it is.
    pub member: Option<MemberId>,
    /// The points it gave, below zero for a return.
    pub points: Points,
    /// The balance after it.
    pub balance: Points,
    /// Who told us.
    pub source: Source,
    /// How much of it has come back.
    pub returned: Cents,
    /// When it was cancelled.
    pub cancelled_at: Option<Instant>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct PurchaseRecord {
    pub(crate) pk: String,
    pub(crate) sk: String,
    /// Whose it is, or nobody's place in the index `history`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) member: Option<String>,
    /// When it was sold: the sort key of the index `history`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instant: Option<String>,
    pub(crate) total: i64,
    pub(crate) points: i64,
    pub(crate) balance: i64,
    #[serde(with = "serde_bytes")]
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) source: String,
    #[serde(with = "serde_bytes")]
    pub(crate) body: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) returned: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) points_taken: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled_at: Option<String>,
    /// `true` where it made its customer a member, so that the same purchase again is answered so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enrolled: Option<bool>,
}

impl PurchaseRecord {
    fn of(
        scope: &Scope,
        entry: &Entry,
        member: Option<MemberId>,
        points: Points,
        balance: Points,
    ) -> Self {
        let purchase = &entry.purchase;
        let Key { pk, sk } = keys::purchase(scope.tenant(), purchase.receipt());
        let body = codec::encode_purchase(purchase);
        Self {
            pk,
            sk,
            member: Some(match member {
                Some(id) => id.to_string(),
                None => keys::nobody(scope.tenant(), purchase.receipt()),
            }),
            instant: Some(items::instant_text(purchase.sold_at())),
            total: purchase.total().get(),
            points: points.get(),
            balance: balance.get(),
            fingerprint: fingerprint(purchase, &body),
            source: entry.source.to_string(),
            body,
            returned: None,
            points_taken: None,
            cancelled_at: None,
            enrolled: None,
        }
    }

    pub(crate) fn key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }

    pub(crate) fn member(&self) -> Result<Option<MemberId>, StoreError> {
        let member = self.member.as_deref().filter(|member| !keys::is_nobody(member));
        member.map(member_id).transpose()
    }

    pub(crate) fn content(&self) -> Result<PurchaseContent, StoreError> {
        codec::decode_purchase(&self.body)
    }

    pub(crate) fn cancelled_at(&self) -> Result<Option<Instant>, StoreError> {
        self.cancelled_at.as_deref().map(items::instant_of).transpose()
    }

    pub(crate) fn read(
        &self,
        scope: &Scope,
        receipt: Receipt,
    ) -> Result<StoredPurchase, StoreError> {
        let content = self.content()?;
        let purchase = Purchase::new(
            scope.settings.merchant.sector,
            receipt,
            content.kind,
            content.sold_at,
            Cents::new(self.total),
            content.lines,
            content.operator,
        )
        .map_err(|_| StoreError::Corrupt("purchase"))?;
        Ok(StoredPurchase {
            purchase,
            member: self.member()?,
            points: Points::new(self.points),
            balance: Points::new(self.balance),
            source: Source::parse(&self.source)?,
            returned: Cents::new(self.returned.unwrap_or_default()),
            cancelled_at: self.cancelled_at()?,
        })
    }

    pub(crate) fn recorded(&self) -> Result<Recorded, StoreError> {
        Ok(Recorded {
            outcome: Outcome::Known(Source::parse(&self.source)?),
            member: self.member()?,
            points: Points::new(self.points),
            balance: Points::new(self.balance),
            enrolled: self.enrolled.unwrap_or_default(),
            cancelled_at: self.cancelled_at()?,
        })
    }

    /// Whether an entry tells the same purchase. Told by the same kind of source, the content must
    /// be the same; a till and a file never write the lines or the second alike, so between them
    /// the same kind and total under one receipt are the same purchase.
    fn is_told_by(&self, entry: &Entry) -> Result<bool, StoreError> {
        let purchase = &entry.purchase;
        if Source::parse(&self.source)?.is_file() == entry.source.is_file() {
            return Ok(self.fingerprint == fingerprint(purchase, &codec::encode_purchase(purchase)));
        }
        let was_return = matches!(self.content()?.kind, Kind::Return { .. });
        let is_return = matches!(purchase.kind(), Kind::Return { .. });
        Ok(was_return == is_return && self.total == purchase.total().get())
    }
}

/// 128 bits of SHA-256 over what a purchase says; the receipt itself is in the key.
fn fingerprint(purchase: &Purchase, body: &[u8]) -> Vec<u8> {
    let digest = Sha256::new()
        .chain_update(purchase.total().get().to_be_bytes())
        .chain_update(body)
        .finalize();
    digest[..16].to_vec()
}

/// What became of one attempt at a transaction.
enum Attempt {
    Done(Vec<Recorded>),
    /// One of the receipts stands already, as this item.
    Standing(Box<PurchaseRecord>),
    /// Somebody else made this contact a member's meanwhile.
    Enrolled,
    /// Somebody else wrote one of the items: read anew and try again.
    Again,
}

impl Store {
    /// Enters one purchase: the points, the balance and the account in one transaction.
    ///
    /// For a member given by identifier 2 round trips (half a read unit; 5 write units up to 1 KB
    /// of purchase), by contact 3 (1 read unit), for nobody 1 (3 write units). A return that names its sale reads
    /// both first and writes the sale too. The same purchase again is answered as the first time and
    /// writes nothing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`Invalid::ReceiptConflict`] and the reasons of returns;
    /// [`StoreError::NotFound`] for a customer that is no member.
    pub async fn record(
        &self,
        scope: &Scope,
        customer: &Customer,
        entry: &Entry,
        now: Instant,
    ) -> Result<Recorded, StoreError> {
        let mut consistency = Consistency::Eventual;
        for attempt in 0..backoff::ATTEMPTS {
            let mut named = match entry.purchase.kind() {
                Kind::Return { of: Some(sale) } => {
                    if let Some(known) = self.standing(scope, customer, entry).await? {
                        return Ok(known);
                    }
                    Some(self.named_sale(scope, sale).await?)
                }
                _ => None,
            };
            let holder = self.holder(scope, customer, named.as_ref(), consistency).await?;
            let Some(holder) = holder else {
                let record = PurchaseRecord::of(scope, entry, None, Points::ZERO, Points::ZERO);
                let mut actions = vec![self.put_new(&record)?];
                if let Some(named) = &mut named {
                    named.sale.take_return(entry.purchase.total())?;
                    actions.push(named.put(&self.table)?);
                }
                match self.transact(actions).await? {
                    Transaction::Committed => {
                        return Ok(Recorded { outcome: Outcome::New, ..record.recorded()? });
                    }
                    Transaction::Cancelled(reasons) => match reasons.into_iter().next() {
                        Some(Reason::Condition(Some(item))) => {
                            let record = items::from_item(item, "purchase")?;
                            match self.told_again(scope, customer, entry, &record).await? {
                                Some(known) => return Ok(known),
                                None => self.set_aside(scope, entry).await?,
                            }
                        }
                        _ => backoff::wait(attempt).await,
                    },
                }
                continue;
            };
            let entries = std::slice::from_ref(entry);
            match self.attempt(scope, holder, entries, named.as_mut(), now).await? {
                Attempt::Done(mut recorded) => {
                    return recorded.pop().ok_or(StoreError::Corrupt("transaction"));
                }
                Attempt::Standing(record) => {
                    match self.told_again(scope, customer, entry, &record).await? {
                        Some(known) => return Ok(known),
                        None => self.set_aside(scope, entry).await?,
                    }
                }
                Attempt::Enrolled => {}
                Attempt::Again => backoff::wait(attempt).await,
            }
            consistency = Consistency::Strong;
        }
        Err(StoreError::Busy)
    }

    /// Enters sales and returns of one customer in one transaction: 1 round trip, 3 write units a
    /// purchase and 2 for the account, 5 more where the customer becomes a member. A receipt that
    /// stands already, or a race, sends each entry through [`Store::record`] instead.
    ///
    /// Entries are at most [`MOST_PURCHASES_A_GROUP`], of different receipts, and no return that
    /// names its sale.
    ///
    /// # Errors
    /// As [`Store::record`], for the group; an entry of its own refusal is told in its place.
    pub async fn record_group(
        &self,
        scope: &Scope,
        customer: &Customer,
        holder: Holder,
        entries: &[Entry],
        now: Instant,
    ) -> Result<Vec<Result<Recorded, StoreError>>, StoreError> {
        if let Attempt::Done(recorded) = self.attempt(scope, holder, entries, None, now).await? {
            return Ok(recorded.into_iter().map(Ok).collect());
        }
        let mut recorded = Vec::with_capacity(entries.len());
        for entry in entries {
            match self.record(scope, customer, entry, now).await {
                Err(error) if error.is_transient() => return Err(error),
                outcome => recorded.push(outcome),
            }
        }
        Ok(recorded)
    }

    /// Which of many entries stand already, and what became of them then: half a read unit each, a
    /// hundred a round trip. Those not standing are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn known_purchases(
        &self,
        scope: &Scope,
        entries: &[&Entry],
    ) -> Result<HashMap<Receipt, Result<Recorded, Invalid>>, StoreError> {
        let mut by_key: HashMap<Key, &Entry> = HashMap::with_capacity(entries.len());
        for entry in entries {
            by_key.insert(keys::purchase(scope.tenant(), entry.purchase.receipt()), entry);
        }
        let wanted: Vec<Key> = by_key.keys().cloned().collect();
        let mut known = HashMap::new();
        for item in self.get_items(&wanted).await? {
            let record: PurchaseRecord = items::from_item(item, "purchase")?;
            let Some(entry) = by_key.get(&record.key()) else { continue };
            let told_again = record.is_told_by(entry)?;
            if !told_again && record.cancelled_at.is_some() {
                continue;
            }
            let outcome =
                if told_again { Ok(record.recorded()?) } else { Err(Invalid::ReceiptConflict) };
            known.insert(entry.purchase.receipt().clone(), outcome);
        }
        Ok(known)
    }

    /// The account of every member among `members`, as [`Store::record_group`] takes it. Merged
    /// members are left out: [`Store::record`] follows them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn holders(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<HashMap<MemberId, Holder>, StoreError> {
        let accounts = self.accounts(scope, members).await?;
        Ok(accounts
            .into_iter()
            .filter(|(_, (account, _))| account.merged_into.is_none())
            .map(|(id, (account, version))| (id, Holder::Member { id, account, version }))
            .collect())
    }

    /// A purchase: 1 round trip, 1 read unit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<StoredPurchase, StoreError> {
        self.purchase_record(scope, receipt).await?.read(scope, receipt.clone())
    }

    pub(crate) async fn purchase_record(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<PurchaseRecord, StoreError> {
        self.get_item(&keys::purchase(scope.tenant(), receipt), Consistency::Strong)
            .await?
            .ok_or(StoreError::NotFound("purchase"))
    }

    pub(crate) async fn holder(
        &self,
        scope: &Scope,
        customer: &Customer,
        named: Option<&NamedSale>,
        consistency: Consistency,
    ) -> Result<Option<Holder>, StoreError> {
        let told = match customer {
            Customer::Nobody => None,
            Customer::Member(id) => Some(*id),
            Customer::Contact(contact) => {
                let found = self.find_member(scope, contact).await?;
                Some(found.ok_or(StoreError::NotFound("member"))?)
            }
            Customer::Enrol(new) => {
                let mobile = Contact::Mobile(new.mobile.clone());
                match self.find_member(scope, &mobile).await? {
                    Some(found) => Some(found),
                    None => return Ok(Some(Holder::New(new.clone()))),
                }
            }
        };
        let of_sale = named.and_then(|named| named.sale.member);
        let Some(id) = told.or(of_sale) else { return Ok(None) };
        let (id, account, version) = self.account(scope, id, consistency).await?;
        if let (Some(_), Some(owner)) = (told, of_sale)
            && owner != id
            && self.account(scope, owner, Consistency::Strong).await?.0 != id
        {
            return Err(Invalid::ReturnedSaleOfAnother.into());
        }
        Ok(Some(Holder::Member { id, account, version }))
    }

    /// One transaction: the purchases, the account, the new member, the sale that is returned.
    async fn attempt(
        &self,
        scope: &Scope,
        holder: Holder,
        entries: &[Entry],
        mut named: Option<&mut NamedSale>,
        now: Instant,
    ) -> Result<Attempt, StoreError> {
        let has_card = matches!(&holder, Holder::New(new) if new.details.card.is_some());
        let (id, mut account, version, enrolling) = match holder {
            Holder::Member { id, account, version } => (id, account, Some(version), vec![]),
            Holder::New(new) => {
                let person = new.person(now)?;
                (person.id, Account::default(), None, self.enrolling(scope, &person)?)
            }
        };
        let enrolled = version.is_none();
        let rules = &scope.settings.rules;
        let mut recorded = Vec::with_capacity(entries.len());
        let mut actions = Vec::with_capacity(entries.len() + 6);
        for entry in entries {
            let points = match entry.purchase.kind() {
                Kind::Sale => ledger::enter_sale(&mut account, &entry.purchase, rules),
                Kind::Return { .. } => {
                    let sale = named.as_deref_mut().map(|named| &mut named.sale);
                    ledger::enter_return(&mut account, &entry.purchase, sale, rules)?
                }
            };
            let balance = account.balance();
            let mut record = PurchaseRecord::of(scope, entry, Some(id), points, balance);
            record.enrolled = (enrolled && recorded.is_empty()).then_some(true);
            actions.push(self.put_new(&record)?);
            recorded.push(Recorded { outcome: Outcome::New, ..record.recorded()? });
        }
        let contact_at = entries.len();
        actions.extend(enrolling);
        actions.push(put_account(self, scope, id, &account, version)?);
        if let Some(named) = named {
            actions.push(named.put(&self.table)?);
        }
        Ok(match self.transact(actions).await? {
            Transaction::Committed => Attempt::Done(recorded),
            Transaction::Cancelled(mut reasons) => {
                let standing =
                    reasons[..entries.len()].iter_mut().find_map(|reason| match reason {
                        Reason::Condition(item) => item.take(),
                        _ => None,
                    });
                match standing {
                    Some(item) => Attempt::Standing(Box::new(items::from_item(item, "purchase")?)),
                    None if enrolled && matches!(reasons[contact_at], Reason::Condition(_)) => {
                        Attempt::Enrolled
                    }
                    None if has_card && matches!(reasons[contact_at + 2], Reason::Condition(_)) => {
                        return Err(CARD_TAKEN);
                    }
                    None => Attempt::Again,
                }
            }
        })
    }

    fn put_new(&self, record: &PurchaseRecord) -> Result<TransactWriteItem, StoreError> {
        items::put(&self.table, items::to_item(record)?, ABSENT, vec![])
    }

    /// The answer of an entry that stands already, or `None` where none stands.
    async fn standing(
        &self,
        scope: &Scope,
        customer: &Customer,
        entry: &Entry,
    ) -> Result<Option<Recorded>, StoreError> {
        let key = keys::purchase(scope.tenant(), entry.purchase.receipt());
        match self.get_item::<PurchaseRecord>(&key, Consistency::Strong).await? {
            Some(record) => self.told_again(scope, customer, entry, &record).await,
            None => Ok(None),
        }
    }

    /// The first answer, where the item standing tells the same purchase of the same customer;
    /// `None` where it was cancelled and the entry is another content, sent anew.
    async fn told_again(
        &self,
        scope: &Scope,
        customer: &Customer,
        entry: &Entry,
        record: &PurchaseRecord,
    ) -> Result<Option<Recorded>, StoreError> {
        if !record.is_told_by(entry)? {
            return match record.cancelled_at {
                Some(_) => Ok(None),
                None => Err(Invalid::ReceiptConflict.into()),
            };
        }
        let told = match customer {
            Customer::Nobody => None,
            Customer::Member(id) => Some(*id),
            Customer::Contact(contact) => self.find_member(scope, contact).await?,
            Customer::Enrol(new) => {
                self.find_member(scope, &Contact::Mobile(new.mobile.clone())).await?
            }
        };
        let owner = record.member()?;
        let same = match (told, owner) {
            (None, _) => true,
            (Some(told), Some(owner)) if told == owner => true,
            (Some(told), Some(owner)) => {
                self.account(scope, told, Consistency::Strong).await?.0
                    == self.account(scope, owner, Consistency::Strong).await?.0
            }
            (Some(_), None) => false,
        };
        if same { Ok(Some(record.recorded()?)) } else { Err(Invalid::ReceiptConflict.into()) }
    }

    /// Moves a cancelled purchase out of the way of the one sent anew, keeping it in the history.
    async fn set_aside(&self, scope: &Scope, entry: &Entry) -> Result<(), StoreError> {
        let mut record = self.purchase_record(scope, entry.purchase.receipt()).await?;
        let key = record.key();
        let Some(cancelled_at) = record.cancelled_at.clone() else { return Ok(()) };
        let Key { pk, sk } = keys::cancelled_purchase(&key, &cancelled_at);
        (record.pk, record.sk) = (pk, sk);
        let remove = aws_sdk_dynamodb::types::Delete::builder()
            .table_name(&*self.table)
            .set_key(Some(items::key_item(&key)))
            .condition_expression("cancelled_at = :cancelled_at")
            .expression_attribute_values(":cancelled_at", items::text(cancelled_at))
            .build()
            .map_err(StoreError::unavailable)?;
        self.transact(vec![
            items::put(&self.table, items::to_item(&record)?, None, vec![])?,
            TransactWriteItem::builder().delete(remove).build(),
        ])
        .await?;
        Ok(())
    }
}
