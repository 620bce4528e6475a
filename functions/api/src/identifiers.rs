//! Random bits for new identifiers, and identifiers that a path names.

use domain::{
    CampaignId, CouponBatchId, MemberId, MerchantId, OfferId, RedemptionId, RewardId, UploadId,
};
use http_edge::Problem;

/// 128 bits of the system's generator.
pub(crate) fn random() -> Result<u128, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Problem::unavailable(error.to_string()))?;
    Ok(u128::from_be_bytes(bytes))
}

/// A merchant of the path. What is no identifier names nobody.
pub(crate) fn merchant(text: &str) -> Result<MerchantId, Problem> {
    MerchantId::parse(text).map_err(|_| Problem::not_found("merchant"))
}

/// A member of the path.
pub(crate) fn member(text: &str) -> Result<MemberId, Problem> {
    MemberId::parse(text).map_err(|_| Problem::not_found("member"))
}

/// A campaign of the path.
pub(crate) fn campaign(text: &str) -> Result<CampaignId, Problem> {
    CampaignId::parse(text).map_err(|_| Problem::not_found("campaign"))
}

/// An offer of the path.
pub(crate) fn offer(text: &str) -> Result<OfferId, Problem> {
    OfferId::parse(text).map_err(|_| Problem::not_found("offer"))
}

/// A batch of coupons of the path.
pub(crate) fn coupon_batch(text: &str) -> Result<CouponBatchId, Problem> {
    CouponBatchId::parse(text).map_err(|_| Problem::not_found("batch"))
}

/// A reward of the path.
pub(crate) fn reward(text: &str) -> Result<RewardId, Problem> {
    RewardId::parse(text).map_err(|_| Problem::not_found("reward"))
}

/// A redemption of the path.
pub(crate) fn redemption(text: &str) -> Result<RedemptionId, Problem> {
    RedemptionId::parse(text).map_err(|_| Problem::not_found("redemption"))
}

/// A file of the path.
pub(crate) fn upload(text: &str) -> Result<UploadId, Problem> {
    UploadId::parse(text).map_err(|_| Problem::not_found("upload"))
}
