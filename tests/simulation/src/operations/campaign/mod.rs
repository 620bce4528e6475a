//! Campaigns: written, tried, begun and stopped by the operator.

pub(super) mod draft;
pub(super) mod dry_run;
pub(super) mod steps;

use super::ctx::{Ctx, Target, text};
use super::focus::Thing;
use super::merchant;
use crate::known::fact::Fact;
use crate::known::records::Campaign;
use serde_json::Value;

fn path(target: &Target) -> String {
    format!("{}/campaigns", merchant::path(target))
}

/// A merchant and one of its campaigns, in one of these states most of the time.
fn any(ctx: &mut Ctx, states: &[&str]) -> Option<(Target, Campaign)> {
    let is_in = |campaign: &Campaign| states.contains(&campaign.state.as_str());
    that(ctx, |campaign| states.is_empty() || is_in(campaign))
}

/// A merchant and one of its campaigns that fits; now and then any campaign.
fn that(ctx: &mut Ctx, fits: impl Fn(&Campaign) -> bool) -> Option<(Target, Campaign)> {
    let any = ctx.one_in(6);
    let fits = |campaign: &&Campaign| any || fits(campaign);
    let target = ctx.merchant(|_| false)?;
    let campaigns = ctx.known.read(|state| {
        let merchant = state.merchant(&target.tenant.merchant)?;
        Some(merchant.campaigns.iter().filter(fits).cloned().collect::<Vec<_>>())
    })?;
    let campaign = ctx.pick(Thing::Campaign, campaigns.into_iter())?;
    Some((target, campaign))
}

/// The fact of a campaign, as every answer shows it.
fn known(target: &Target, answer: &Value) -> Option<Fact> {
    let campaign = Campaign {
        id: text(answer, "campaign_id")?,
        state: text(answer, "state")?,
        has_dry_run: false,
    };
    Some(Fact::CampaignKnown { merchant: target.tenant.merchant.clone(), campaign })
}
