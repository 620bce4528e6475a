//! A purchase as an item: conditions and indexes read attributes of their own, and the rest is one compact
//! attribute.

use crate::coupon::redeem::uncounted_for_member;
use crate::purchase::to_record::{Outcome, PurchaseToRecord, Recorded, Source};
use crate::table::attributes::{self, member_id};
use crate::table::codec::{self, purchase::PurchaseContent};
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::{Scope, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::programme::{self, Part};
use domain::purchase::KEPT_LINES;
use domain::{
    Cents, Credential, Instant, MemberId, Points, Purchase, PurchaseKind, Receipt, Sector,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A purchase as it is stored.
#[derive(Clone)]
pub struct StoredPurchase {
    /// The sale or the return.
    pub purchase: Purchase,
    /// The customer, where there is one.
    pub member: Option<MemberId>,
    /// The points of the purchase, below zero for a return.
    pub points: Points,
    /// The points part by part, each with its reason; empty for a return.
    pub parts: Vec<Part>,
    /// The points that could be spent after the purchase.
    pub balance: Points,
    /// The points that were pending after the purchase, until the time for returns has passed.
    pub pending: Points,
    /// Who sent the purchase.
    pub source: Source,
    /// The amount of the sale that has been returned.
    pub returned: Cents,
    /// When the purchase was cancelled.
    pub cancelled_at: Option<Instant>,
    /// The credential that cancelled the purchase.
    pub cancelled_by: Option<Credential>,
    /// The credential that attached the purchase to its customer.
    pub attached_by: Option<Credential>,
}

/// The effect of a purchase on its customer's account.
#[derive(Default)]
pub(crate) struct Effect {
    /// The points of the purchase, below zero for a return.
    pub(crate) points: Points,
    /// The points part by part.
    pub(crate) parts: Vec<Part>,
    /// Points that should have been taken back and were forgiven.
    pub(crate) forgiven: Points,
    /// The points that could be spent after the purchase.
    pub(crate) balance: Points,
    /// The points that were pending after the purchase.
    pub(crate) pending: Points,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PurchaseRecord {
    pub(crate) pk: String,
    pub(crate) sk: String,
    /// The customer. For a purchase without a customer: the bucket of anonymous purchases in the index
    /// `history`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) member: Option<String>,
    /// The instant of the sale: the sort key of the index `history`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instant: Option<String>,
    pub(crate) total: i64,
    pub(crate) points: i64,
    pub(crate) balance: i64,
    #[serde(with = "serde_bytes")]
    fingerprint: Vec<u8>,
    pub(crate) source: String,
    #[serde(with = "serde_bytes")]
    pub(crate) body: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) returned: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) points_reversed: Option<i64>,
    /// Points that the daily cap held back when a return was cancelled: on the return, and as a sum on its sale. On
    /// the sale they are also in `points_reversed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) held_back: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled_by: Option<Credential>,
    /// `true` where the cancellation changed the account of a member that the customer had been merged into.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cancelled_after_merge: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attached_by: Option<Credential>,
    /// Points that a return, or the cancellation of a sale, should have taken back and forgave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forgiven: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<i64>,
    /// The parts of the points. Empty where the points come only from the rule of spending for all goods.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    parts: Vec<u8>,
    /// For each coupon that was used: the offer, and whether the use counts for the member and for the code.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    pub(crate) redeemed: Vec<u8>,
    /// `true` where the purchase made its customer a member, so that a repeated request has the same
    /// answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enrolled: Option<bool>,
}

impl PurchaseRecord {
    pub(crate) fn of(
        scope: &Scope,
        new: &PurchaseToRecord,
        member: Option<MemberId>,
        effect: &Effect,
    ) -> Self {
        let purchase = &new.purchase;
        let Key { pk, sk } = keys::purchase(scope.tenant(), purchase.receipt());
        let content = codec::purchase::encode(purchase);
        let fingerprint = fingerprint(purchase, &content);
        let body = if purchase.lines().len() > KEPT_LINES {
            let programme = scope.settings.programmes.on(purchase.receipt().day);
            codec::purchase::encode(&programme::fold(purchase, programme))
        } else {
            content
        };
        Self {
            pk,
            sk,
            member: Some(match member {
                Some(id) => id.to_string(),
                None => keys::anonymous(scope.tenant(), purchase.receipt()),
            }),
            instant: Some(attributes::instant_text(purchase.sold_at())),
            total: purchase.total().get(),
            points: effect.points.get(),
            balance: effect.balance.get(),
            fingerprint,
            source: new.source.to_string(),
            body,
            returned: None,
            points_reversed: None,
            held_back: None,
            cancelled_at: None,
            cancelled_by: None,
            cancelled_after_merge: false,
            attached_by: None,
            forgiven: some_points(effect.forgiven),
            pending: some_points(effect.pending),
            parts: codec::parts::encode(&effect.parts),
            redeemed: vec![],
            enrolled: None,
        }
    }

    pub(crate) fn set_effect(&mut self, effect: &Effect) {
        self.points = effect.points.get();
        self.balance = effect.balance.get();
        self.pending = some_points(effect.pending);
        self.parts = codec::parts::encode(&effect.parts);
    }

    pub(crate) fn set_balance(&mut self, balance: Points, pending: Points) {
        self.balance = balance.get();
        self.pending = some_points(pending);
    }

    /// The same purchase, with no use of a coupon counted for its customer.
    pub(crate) fn uncounted(&self) -> Self {
        Self { redeemed: uncounted_for_member(&self.redeemed), ..self.clone() }
    }

    /// The same purchase under another key.
    pub(crate) fn at(&self, Key { pk, sk }: Key) -> Self {
        Self { pk, sk, ..self.clone() }
    }

    pub(crate) fn key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }

    /// The condition that the stored purchase is still the one that was read: its content, its customer, and
    /// every attribute that an operation on the receipt changes. Each write that was decided on a purchase has
    /// this condition. Take it before the record is changed.
    pub(crate) fn unchanged(&self) -> UnchangedPurchase {
        let binary = |bytes: &[u8]| AttributeValue::B(bytes.to_vec().into());
        let some_binary = |bytes: &[u8]| (!bytes.is_empty()).then(|| binary(bytes));
        let some_number = |number: Option<i64>| number.map(attributes::number);
        UnchangedPurchase([
            ("fingerprint", Some(binary(&self.fingerprint))),
            ("member", self.member.clone().map(attributes::text)),
            ("points", Some(attributes::number(self.points))),
            ("returned", some_number(self.returned)),
            ("points_reversed", some_number(self.points_reversed)),
            ("held_back", some_number(self.held_back)),
            ("cancelled_at", self.cancelled_at.clone().map(attributes::text)),
            ("forgiven", some_number(self.forgiven)),
            ("redeemed", some_binary(&self.redeemed)),
        ])
    }

    pub(crate) fn member(&self) -> Result<Option<MemberId>, StoreError> {
        let member = self.member.as_deref().filter(|member| !keys::is_anonymous(member));
        member.map(member_id).transpose()
    }

    pub(crate) fn content(&self) -> Result<PurchaseContent, StoreError> {
        codec::purchase::decode(&self.body)
    }

    /// What the purchase adds to the balance: its points, less those that the daily cap held back when a return of
    /// it was cancelled. A cancelled sale adds the points that its cancellation forgave.
    pub(crate) fn balance_effect(&self) -> Result<Points, StoreError> {
        Ok(match (&self.cancelled_at, self.content()?.kind) {
            (None, _) => Points::new(self.points) - self.held_back(),
            (Some(_), PurchaseKind::Sale) => Points::new(self.forgiven.unwrap_or_default()),
            (Some(_), PurchaseKind::Return { .. }) => Points::ZERO,
        })
    }

    /// The points of the purchase and their parts. Points of a sale that the daily cap held back, when a return was
    /// cancelled, are a part below zero.
    fn gave(&self) -> Result<(Points, Vec<Part>), StoreError> {
        let points = Points::new(self.points);
        let mut parts = codec::parts::decode(&self.parts, points)?;
        // A return has no parts, and its own points do not change.
        if points <= Points::ZERO || self.held_back() == Points::ZERO {
            return Ok((points, parts));
        }
        let held_back = -self.held_back();
        match parts.iter_mut().find(|part| part.source == programme::Source::DailyCap) {
            Some(cap) => cap.points += held_back,
            None => parts.push(Part {
                source: programme::Source::DailyCap,
                name: None,
                points: held_back,
            }),
        }
        Ok((points + held_back, parts))
    }

    pub(crate) fn held_back(&self) -> Points {
        Points::new(self.held_back.unwrap_or_default())
    }

    /// The points of the sale that a return reversed.
    pub(crate) fn points_reversed(&self) -> Points {
        Points::new(self.points_reversed.unwrap_or_default())
    }

    pub(crate) fn cancelled_at(&self) -> Result<Option<Instant>, StoreError> {
        self.cancelled_at.as_deref().map(attributes::instant_of).transpose()
    }

    pub(crate) fn read(
        &self,
        scope: &Scope,
        receipt: Receipt,
    ) -> Result<StoredPurchase, StoreError> {
        let content = self.content()?;
        let sector = scope.settings.merchant.sector;
        // An optician's lines are few: they are one line for each family, and never folded.
        let folded = if sector == Sector::Optical { vec![] } else { content.folded };
        let purchase = Purchase::new(
            sector,
            receipt,
            content.kind,
            content.sold_at,
            Cents::new(self.total),
            content.lines,
            content.operator,
        )
        .and_then(|purchase| purchase.with_folded_lines(folded).with_coupons(content.coupons))
        .map_err(|_| StoreError::Corrupt("purchase"))?;
        let (points, parts) = self.gave()?;
        Ok(StoredPurchase {
            purchase,
            member: self.member()?,
            points,
            parts,
            balance: Points::new(self.balance),
            pending: Points::new(self.pending.unwrap_or_default()),
            source: Source::parse(&self.source)?,
            returned: Cents::new(self.returned.unwrap_or_default()),
            cancelled_at: self.cancelled_at()?,
            cancelled_by: self.cancelled_by,
            attached_by: self.attached_by,
        })
    }

    pub(crate) fn recorded(&self) -> Result<Recorded, StoreError> {
        let (points, parts) = self.gave()?;
        Ok(Recorded {
            outcome: Outcome::Known(Source::parse(&self.source)?),
            member: self.member()?,
            moved: false,
            points,
            parts,
            balance: Points::new(self.balance),
            pending: Points::new(self.pending.unwrap_or_default()),
            returned: Cents::new(self.returned.unwrap_or_default()),
            enrolled: self.enrolled.unwrap_or_default(),
            cancelled_at: self.cancelled_at()?,
        })
    }

    /// Whether `new` is the stored purchase. The fingerprint covers all lines, also those that are stored as sums.
    /// Two purchases from tills are the same where their content is the same, and so are two purchases from files. A
    /// till and a file write lines and seconds in different ways. So a purchase from a till and a purchase from a
    /// file are the same where the kind and the total are the same.
    pub(crate) fn is_same_purchase(&self, new: &PurchaseToRecord) -> Result<bool, StoreError> {
        let purchase = &new.purchase;
        if Source::parse(&self.source)?.is_file() == new.source.is_file() {
            return Ok(
                self.fingerprint == fingerprint(purchase, &codec::purchase::encode(purchase))
            );
        }
        let was_return = matches!(self.content()?.kind, PurchaseKind::Return { .. });
        let is_return = matches!(purchase.kind(), PurchaseKind::Return { .. });
        Ok(was_return == is_return && self.total == purchase.total().get())
    }
}

/// The attributes of a purchase as they were read. `None` for an absent attribute.
#[derive(Clone)]
pub(crate) struct UnchangedPurchase([(&'static str, Option<AttributeValue>); 9]);

impl UnchangedPurchase {
    /// Writes only where the stored purchase still has these attributes.
    pub(crate) fn guard(&self, write: Write) -> Write {
        let mut conditions = vec!["attribute_exists(pk)".to_owned()];
        let mut guarded = write;
        for (attribute, value) in &self.0 {
            guarded = guarded.name(&format!("#was_{attribute}"), attribute);
            conditions.push(match value {
                Some(value) => {
                    guarded = guarded.value(format!(":was_{attribute}"), value.clone());
                    format!("#was_{attribute} = :was_{attribute}")
                }
                None => format!("attribute_not_exists(#was_{attribute})"),
            });
        }
        guarded.condition(conditions.join(" AND "))
    }
}

fn some_points(points: Points) -> Option<i64> {
    (points != Points::ZERO).then_some(points.get())
}

/// 128 bits of SHA-256 over the content of a purchase. The receipt is in the key.
fn fingerprint(purchase: &Purchase, body: &[u8]) -> Vec<u8> {
    let digest = Sha256::new()
        .chain_update(purchase.total().get().to_be_bytes())
        .chain_update(body)
        .finalize();
    digest[..16].to_vec()
}
