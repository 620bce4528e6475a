//! A redemption as an item among its member's entries of the ledger.

use crate::table::attributes;
use crate::table::codec;
use crate::table::keys::{self, Key};
use crate::table::write::Write;
use crate::{Scope, StoreError};
use domain::reward::redemption::{Spent, State};
use domain::{CouponCode, Credential, MemberId, Points, Redemption, RedemptionId, RewardId};
use serde::{Deserialize, Serialize};

pub(crate) const REDEMPTION: &str = "redemption";

#[derive(Serialize, Deserialize)]
pub(crate) struct RedemptionRecord {
    pk: String,
    sk: String,
    /// The member. The attributes `member` and `instant` are the key of the index `history`.
    pub(crate) member: String,
    instant: String,
    kind: String,
    /// The points that the redemption adds to the balance: negative, or zero once it is cancelled.
    points: i64,
    #[serde(with = "serde_bytes")]
    lots: Vec<u8>,
    state: String,
    pub(crate) changed_at: String,
    /// The credential that requested the redemption.
    pub(crate) by: Credential,
    /// The credential that fulfilled or cancelled the redemption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed_by: Option<Credential>,
    /// `true` where the change was made for a member that the member of the redemption had been merged into.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) changed_after_merge: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reward: Option<String>,
    /// The code of the coupon that the redemption gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coupon: Option<String>,
    /// Whether the counter of the reward's stock includes this redemption.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) of_stock: bool,
    /// Whether the counter of the member's limit includes this redemption.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) of_limit: bool,
}

const CORRUPT: StoreError = StoreError::Corrupt("redemption");

/// The points that a redemption adds to the balance.
fn balance_effect(redemption: &Redemption) -> Points {
    match redemption.state {
        State::Requested | State::Fulfilled => -redemption.points,
        State::Cancelled => Points::ZERO,
    }
}

impl RedemptionRecord {
    pub(crate) fn of(scope: &Scope, member: MemberId, redemption: &Redemption) -> Self {
        let Key { pk, sk } = keys::redemption(scope.tenant(), member, redemption.id);
        let coupon = match &redemption.spent {
            Spent::Coupon(_, code) => Some(code.as_str().to_owned()),
            Spent::Goods(_) | Spent::Bill => None,
        };
        Self {
            pk,
            sk,
            member: member.to_string(),
            instant: attributes::instant_text(redemption.requested_at),
            kind: REDEMPTION.to_owned(),
            points: balance_effect(redemption).get(),
            lots: codec::lots::encode(&redemption.lots),
            state: redemption.state.as_str().to_owned(),
            changed_at: attributes::instant_text(redemption.changed_at),
            by: scope.credential,
            changed_by: None,
            changed_after_merge: false,
            reward: redemption.reward().map(|reward| reward.to_string()),
            coupon,
            of_stock: false,
            of_limit: false,
        }
    }

    pub(crate) fn key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }

    pub(crate) fn reward(&self) -> Result<Option<RewardId>, StoreError> {
        self.reward.as_deref().map(RewardId::parse).transpose().map_err(|_| CORRUPT)
    }

    pub(crate) fn put(&self) -> Result<Write, StoreError> {
        Ok(Write::put(self)?.if_absent())
    }

    /// Writes the new state of a redemption, on condition of the state that was read.
    pub(crate) fn put_changed(
        &mut self,
        scope: &Scope,
        redemption: &Redemption,
    ) -> Result<Write, StoreError> {
        let before = std::mem::replace(&mut self.state, redemption.state.as_str().to_owned());
        self.changed_at = attributes::instant_text(redemption.changed_at);
        self.changed_by = Some(scope.credential);
        self.points = balance_effect(redemption).get();
        let put = Write::put(self)?.condition("#state = :before").name("#state", "state");
        Ok(put.value(":before", attributes::text(before)))
    }

    pub(crate) fn read(&self) -> Result<Redemption, StoreError> {
        let id = self.sk.rsplit('#').next().map(RedemptionId::parse);
        let code = self.coupon.as_deref().map(CouponCode::parse).transpose();
        let spent = match (self.reward()?, code.map_err(|_| CORRUPT)?) {
            (None, _) => Spent::Bill,
            (Some(reward), None) => Spent::Goods(reward),
            (Some(reward), Some(code)) => Spent::Coupon(reward, code),
        };
        let lots = codec::lots::decode(&self.lots)?;
        Ok(Redemption {
            id: id.and_then(Result::ok).ok_or(CORRUPT)?,
            spent,
            points: lots.iter().map(|lot| lot.remaining).sum(),
            lots,
            requested_at: attributes::instant_of(&self.instant)?,
            state: State::parse(&self.state).ok_or(CORRUPT)?,
            changed_at: attributes::instant_of(&self.changed_at)?,
        })
    }
}
