//! The operator writes and reads rewards.

use super::super::coupon::mode;
use super::super::ctx::{Ctx, Target, day, text};
use super::super::focus::Thing;
use super::super::merchant;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use crate::known::records::{Offer, Reward};
use serde_json::{Value, json};

pub(in super::super) const CREATE: Operation =
    Operation::of("create_reward", Topic::Reward, 4, |ctx| Box::pin(create(ctx))).essential();
pub(in super::super) const PUT: Operation =
    Operation::of("put_reward", Topic::Reward, 4, |ctx| Box::pin(put(ctx)));
pub(in super::super) const SHOW: Operation =
    Operation::of("show_reward", Topic::Reward, 1, |ctx| Box::pin(show(ctx)));
pub(in super::super) const LIST: Operation =
    Operation::of("list_rewards", Topic::Reward, 1, |ctx| Box::pin(list(ctx)));

fn path(target: &Target) -> String {
    format!("{}/rewards", merchant::path(target))
}

async fn create(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|merchant| merchant.live.rewards.is_empty()) else { return };
    let terms = terms(&mut ctx, &target);
    let path = format!("{}{}", path(&target), mode(&target));
    let mut request = ApiRequest::post("create_reward", path).by_operator().json(terms);
    if ctx.one_in(2) {
        request = request.under(ctx.idempotency_key());
    }
    ctx.carry_out(&request, |response| {
        let id = text(&response.body, "reward_id")?;
        let reward = Reward { id, terms: response.body.clone() };
        Some(Fact::RewardPut { tenant: target.tenant.clone(), reward })
    })
    .await;
}

async fn put(mut ctx: Ctx) {
    let Some((target, reward)) = any(&mut ctx) else { return };
    let mut terms = reward.terms.clone();
    if let Some(fields) = terms.as_object_mut() {
        fields.retain(|name, _| !["reward_id", "changed_by", "left"].contains(&name.as_str()));
    }
    match ctx.random.u8(..5) {
        0 => terms["disabled"] = json!(ctx.one_in(2)),
        1 => terms["stock"] = json!(ctx.choose(&[0, 1, 5, 50])),
        2 => terms["points"] = json!(ctx.random.u32(5..80)),
        3 => terms["limit_member"] = json!(ctx.choose(&[1, 2])),
        _ => terms["stock"] = Value::Null,
    }
    let path = format!("{}/{}{}", path(&target), reward.id, mode(&target));
    let request = ApiRequest::put("put_reward", path).by_operator().json(terms);
    ctx.carry_out(&request, |response| {
        let reward = Reward { id: reward.id.clone(), terms: response.body.clone() };
        Some(Fact::RewardPut { tenant: target.tenant.clone(), reward })
    })
    .await;
}

async fn show(mut ctx: Ctx) {
    let Some((target, reward)) = any(&mut ctx) else { return };
    let path = format!("{}/{}{}", path(&target), reward.id, mode(&target));
    ctx.send_until_answered(&ApiRequest::get("show_reward", path).by_operator()).await;
}

async fn list(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let path = format!("{}{}", path(&target), mode(&target));
    merchant::pages(&mut ctx, "list_rewards", &path).await;
}

/// A merchant and one of its rewards.
fn any(ctx: &mut Ctx) -> Option<(Target, Reward)> {
    let target = ctx.merchant(|_| false)?;
    let rewards = ctx.data(&target.tenant, |data| data.rewards.clone())?;
    let reward = ctx.pick(Thing::Reward, rewards.into_iter())?;
    Some((target, reward))
}

fn terms(ctx: &mut Ctx, target: &Target) -> Value {
    let single = ctx.data(&target.tenant, |data| {
        data.offers.iter().filter(|offer| offer.is_single()).cloned().collect::<Vec<Offer>>()
    });
    let offer = ctx.pick(Thing::Offer, single.unwrap_or_default().into_iter());
    let mut terms = json!({
        "name": "Tasse en grès",
        "type": "goods",
        "points": ctx.random.u32(5..60),
        "first_day": day(-1),
    });
    if let Some(offer) = offer
        && ctx.one_in(2)
    {
        terms["type"] = "coupon".into();
        terms["offer_id"] = offer.id.into();
    }
    if ctx.one_in(3) {
        terms["stock"] = json!(ctx.choose(&[1, 3, 50]));
    }
    if ctx.one_in(3) {
        terms["limit_member"] = json!(1);
    }
    if ctx.one_in(4) {
        let last_day = ctx.random.i64(20..300);
        terms["last_day"] = day(last_day).into();
    }
    terms
}
