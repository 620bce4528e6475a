//! A member comes without buying.

use super::super::ctx::{Ctx, local};
use super::super::member::path;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use domain::KeyScope;
use jiff::SignedDuration;
use serde_json::json;

pub(in super::super) const VISIT: Operation =
    Operation::of("create_visit", Topic::Ledger, 8, |ctx| Box::pin(visit(ctx)));

async fn visit(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let seconds = if ctx.one_in(6) { ctx.random.i64(0..8 * 24 * 3_600) } else { 0 };
    let visited_at = ctx.till_clock(&till.key) - SignedDuration::from_secs(seconds);
    let key = ctx.idempotency_key();
    let path = format!("{}/visits", path(&member.id));
    let body = json!({"visited_at": local(&till.key.time_zone, visited_at)});
    let request = ApiRequest::post("create_visit", path).by(&till.key).json(body).under(key);
    ctx.carry_out(&request, |response| {
        let (tenant, member) = (till.tenant.clone(), member.id.clone());
        let points = response.body["points"].as_i64().unwrap_or_default();
        Some(Fact::Visited { tenant, member, points })
    })
    .await;
}
