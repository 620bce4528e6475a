//! A purchase as an item: what conditions and indexes read stands apart, the rest is one compact
//! attribute.

use crate::member::read::member_id;
use crate::purchase::read::{Entry, Outcome, Recorded, Source, StoredPurchase};
use crate::table::codec::{self, PurchaseContent};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::{Scope, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::programme::Part;
use domain::{Cents, Instant, MemberId, Points, Purchase, PurchaseKind, Receipt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a purchase did to its customer's account.
#[derive(Default)]
pub(crate) struct Effect {
    /// The points it gave, below zero for a return.
    pub(crate) points: Points,
    /// Why.
    pub(crate) parts: Vec<Part>,
    /// What it should have taken and was forgiven.
    pub(crate) forgiven: Points,
    /// What could be spent after it.
    pub(crate) balance: Points,
    /// What waited after it.
    pub(crate) pending: Points,
}

#[derive(Clone, Serialize, Deserialize)]
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
    fingerprint: Vec<u8>,
    pub(crate) source: String,
    #[serde(with = "serde_bytes")]
    pub(crate) body: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) returned: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) points_taken: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled_at: Option<String>,
    /// Points that a return, or the cancellation of a sale, should have taken and was forgiven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forgiven: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<i64>,
    /// Why it gave its points, where it is more than the rule of all goods.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    parts: Vec<u8>,
    /// Of each coupon that it used, the offer and whether it counts for its member.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    pub(crate) redeemed: Vec<u8>,
    /// `true` where it made its customer a member, so that the same purchase again is answered so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enrolled: Option<bool>,
}

impl PurchaseRecord {
    pub(crate) fn of(
        scope: &Scope,
        entry: &Entry,
        member: Option<MemberId>,
        effect: &Effect,
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
            points: effect.points.get(),
            balance: effect.balance.get(),
            fingerprint: fingerprint(purchase, &body),
            source: entry.source.to_string(),
            body,
            returned: None,
            points_taken: None,
            cancelled_at: None,
            forgiven: some_points(effect.forgiven),
            pending: some_points(effect.pending),
            parts: codec::encode_parts(&effect.parts),
            redeemed: vec![],
            enrolled: None,
        }
    }

    /// Tells anew what it did to the account of its customer.
    pub(crate) fn affect(&mut self, effect: &Effect) {
        self.points = effect.points.get();
        self.balance = effect.balance.get();
        self.pending = some_points(effect.pending);
        self.parts = codec::encode_parts(&effect.parts);
    }

    /// Tells anew what its customer has after it.
    pub(crate) fn tell_balance(&mut self, balance: Points, pending: Points) {
        self.balance = balance.get();
        self.pending = some_points(pending);
    }

    /// The same, with no use of a coupon counted for its customer.
    pub(crate) fn uncounted(&self) -> Self {
        let redeemed =
            self.redeemed.chunks(17).flat_map(|redeemed| redeemed[..16].iter().chain(&[0]));
        Self { redeemed: redeemed.copied().collect(), ..self.clone() }
    }

    pub(crate) fn key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }

    /// The fingerprint as a value of a write's condition.
    pub(crate) fn fingerprint_value(&self) -> AttributeValue {
        AttributeValue::B(self.fingerprint.clone().into())
    }

    pub(crate) fn member(&self) -> Result<Option<MemberId>, StoreError> {
        let member = self.member.as_deref().filter(|member| !keys::is_nobody(member));
        member.map(member_id).transpose()
    }

    pub(crate) fn content(&self) -> Result<PurchaseContent, StoreError> {
        codec::decode_purchase(&self.body)
    }

    /// What it adds to the balance: its points or, once it is cancelled, what the cancellation of a
    /// sale should have taken back and was forgiven.
    pub(crate) fn stands_for(&self) -> Result<Points, StoreError> {
        Ok(match (&self.cancelled_at, self.content()?.kind) {
            (None, _) => Points::new(self.points),
            (Some(_), PurchaseKind::Sale) => Points::new(self.forgiven.unwrap_or_default()),
            (Some(_), PurchaseKind::Return { .. }) => Points::ZERO,
        })
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
        .and_then(|purchase| purchase.with_coupons(content.coupons))
        .map_err(|_| StoreError::Corrupt("purchase"))?;
        Ok(StoredPurchase {
            purchase,
            member: self.member()?,
            points: Points::new(self.points),
            parts: codec::decode_parts(&self.parts, Points::new(self.points))?,
            balance: Points::new(self.balance),
            pending: Points::new(self.pending.unwrap_or_default()),
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
            parts: codec::decode_parts(&self.parts, Points::new(self.points))?,
            balance: Points::new(self.balance),
            pending: Points::new(self.pending.unwrap_or_default()),
            enrolled: self.enrolled.unwrap_or_default(),
            cancelled_at: self.cancelled_at()?,
        })
    }

    /// Whether an entry tells the same purchase. Told by the same kind of source, the content must
    /// be the same; a till and a file never write the lines or the second alike, so between them
    /// the same kind and total under one receipt are the same purchase.
    pub(crate) fn is_told_by(&self, entry: &Entry) -> Result<bool, StoreError> {
        let purchase = &entry.purchase;
        if Source::parse(&self.source)?.is_file() == entry.source.is_file() {
            return Ok(self.fingerprint == fingerprint(purchase, &codec::encode_purchase(purchase)));
        }
        let was_return = matches!(self.content()?.kind, PurchaseKind::Return { .. });
        let is_return = matches!(purchase.kind(), PurchaseKind::Return { .. });
        Ok(was_return == is_return && self.total == purchase.total().get())
    }
}

fn some_points(points: Points) -> Option<i64> {
    (points != Points::ZERO).then_some(points.get())
}

/// 128 bits of SHA-256 over what a purchase says; the receipt itself is in the key.
fn fingerprint(purchase: &Purchase, body: &[u8]) -> Vec<u8> {
    let digest = Sha256::new()
        .chain_update(purchase.total().get().to_be_bytes())
        .chain_update(body)
        .finalize();
    digest[..16].to_vec()
}
