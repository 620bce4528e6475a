//! The programme of a merchant changes from a day on.

use super::super::ctx::{Ctx, day};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{path, terms};
use crate::known::fact::Fact;
use serde_json::{Value, json};

pub(in super::super) const PUT: Operation =
    Operation::of("put_programme", Topic::Merchant, 3, |ctx| Box::pin(put(ctx)));
pub(in super::super) const PATCH: Operation =
    Operation::of("patch_programme", Topic::Merchant, 3, |ctx| Box::pin(patch(ctx)));

async fn put(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    // A merchant cannot change the unit of its balances.
    let counts_cents = target.counts_cents != ctx.one_in(15);
    let body = terms::programme(&mut ctx, target.sector, counts_cents);
    let valid_from = first_day(&mut ctx);
    let path = format!("{}/programmes/{valid_from}", path(&target));
    let request = ApiRequest::put("put_programme", path).by_operator().json(body);
    send(ctx, request, target.tenant.merchant).await;
}

async fn patch(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let establishment = target.establishments.first().cloned().unwrap_or_default();
    let body = match ctx.random.u8(..6) {
        0 => json!({"daily_cap": 200}),
        1 => json!({"daily_cap": Value::Null, "levels": Value::Null}),
        2 => json!({"pending_days": ctx.choose(&[0, 7])}),
        3 => json!({"returns": "down_to_zero"}),
        4 => json!({"expiry": {"after": "inactivity", "months": 6}}),
        _ => json!({"multipliers": [
            {"hundredths": 120, "when": {"establishments": [establishment]}},
        ]}),
    };
    let valid_from = first_day(&mut ctx);
    let path = format!("{}/programmes/{valid_from}", path(&target));
    let request = ApiRequest::patch("patch_programme", path).by_operator().json(body);
    send(ctx, request, target.tenant.merchant).await;
}

/// A day ahead; now and then today or a day that has passed, which is refused once a sale used the programme.
fn first_day(ctx: &mut Ctx) -> String {
    let days = if ctx.one_in(8) { ctx.random.i64(-3..=0) } else { ctx.random.i64(2..=20) };
    day(days)
}

async fn send(mut ctx: Ctx, request: ApiRequest, merchant: String) {
    ctx.carry_out(&request, |response| {
        Some(Fact::ProgrammePut {
            merchant: merchant.clone(),
            counts_cents: response.body["unit"] == "cents",
        })
    })
    .await;
}
