//! A till asks what a basket would earn.

use super::super::ctx::{Ctx, local};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::basket::Basket;
use domain::KeyScope;
use jiff::SignedDuration;
use serde_json::json;

pub(in super::super) const DRY_RUN: Operation =
    Operation::of("dry_run_purchase", Topic::Purchase, 6, |ctx| Box::pin(dry_run(ctx)));

async fn dry_run(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let basket = Basket::of(&mut ctx.random, till.sector);
    let mut body = json!({"total_cents": basket.total_cents, "lines": basket.lines});
    if let Some(member) = ctx.member(&till.tenant)
        && !ctx.one_in(4)
    {
        body["member"] = ctx.named(&member);
    }
    if ctx.one_in(3) {
        let hours = ctx.random.i64(-150..300 * 24);
        let sold_at = ctx.till_clock(&till.key) + SignedDuration::from_hours(hours);
        body["sold_at"] = local(&till.key.time_zone, sold_at).into();
    }
    let request = ApiRequest::post("dry_run_purchase", "/v1/purchases/dry-run".to_owned());
    drop(ctx.send(&request.by(&till.key).json(body)).await);
}
