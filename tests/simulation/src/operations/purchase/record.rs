//! A till sells.

use super::super::ctx::{Ctx, Till, local};
use super::super::focus::Thing;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::basket::Basket;
use crate::faults::TILL_OFFLINE;
use crate::known::Queued;
use crate::known::records::Code;
use domain::KeyScope;
use fastrand::Rng;
use jiff::SignedDuration;
use serde_json::{Value, json};

pub(in super::super) const RECORD: Operation =
    Operation::of("create_purchase", Topic::Purchase, 80, |ctx| Box::pin(record(ctx))).essential();
pub(in super::super) const SEND_QUEUE: Operation =
    Operation::of("create_purchase", Topic::Purchase, 15, |ctx| Box::pin(send_queue(ctx)))
        .essential();
pub(in super::super) const REPEAT: Operation =
    Operation::of("create_purchase", Topic::Purchase, 10, |ctx| Box::pin(repeat(ctx)));

async fn record(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let mut document = sale(&mut ctx, &till);
    if ctx.one_in(5) {
        use_coupon(&mut ctx, &till, &mut document).await;
    }
    let is_offline = ctx.world.is_offline(ctx.step.operation.name, &mut ctx.random);
    if is_offline {
        ctx.known.put_into_queue(&till.tenant, Queued { key: till.key, document });
        return;
    }
    ctx.deliver(&till, document).await;
}

/// A till that is online again sends what waits in its queue.
async fn send_queue(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    for _ in 0..5 {
        let Some(queued) = ctx.known.take_from_queue(&till.tenant) else { return };
        let till = Till { key: queued.key, ..till.clone() };
        ctx.world.coverage.count(ctx.step.operation.name, TILL_OFFLINE);
        ctx.deliver(&till, queued.document).await;
    }
}

/// A till sends a document that it sent before, or the same receipt with another content.
async fn repeat(mut ctx: Ctx) {
    let Some((till, purchase)) = super::at_till(&mut ctx, |_| true) else { return };
    let mut document = purchase.document;
    match ctx.random.u8(..6) {
        0 => document["total_cents"] = json!(purchase.total_cents + 1),
        1 => {
            let Some(member) = ctx.member(&till.tenant) else { return };
            document["member"] = ctx.named(&member);
        }
        _ => {}
    }
    ctx.send_document(&till, &document).await;
}

fn sale(ctx: &mut Ctx, till: &Till) -> Value {
    // Two tills, or one till twice, may send the same receipt at once, now and then with different contents.
    let is_shared = ctx.focus.is_shared();
    let content = ctx.focus.number(Thing::Content);
    let (number, mut random) = match is_shared {
        true if !ctx.one_in(6) => (format!("S{}", content % 100_000), Rng::with_seed(content)),
        true => (format!("S{}", content % 100_000), ctx.random.fork()),
        false => (format!("T{}", ctx.step.id), ctx.random.fork()),
    };
    let basket = Basket::of(&mut random, till.sector);
    let ago = match random.u8(..20) {
        0 => random.i64(24 * 3_600..9 * 24 * 3_600),
        1 => random.i64(3_600..24 * 3_600),
        _ => random.i64(0..300),
    };
    let sold_at = ctx.till_clock(&till.key) - SignedDuration::from_secs(ago);
    let mut document = json!({
        "type": "sale",
        "receipt_number": number,
        "sold_at": local(&till.key.time_zone, sold_at),
        "total_cents": basket.total_cents,
        "lines": basket.lines,
    });
    if random.u8(..4) == 0 {
        document["register"] = "2".into();
    }
    if random.u8(..4) == 0 {
        document["operator"] = "V12".into();
    }
    let customer = random.u8(..20);
    if let Some(buyer) = buyer(ctx, till, customer) {
        document["member"] = buyer;
    }
    document
}

/// The customer: a member, a person who asks for the card, a person who is no member, or nobody.
fn buyer(ctx: &mut Ctx, till: &Till, drawn: u8) -> Option<Value> {
    match drawn {
        0..4 => None,
        4 => Some(json!({"mobile": ctx.person().mobile(0)})),
        5..8 => {
            let person = ctx.person();
            Some(json!({
                "mobile": person.mobile(0), "card_requested": true,
                "first_name": person.first_name(), "last_name": person.last_name(),
            }))
        }
        _ => {
            let member = ctx.member(&till.tenant)?;
            let mut buyer = ctx.named(&member);
            if drawn == 8 {
                buyer["card_activated"] = json!(true);
            }
            Some(buyer)
        }
    }
}

/// Asks what a coupon gives on the basket, and takes that off.
async fn use_coupon(ctx: &mut Ctx, till: &Till, document: &mut Value) {
    let used_too = ctx.one_in(3);
    let codes = ctx.data(&till.tenant, |data| {
        let is_fresh = |code: &&Code| used_too || code.used_by.is_empty();
        data.codes.iter().filter(is_fresh).cloned().collect::<Vec<_>>()
    });
    let Some(codes) = codes else { return };
    let Some(code) = ctx.pick(Thing::Code, codes.into_iter()) else { return };
    let basket = json!({
        "total_cents": document["total_cents"], "lines": document["lines"],
        "coupons": [{"code": code.code}],
    });
    let request = ApiRequest::post("dry_run_purchase", "/v1/purchases/dry-run".to_owned());
    let request = request.by(&till.key).json(basket);
    let Some(tried) = ctx.send_until_answered(&request).await else { return };
    let Some(discount) = tried.body["coupons"][0]["discount_cents"].as_i64() else { return };
    let Some(to_pay) = tried.body["to_pay_cents"].as_i64() else { return };
    document["coupons"] = json!([{"code": code.code, "discount_cents": discount}]);
    document["total_cents"] = json!(to_pay);
}
