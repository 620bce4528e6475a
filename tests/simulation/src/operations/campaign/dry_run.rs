//! The operator asks how many members a campaign would reach.

use super::super::ctx::Ctx;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, path, that};
use crate::known::fact::Fact;

pub(in super::super) const ASK: Operation =
    Operation::of("ask_dry_run", Topic::Campaign, 3, |ctx| Box::pin(ask(ctx)));
pub(in super::super) const SHOW: Operation =
    Operation::of("show_dry_run", Topic::Campaign, 2, |ctx| Box::pin(show(ctx)));

async fn ask(mut ctx: Ctx) {
    let Some((target, campaign)) = any(&mut ctx, &["draft", "scheduled"]) else { return };
    let path = format!("{}/{}/dry-run", path(&target), campaign.id);
    let request = ApiRequest::post("ask_dry_run", path).by_operator();
    ctx.carry_out(&request, |_| {
        let (merchant, campaign) = (target.tenant.merchant.clone(), campaign.id.clone());
        Some(Fact::DryRunAsked { merchant, campaign })
    })
    .await;
}

async fn show(mut ctx: Ctx) {
    let Some((target, campaign)) = that(&mut ctx, |campaign| campaign.has_dry_run) else { return };
    let path = format!("{}/{}/dry-run", path(&target), campaign.id);
    ctx.send_until_answered(&ApiRequest::get("show_dry_run", path).by_operator()).await;
}
