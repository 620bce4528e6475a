//! The operator writes and reads offers.

use super::super::ctx::{Ctx, day, text};
use super::super::merchant::pages;
use super::super::purchase::basket::ARTICLE;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, mode, path};
use crate::known::fact::Fact;
use crate::known::records::Offer;
use domain::Sector;
use serde_json::{Value, json};

pub(in super::super) const CREATE: Operation =
    Operation::of("create_offer", Topic::Coupon, 4, |ctx| Box::pin(create(ctx))).essential();
pub(in super::super) const PUT: Operation =
    Operation::of("put_offer", Topic::Coupon, 4, |ctx| Box::pin(put(ctx)));
pub(in super::super) const SHOW: Operation =
    Operation::of("show_offer", Topic::Coupon, 1, |ctx| Box::pin(show(ctx)));
pub(in super::super) const LIST: Operation =
    Operation::of("list_offers", Topic::Coupon, 1, |ctx| Box::pin(list(ctx)));

async fn create(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|merchant| merchant.live.offers.is_empty()) else { return };
    let is_first = ctx.data(&target.tenant, |data| data.offers.is_empty()).unwrap_or_default();
    let terms = terms(&mut ctx, target.sector, is_first);
    let path = format!("{}{}", path(&target), mode(&target));
    let mut request = ApiRequest::post("create_offer", path).by_operator().json(terms);
    if ctx.one_in(2) {
        request = request.under(ctx.idempotency_key());
    }
    ctx.carry_out(&request, |response| {
        let id = text(&response.body, "offer_id")?;
        let offer = Offer { id, terms: response.body.clone() };
        Some(Fact::OfferPut { tenant: target.tenant.clone(), offer })
    })
    .await;
}

async fn put(mut ctx: Ctx) {
    let Some((target, offer)) = any(&mut ctx, |_| true) else { return };
    let is_new = ctx.one_in(4);
    let mut terms =
        if is_new { terms(&mut ctx, target.sector, false) } else { writable(&offer.terms) };
    match ctx.random.u8(..4) {
        0 => terms["disabled"] = json!(ctx.one_in(2)),
        1 => terms["minimum_spend_cents"] = json!(ctx.choose(&[0, 2_000])),
        2 => {
            let last_day = ctx.random.i64(1..200);
            terms["last_day"] = day(last_day).into();
        }
        _ => {}
    }
    let path = format!("{}/{}{}", path(&target), offer.id, mode(&target));
    let request = ApiRequest::put("put_offer", path).by_operator().json(terms);
    ctx.carry_out(&request, |response| {
        let offer = Offer { id: offer.id.clone(), terms: response.body.clone() };
        Some(Fact::OfferPut { tenant: target.tenant.clone(), offer })
    })
    .await;
}

async fn show(mut ctx: Ctx) {
    let Some((target, offer)) = any(&mut ctx, |_| true) else { return };
    let path = format!("{}/{}{}", path(&target), offer.id, mode(&target));
    ctx.send_until_answered(&ApiRequest::get("show_offer", path).by_operator()).await;
}

async fn list(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let path = format!("{}{}", path(&target), mode(&target));
    pages(&mut ctx, "list_offers", &path).await;
}

/// The terms of an answer, as they may be written again.
fn writable(answer: &Value) -> Value {
    let mut terms = answer.clone();
    if let Some(fields) = terms.as_object_mut() {
        fields.retain(|name, _| name != "offer_id" && name != "changed_by");
    }
    terms
}

fn terms(ctx: &mut Ctx, sector: Sector, is_first: bool) -> Value {
    let benefit = match ctx.random.u8(..5) {
        0 if sector == Sector::Retail => json!({"type": "product", "sku": ARTICLE}),
        0..3 => json!({"type": "value", "value_cents": 500}),
        _ => json!({"type": "percentage", "percent_hundredths": 1_000, "most_cents": 5_000}),
    };
    // The first offer of a merchant can be given as a reward.
    let usage = match ctx.random.u8(..4) {
        _ if is_first => json!({"type": "single"}),
        0 => json!({"type": "single"}),
        1 => json!({"type": "multi", "limit": ctx.random.u32(1..=5)}),
        2 => json!({"type": "multi", "limit": 20, "limit_member": 1}),
        _ => json!({"type": "multi", "limit_member": ctx.random.u32(1..=2)}),
    };
    let first_day = if ctx.one_in(8) { ctx.random.i64(1..20) } else { ctx.random.i64(-30..=0) };
    let mut terms = json!({
        "name": "Bienvenue", "benefit": benefit, "usage": usage, "first_day": day(first_day),
    });
    if usage.get("limit").is_none() && usage["type"] == "multi" || ctx.one_in(3) {
        let last_day = ctx.random.i64(30..500);
        terms["last_day"] = day(last_day).into();
    }
    if ctx.one_in(3) {
        terms["minimum_spend_cents"] = json!(1_500);
    }
    if ctx.one_in(5) {
        terms["establishments"] = json!(["paris"]);
    }
    terms
}
