//! The operator orders a batch of codes, and reads them once they are made.

use super::super::ctx::{Ctx, Target, text};
use super::super::focus::Thing;
use super::super::merchant::pages;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, mode, path};
use crate::known::fact::Fact;
use crate::known::records::{Batch, Code};
use serde_json::json;

pub(in super::super) const CREATE: Operation =
    Operation::of("create_coupon_batch", Topic::Coupon, 5, |ctx| Box::pin(create(ctx))).essential();
pub(in super::super) const SHOW: Operation =
    Operation::of("show_coupon_batch", Topic::Coupon, 2, |ctx| Box::pin(show(ctx)));
pub(in super::super) const LIST: Operation =
    Operation::of("list_coupon_batches", Topic::Coupon, 1, |ctx| Box::pin(list(ctx)));
pub(in super::super) const CODES: Operation =
    Operation::of("list_coupon_codes", Topic::Coupon, 4, |ctx| Box::pin(codes(ctx)));
pub(in super::super) const RESUME: Operation =
    Operation::of("resume_coupon_batch", Topic::Coupon, 2, |ctx| Box::pin(resume(ctx)));

async fn create(mut ctx: Ctx) {
    let Some((target, offer)) = any(&mut ctx, |_| true) else { return };
    let count = ctx.choose(&[1, 3, 20, 60]);
    let path = format!("{}/{}/batches{}", path(&target), offer.id, mode(&target));
    let mut request = ApiRequest::post("create_coupon_batch", path).by_operator();
    request = request.json(json!({"count": count}));
    if ctx.one_in(2) {
        request = request.under(ctx.idempotency_key());
    }
    ctx.carry_out(&request, |response| {
        let (id, offer) = (text(&response.body, "batch_id")?, offer.id.clone());
        let batch = Batch { id, offer };
        Some(Fact::BatchCreated { tenant: target.tenant.clone(), batch })
    })
    .await;
}

/// A merchant and one of its batches.
fn batch(ctx: &mut Ctx) -> Option<(Target, Batch)> {
    let target = ctx.merchant(|_| false)?;
    let batches = ctx.data(&target.tenant, |data| data.batches.clone())?;
    let batch = ctx.pick(Thing::Batch, batches.into_iter())?;
    Some((target, batch))
}

async fn show(mut ctx: Ctx) {
    let Some((target, batch)) = batch(&mut ctx) else { return };
    let path = format!("{}/{}/batches/{}{}", path(&target), batch.offer, batch.id, mode(&target));
    ctx.send_until_answered(&ApiRequest::get("show_coupon_batch", path).by_operator()).await;
}

async fn resume(mut ctx: Ctx) {
    let Some((target, batch)) = batch(&mut ctx) else { return };
    let batches = format!("{}/{}/batches", path(&target), batch.offer);
    let path = format!("{batches}/{}/resume{}", batch.id, mode(&target));
    let request = ApiRequest::post("resume_coupon_batch", path).by_operator();
    ctx.carry_out(&request, |_| None).await;
}

async fn list(mut ctx: Ctx) {
    let Some((target, offer)) = any(&mut ctx, |_| true) else { return };
    let path = format!("{}/{}/batches{}", path(&target), offer.id, mode(&target));
    pages(&mut ctx, "list_coupon_batches", &path).await;
}

async fn codes(mut ctx: Ctx) {
    let Some((target, batch)) = batch(&mut ctx) else { return };
    let batches = format!("{}/{}/batches", path(&target), batch.offer);
    let path = format!("{batches}/{}/codes{}", batch.id, mode(&target));
    let limit = ctx.choose(&[2, 500]);
    let mut cursor = String::new();
    for _ in 0..10 {
        let page = format!("{path}&limit={limit}{cursor}");
        let request = ApiRequest::get("list_coupon_codes", page).by_operator();
        let answer = ctx.carry_out(&request, |response| {
            let codes = response.body["codes"].as_array()?.iter().filter_map(|code| code.as_str());
            let code = |code: &str| Code {
                code: code.to_owned(),
                offer: batch.offer.clone(),
                member: None,
                is_disabled: false,
                used_by: Vec::new(),
            };
            Some(Fact::CodesKnown {
                tenant: target.tenant.clone(),
                codes: codes.map(code).collect(),
            })
        });
        let Some(response) = answer.await else { return };
        let Some(next) = text(&response.body, "next_cursor") else { return };
        cursor = format!("&cursor={next}");
    }
}
