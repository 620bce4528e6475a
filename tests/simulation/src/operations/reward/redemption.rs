//! A member spends points on a reward or off a bill; goods are handed out, or the redemption is cancelled.

use super::super::ctx::{Ctx, Till, text};
use super::super::focus::Thing;
use super::super::member;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use crate::known::merchant::Tenant;
use crate::known::records::{Redemption, Reward};
use domain::KeyScope;
use serde_json::{Value, json};

pub(in super::super) const REDEEM: Operation =
    Operation::of("create_redemption", Topic::Reward, 20, |ctx| Box::pin(redeem(ctx))).essential();
pub(in super::super) const SHOW: Operation =
    Operation::of("show_redemption", Topic::Reward, 2, |ctx| Box::pin(show(ctx)));
pub(in super::super) const FULFIL: Operation =
    Operation::of("fulfil_redemption", Topic::Reward, 6, |ctx| Box::pin(step(ctx, "fulfil")));
pub(in super::super) const CANCEL: Operation =
    Operation::of("cancel_redemption", Topic::Reward, 6, |ctx| Box::pin(step(ctx, "cancel")));

async fn redeem(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    // A cashier looks at the balance first, most of the time.
    let mut balance = 100;
    if !ctx.one_in(5) {
        let path = format!("{}/balance", member::path(&member.id));
        let request = ApiRequest::get("show_balance", path).by(&till.key);
        let Some(response) = ctx.send_until_answered(&request).await else { return };
        balance = response.body["balance"].as_i64().unwrap_or_default();
    }
    let is_off_a_bill = ctx.one_in(3);
    let body = if is_off_a_bill {
        off_a_bill(&mut ctx, balance)
    } else {
        reward(&mut ctx, &till, balance)
    };
    let Some(body) = body else { return };
    let key = ctx.idempotency_key();
    let path = format!("{}/redemptions", member::path(&member.id));
    let request = ApiRequest::post("create_redemption", path).by(&till.key).json(body).under(key);
    ctx.carry_out(&request, |response| known(&till.tenant, &response.body)).await;
}

fn off_a_bill(ctx: &mut Ctx, balance: i64) -> Option<Value> {
    let points = if ctx.one_in(2) { balance } else { ctx.random.i64(1..=balance.max(1)) };
    let bill = ctx.random.i64(50..5_000);
    (points > 0).then(|| json!({"points": points, "bill_cents": bill}))
}

fn reward(ctx: &mut Ctx, till: &Till, balance: i64) -> Option<Value> {
    let any = ctx.one_in(8);
    let rewards = ctx.data(&till.tenant, |data| {
        let is_given = |reward: &&Reward| {
            let points = reward.terms["points"].as_i64().unwrap_or_default();
            let is_disabled = reward.terms["disabled"].as_bool().unwrap_or_default();
            points <= balance && !is_disabled
        };
        data.rewards.iter().filter(|reward| any || is_given(reward)).cloned().collect::<Vec<_>>()
    })?;
    let reward = ctx.pick(Thing::Reward, rewards.into_iter())?;
    Some(json!({"reward_id": reward.id}))
}

/// A till and a redemption of its merchant.
fn any(ctx: &mut Ctx, wanted: &str) -> Option<(Till, Redemption)> {
    let till = ctx.till(KeyScope::Till)?;
    let any = wanted.is_empty() || ctx.one_in(8);
    let redemptions = ctx.data(&till.tenant, |data| {
        let fits = |redemption: &&Redemption| any || redemption.state == wanted;
        data.redemptions.iter().filter(fits).cloned().collect::<Vec<_>>()
    })?;
    let redemption = ctx.pick(Thing::Redemption, redemptions.into_iter())?;
    Some((till, redemption))
}

async fn show(mut ctx: Ctx) {
    let Some((till, redemption)) = any(&mut ctx, "") else { return };
    let path = format!("{}/redemptions/{}", member::path(&redemption.member), redemption.id);
    ctx.send_until_answered(&ApiRequest::get("show_redemption", path).by(&till.key)).await;
}

async fn step(mut ctx: Ctx, action: &'static str) {
    let Some((till, redemption)) = any(&mut ctx, "requested") else { return };
    let member = member::path(&redemption.member);
    let path = format!("{member}/redemptions/{}/{action}", redemption.id);
    let request = ApiRequest::post(ctx.step.operation.name, path).by(&till.key);
    ctx.carry_out(&request, |response| known(&till.tenant, &response.body)).await;
}

/// The fact of a redemption, as every answer shows it.
fn known(tenant: &Tenant, answer: &Value) -> Option<Fact> {
    let redemption = Redemption {
        id: text(answer, "redemption_id")?,
        member: text(answer, "member_id")?,
        reward: text(answer, "reward_id"),
        points: answer["points"].as_i64()?,
        coupon: text(answer, "coupon_code"),
        state: text(answer, "state")?,
    };
    Some(Fact::RedemptionKnown { tenant: tenant.clone(), redemption })
}
