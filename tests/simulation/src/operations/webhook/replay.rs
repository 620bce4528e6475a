//! The events of a range are posted again.

use super::super::ctx::Ctx;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, path};
use crate::world::clock::now;
use jiff::SignedDuration;
use serde_json::json;

pub(in super::super) const REPLAY: Operation =
    Operation::of("replay_webhook", Topic::Webhook, 4, |ctx| Box::pin(replay(ctx)));

async fn replay(mut ctx: Ctx) {
    let Some((target, webhook)) = any(&mut ctx) else { return };
    let hours = ctx.random.i64(1..24 * 32);
    let until = now();
    let from = until - SignedDuration::from_hours(hours);
    let body = json!({"from": from.to_string(), "until": until.to_string()});
    let path = format!("{}/{}/replay", path(&target), webhook.id);
    let request = ApiRequest::post("replay_webhook", path).by_operator().json(body);
    ctx.carry_out(&request, |_| None).await;
}
