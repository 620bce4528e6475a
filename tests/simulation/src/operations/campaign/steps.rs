//! A campaign begins, stands still, goes on and ends.

use super::super::ctx::Ctx;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, known, path};
use crate::world::clock::now;
use jiff::SignedDuration;
use serde_json::{Value, json};

pub(in super::super) const SCHEDULE: Operation =
    Operation::of("schedule_campaign", Topic::Campaign, 4, |ctx| Box::pin(schedule(ctx)));
pub(in super::super) const LAUNCH: Operation =
    Operation::of("launch_campaign", Topic::Campaign, 14, |ctx| {
        Box::pin(step(ctx, "launch", &["draft", "scheduled"], Value::Null))
    })
    .essential();
pub(in super::super) const PAUSE: Operation =
    Operation::of("pause_campaign", Topic::Campaign, 5, |ctx| {
        Box::pin(step(ctx, "pause", &["running"], Value::Null))
    });
pub(in super::super) const RESUME: Operation =
    Operation::of("resume_campaign", Topic::Campaign, 5, |ctx| {
        Box::pin(step(ctx, "resume", &["paused"], Value::Null))
    });
pub(in super::super) const CANCEL: Operation =
    Operation::of("cancel_campaign", Topic::Campaign, 3, |ctx| {
        Box::pin(step(ctx, "cancel", &["draft", "scheduled", "running", "paused"], Value::Null))
    });

async fn schedule(mut ctx: Ctx) {
    let seconds = match ctx.random.u8(..6) {
        0 => -60,
        1 => ctx.random.i64(1..60),
        2..4 => ctx.random.i64(60..6 * 3_600),
        _ => ctx.random.i64(24 * 3_600..20 * 24 * 3_600),
    };
    let begins_at = now() + SignedDuration::from_secs(seconds);
    let body = json!({"begins_at": begins_at.to_string()});
    step(ctx, "schedule", &["draft", "scheduled"], body).await;
}

async fn step(mut ctx: Ctx, action: &'static str, states: &'static [&'static str], body: Value) {
    let Some((target, campaign)) = any(&mut ctx, states) else { return };
    let path = format!("{}/{}/{action}", path(&target), campaign.id);
    let mut request = ApiRequest::post(ctx.step.operation.name, path).by_operator();
    if !body.is_null() {
        request = request.json(body);
    }
    ctx.carry_out(&request, |response| known(&target, &response.body)).await;
}
