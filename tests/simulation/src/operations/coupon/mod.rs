//! Offers, and the coupons that give their benefit.

pub(super) mod batch;
pub(super) mod code;
pub(super) mod offer;

use super::ctx::{Ctx, Target};
use super::focus::Thing;
use super::merchant;
use crate::known::records::Offer;

/// The path of the offers of a merchant.
fn path(target: &Target) -> String {
    format!("{}/offers", merchant::path(target))
}

/// The mode, as a query.
pub(super) fn mode(target: &Target) -> String {
    format!("?mode={}", target.tenant.mode.as_str())
}

/// A merchant and one of its offers that fits.
fn any(ctx: &mut Ctx, fits: impl Fn(&Offer) -> bool) -> Option<(Target, Offer)> {
    let target = ctx.merchant(|_| false)?;
    let offers = ctx.data(&target.tenant, |data| {
        data.offers.iter().filter(|offer| fits(offer)).cloned().collect::<Vec<_>>()
    })?;
    let offer = ctx.pick(Thing::Offer, offers.into_iter())?;
    Some((target, offer))
}
