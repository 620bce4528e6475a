//! What tills do with sales and returns.

pub(super) mod attach;
pub(super) mod basket;
pub(super) mod cancel;
mod document;
pub(super) mod dry_run;
pub(super) mod read;
pub(super) mod record;
pub(super) mod returns;
pub(super) mod transfer;

use super::ctx::{Ctx, Till};
use super::focus::Thing;
use crate::known::records::Purchase;
use domain::KeyScope;

/// The path of a purchase.
fn path(purchase: &str) -> String {
    format!("/v1/purchases/{purchase}")
}

/// A till and a purchase of its establishment that fits; now and then any purchase of the merchant.
fn at_till(ctx: &mut Ctx, fits: impl Fn(&Purchase) -> bool) -> Option<(Till, Purchase)> {
    let till = ctx.till(KeyScope::Till)?;
    let any = ctx.one_in(12);
    let purchases = ctx.data(&till.tenant, |data| {
        let is_here = |purchase: &&Purchase| purchase.establishment == till.key.establishment;
        let fitting = data.purchases.iter().filter(|purchase| any || fits(purchase));
        fitting.filter(|purchase| any || is_here(purchase)).cloned().collect::<Vec<_>>()
    })?;
    let purchase = ctx.pick(Thing::Purchase, purchases.into_iter())?;
    Some((till, purchase))
}
