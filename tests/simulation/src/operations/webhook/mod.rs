//! The endpoints that receive a merchant's events.

pub(super) mod endpoint;
pub(super) mod replay;
pub(super) mod secret;

use super::ctx::{Ctx, Target};
use super::focus::Thing;
use super::merchant;
use crate::known::records::Webhook;

fn path(target: &Target) -> String {
    format!("{}/webhooks", merchant::path(target))
}

/// A merchant and one of its endpoints; now and then one that was deleted.
fn any(ctx: &mut Ctx) -> Option<(Target, Webhook)> {
    let any = ctx.one_in(12);
    let target = ctx.merchant(|_| false)?;
    let webhooks = ctx.known.read(|state| {
        let merchant = state.merchant(&target.tenant.merchant)?;
        let webhooks = merchant.webhooks.iter();
        let fits = |webhook: &&Webhook| any || webhook.deleted_at.is_none();
        Some(webhooks.filter(fits).cloned().collect::<Vec<_>>())
    })?;
    let webhook = ctx.pick(Thing::Webhook, webhooks.into_iter())?;
    Some((target, webhook))
}
