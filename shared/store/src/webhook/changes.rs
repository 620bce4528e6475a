//! What a record of the table's stream tells: a change of the table, read as something that happened
//! to a merchant's members and purchases.
//!
//! The image before the change is needed beside the one after: only both tell a purchase that is being
//! cancelled from one that was cancelled before.

use crate::StoreError;
use crate::member::merge::{MERGE, MergeRecord};
use crate::member::read::member_id;
use crate::purchase::item::PurchaseRecord;
use crate::table::keys::{self, Key, Tenant};
use domain::purchase::id;
use domain::{Cents, EstablishmentId, Instant, MemberId, Points, PurchaseKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_dynamo::Item;
use sha2::{Digest as _, Sha256};

/// A record of the stream, as Lambda gives it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamRecord {
    #[serde(rename = "eventID")]
    event_id: String,
    event_name: String,
    dynamodb: Images,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Images {
    /// Seconds since 1970.
    approximate_creation_date_time: f64,
    keys: Item,
    #[serde(default)]
    new_image: Option<Item>,
    #[serde(default)]
    old_image: Option<Item>,
    sequence_number: String,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The same record always has the same: 128 bits of a hash of the stream's own identifier.
    pub id: String,
    /// When, to the second.
    pub at: Instant,
    /// Whose data.
    pub tenant: Tenant,
    /// What.
    pub what: ChangeKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// A purchase was entered.
    PurchaseCreated(ChangedPurchase),
    /// A purchase was cancelled.
    PurchaseCancelled(ChangedPurchase),
    /// A purchase became a customer's, or another one's.
    PurchaseAttached(ChangedPurchase),
    /// Points were given or taken without a purchase.
    PointsChanged {
        /// Whose.
        member: MemberId,
        /// What for, as the ledger writes it: `welcome`.
        cause: String,
        /// How many, below zero where they were taken.
        points: Points,
    },
    /// A person became a member.
    MemberCreated {
        /// Who.
        member: MemberId,
    },
    /// Two members became one.
    MemberMerged {
        /// The one there is.
        member: MemberId,
        /// The one that leads to it from now on.
        absorbed: MemberId,
    },
}

/// A purchase, by identifiers and figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPurchase {
    /// Its identifier.
    pub id: String,
    /// Where.
    pub establishment: EstablishmentId,
    /// Whether goods came back.
    pub is_return: bool,
    /// Whose, where it has a customer.
    pub member: Option<MemberId>,
    /// What it came to.
    pub total: Cents,
    /// What it gave, below zero for a return.
    pub points: Points,
    /// What its customer could spend after it.
    pub balance: Points,
}

const CORRUPT: StoreError = StoreError::Corrupt("stream record");

impl StreamRecord {
    /// What the stream calls it: where a batch is to be given again from.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    /// What it tells; `None` for a change that nobody is told of.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for an item that is not what this code writes.
    pub fn read(self) -> Result<Option<Change>, StoreError> {
        let Images { keys: key, new_image, old_image, .. } = self.dynamodb;
        let Key { pk, sk } = image(key)?;
        let (Some(new), Some((tenant, rest))) = (new_image, keys::tenant_of(&pk)) else {
            return Ok(None);
        };
        let is_new = self.event_name == "INSERT";
        let what = if sk == keys::PURCHASE {
            purchase(rest, new, old_image)?
        } else if sk.starts_with(keys::LEDGER_PREFIX) {
            entry(rest, new, old_image)?
        } else if !is_new {
            None
        } else {
            match sk.strip_prefix("MEMBER#").and_then(|rest| rest.strip_suffix("#PERSON")) {
                Some(member) => Some(ChangeKind::MemberCreated { member: member_id(member)? }),
                None => None,
            }
        };
        #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 fit by far")]
        let at = Instant::from_second(self.dynamodb.approximate_creation_date_time as i64);
        let at = at.map_err(|_| CORRUPT)?;
        let id = identifier(&self.event_id);
        Ok(what.map(|what| Change { id, at, tenant, what }))
    }
}

fn purchase(rest: &str, new: Item, old: Option<Item>) -> Result<Option<ChangeKind>, StoreError> {
    let new: PurchaseRecord = image(new)?;
    let old: Option<PurchaseRecord> = old.map(image).transpose()?;
    let told = ChangedPurchase::of(rest, &new)?;
    let Some(old) = old else { return Ok(Some(ChangeKind::PurchaseCreated(told))) };
    Ok(if old.cancelled_at.is_none() && new.cancelled_at.is_some() {
        Some(ChangeKind::PurchaseCancelled(told))
    } else if told.member.is_some() && old.member()? != told.member {
        Some(ChangeKind::PurchaseAttached(told))
    } else {
        None
    })
}

impl ChangedPurchase {
    fn of(rest: &str, record: &PurchaseRecord) -> Result<Self, StoreError> {
        let receipt = keys::receipt_of(rest).ok_or(CORRUPT)?;
        Ok(Self {
            id: id::of(&receipt),
            establishment: receipt.establishment,
            is_return: matches!(record.content()?.kind, PurchaseKind::Return { .. }),
            member: record.member()?,
            total: Cents::new(record.total),
            points: Points::new(record.points),
            balance: Points::new(record.balance),
        })
    }
}

/// An entry of the ledger tells points that were given or taken, now or by what became of it since, or
/// that two members became one; a note of anything else tells nobody.
fn entry(rest: &str, new: Item, old: Option<Item>) -> Result<Option<ChangeKind>, StoreError> {
    #[derive(Deserialize)]
    struct Noted {
        kind: String,
        #[serde(default)]
        points: Option<i64>,
    }
    let member = keys::rows_of(rest).ok_or(CORRUPT)?;
    let noted: Noted = image(new.clone())?;
    let before = old.map(image::<Noted>).transpose()?;
    if noted.kind == MERGE && before.is_none() {
        let merge: MergeRecord = image(new)?;
        return Ok(Some(ChangeKind::MemberMerged {
            member,
            absorbed: member_id(&merge.absorbed)?,
        }));
    }
    let before = before.and_then(|before| before.points).unwrap_or_default();
    let points = Points::new(noted.points.unwrap_or_default() - before);
    let changed = points != Points::ZERO;
    Ok(changed.then_some(ChangeKind::PointsChanged { member, cause: noted.kind, points }))
}

fn image<T: DeserializeOwned>(image: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(image).map_err(|_| CORRUPT)
}

fn identifier(event_id: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(event_id.as_bytes()).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    format!("evt_{:032x}", u128::from_be_bytes(half))
}
