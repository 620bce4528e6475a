//! Records of the table's stream, read as changes of a merchant's members and purchases.
//!
//! A record needs both images of an item, before and after the change. One image alone does not
//! show whether a purchase was cancelled by this change or by an earlier change.

use crate::StoreError;
use crate::member::merge::{MERGE, MergeRecord};
use crate::member::person::enrolment_of;
use crate::purchase::item::PurchaseRecord;
use crate::purchase::to_record::Source;
use crate::table::attributes::member_id;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::webhook::events::EventOrigin;
use domain::member::Enrolment;
use domain::purchase::id;
use domain::retention::ErasureReason;
use domain::{Cents, EstablishmentId, Instant, MemberId, Points, PurchaseKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_dynamo::Item;
use sha2::{Digest as _, Sha256};

/// A record of the stream, in Lambda's format.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamRecord {
    #[serde(rename = "eventID")]
    event_id: String,
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

/// A change of a merchant's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The identifier: 128 bits of a hash of the stream's own identifier. The same record always
    /// has the same identifier.
    pub id: String,
    /// When, to the second.
    pub at: Instant,
    /// The tenant whose data changed.
    pub tenant: Tenant,
    /// The origin of the change.
    pub origin: EventOrigin,
    /// The change.
    pub kind: ChangeKind,
}

/// The kind of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// A purchase was recorded.
    PurchaseCreated(ChangedPurchase),
    /// A purchase was cancelled.
    PurchaseCancelled(ChangedPurchase),
    /// A purchase was attached to a customer, or to another customer.
    PurchaseAttached(ChangedPurchase),
    /// Points were given or taken without a purchase.
    PointsChanged {
        /// The member.
        member: MemberId,
        /// The cause, as the ledger stores it: `welcome`.
        cause: String,
        /// The points; negative where they were taken.
        points: Points,
    },
    /// A person became a member.
    MemberCreated {
        /// The member.
        member: MemberId,
    },
    /// Two members became one.
    MemberMerged {
        /// The member who has the accounts and purchases of both now.
        member: MemberId,
        /// The member who was merged into the other.
        absorbed: MemberId,
    },
    /// A member was erased, with the members who were merged into it.
    MemberErased {
        /// The member. Nothing can be found by the identifier.
        member: MemberId,
        /// The reason.
        reason: ErasureReason,
    },
}

/// A purchase, by identifiers and figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPurchase {
    /// Its identifier.
    pub id: String,
    /// The establishment.
    pub establishment: EstablishmentId,
    /// Whether it is a return of goods.
    pub is_return: bool,
    /// The customer, if there is one.
    pub member: Option<MemberId>,
    /// The total.
    pub total: Cents,
    /// The points that it gave; negative for a return.
    pub points: Points,
    /// The customer's available points after it.
    pub balance: Points,
}

const CORRUPT: StoreError = StoreError::Corrupt("stream record");

impl StreamRecord {
    /// The stream's own number of the record. A failed batch is delivered again from this number
    /// on.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    /// The change; `None` for a record that is no change of a member or a purchase.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for an item that this code did not write.
    pub fn read(self) -> Result<Option<Change>, StoreError> {
        let Images { keys: key, new_image, old_image, .. } = self.dynamodb;
        let Key { pk, sk } = image(key)?;
        let (Some(new), Some((tenant, rest))) = (new_image, keys::tenant_of(&pk)) else {
            return Ok(None);
        };
        let read = if sk == keys::PURCHASE {
            purchase(rest, new, old_image)?
        } else if sk.starts_with(keys::LEDGER_PREFIX) {
            entry(rest, new, old_image)?
        } else {
            match sk.strip_prefix("MEMBER#").and_then(|rest| rest.strip_suffix("#PERSON")) {
                Some(member) => person(member_id(member)?, new, old_image)?,
                None => None,
            }
        };
        let Some((kind, origin)) = read else { return Ok(None) };
        #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 fit by far")]
        let at = Instant::from_second(self.dynamodb.approximate_creation_date_time as i64);
        let at = at.map_err(|_| CORRUPT)?;
        let id = identifier(&self.event_id);
        Ok(Some(Change { id, at, tenant, origin, kind }))
    }
}

/// A change and its origin.
type Read = Option<(ChangeKind, EventOrigin)>;

/// The change of a purchase. The receipt of a cancelled purchase that is sent again replaces the
/// cancelled purchase, and is a new purchase. Only a new purchase comes from a file: a cancellation
/// and a transfer are requests.
fn purchase(rest: &str, new: Item, old: Option<Item>) -> Result<Read, StoreError> {
    let new: PurchaseRecord = image(new)?;
    let old: Option<PurchaseRecord> = old.map(image).transpose()?;
    let changed = ChangedPurchase::of(rest, &new)?;
    let origin = if Source::parse(&new.source)?.is_file() {
        EventOrigin::File
    } else {
        EventOrigin::Service
    };
    let Some(old) = old else { return Ok(Some((ChangeKind::PurchaseCreated(changed), origin))) };
    let was_cancelled = old.cancelled_at.is_some();
    Ok(match (was_cancelled, new.cancelled_at.is_some()) {
        (true, false) => Some((ChangeKind::PurchaseCreated(changed), origin)),
        (false, true) => Some((ChangeKind::PurchaseCancelled(changed), EventOrigin::Service)),
        _ if changed.member.is_some() && old.member()? != changed.member => {
            Some((ChangeKind::PurchaseAttached(changed), EventOrigin::Service))
        }
        _ => None,
    })
}

/// The origin of the events of an enrolment.
pub(crate) const fn origin_of(enrolment: Enrolment) -> EventOrigin {
    match enrolment {
        Enrolment::Till | Enrolment::Member => EventOrigin::Service,
        Enrolment::FileRow | Enrolment::Attestation => EventOrigin::File,
    }
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

/// The change of a person: a new person is a new member, and a tombstone in the place of a person is an
/// erasure.
fn person(member: MemberId, new: Item, old: Option<Item>) -> Result<Read, StoreError> {
    #[derive(Deserialize)]
    struct PersonImage {
        enrolment: String,
    }
    #[derive(Deserialize)]
    struct TombstoneImage {
        erased_on: Option<String>,
        reason: Option<String>,
    }
    let Some(old) = old else {
        let PersonImage { enrolment } = image(new)?;
        let origin = origin_of(enrolment_of(&enrolment)?);
        return Ok(Some((ChangeKind::MemberCreated { member }, origin)));
    };
    let (old, new): (TombstoneImage, TombstoneImage) = (image(old)?, image(new)?);
    if old.erased_on.is_some() || new.erased_on.is_none() {
        return Ok(None);
    }
    let reason = new.reason.as_deref().and_then(ErasureReason::parse).ok_or(CORRUPT)?;
    Ok(Some((ChangeKind::MemberErased { member, reason }, EventOrigin::Service)))
}

/// Reads an entry of the ledger: a new or changed entry is a change of points, and the entry of a
/// merge is a merge of two members. `None` for an entry that changes no points.
fn entry(rest: &str, new: Item, old: Option<Item>) -> Result<Read, StoreError> {
    #[derive(Deserialize)]
    struct EntryImage {
        kind: String,
        #[serde(default)]
        points: Option<i64>,
        #[serde(default)]
        file: bool,
    }
    let member = keys::rows_of(rest).ok_or(CORRUPT)?;
    let entry: EntryImage = image(new.clone())?;
    let before = old.map(image::<EntryImage>).transpose()?;
    if entry.kind == MERGE && before.is_none() {
        let merge: MergeRecord = image(new)?;
        let absorbed = member_id(merge.absorbed.as_deref().ok_or(CORRUPT)?)?;
        let kind = ChangeKind::MemberMerged { member, absorbed };
        return Ok(Some((kind, EventOrigin::Service)));
    }
    let origin = if entry.file { EventOrigin::File } else { EventOrigin::Service };
    let before = before.and_then(|before| before.points).unwrap_or_default();
    let points = Points::new(entry.points.unwrap_or_default() - before);
    let changed = points != Points::ZERO;
    let kind = ChangeKind::PointsChanged { member, cause: entry.kind, points };
    Ok(changed.then_some((kind, origin)))
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
