//! Codes that the merchant chose, codes from a file, and the check of a code at the till.

use super::super::ctx::Ctx;
use super::super::focus::Thing;
use super::super::purchase::basket::Basket;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, mode, path};
use crate::known::fact::Fact;
use crate::known::records::{Code, Offer};
use domain::KeyScope;
use serde_json::json;

pub(in super::super) const PUT: Operation =
    Operation::of("put_coupon_code", Topic::Coupon, 6, |ctx| Box::pin(put(ctx))).essential();
pub(in super::super) const IMPORT: Operation =
    Operation::of("import_coupon_codes", Topic::Coupon, 2, |ctx| Box::pin(import(ctx)));
pub(in super::super) const CHECK: Operation =
    Operation::of("check_coupon", Topic::Coupon, 6, |ctx| Box::pin(check(ctx)));

async fn put(mut ctx: Ctx) {
    let Some((target, offer)) = any(&mut ctx, |_| true) else { return };
    let own = ctx.data(&target.tenant, |data| {
        data.codes.iter().filter(|code| code.offer == offer.id).cloned().collect::<Vec<_>>()
    });
    let known = ctx.pick(Thing::Code, own.unwrap_or_default().into_iter());
    let code = match known {
        Some(known) if ctx.one_in(3) => known.code,
        _ if ctx.one_in(12) => "BIENVENUE10".to_owned(),
        _ => format!("NOEL{:05}", ctx.step.id),
    };
    let mut body = json!({});
    let mut member = None;
    if ctx.one_in(5) {
        member = ctx.member(&target.tenant).map(|member| member.id);
        body["member_id"] = json!(member);
    }
    let is_disabled = ctx.one_in(10);
    if is_disabled {
        body["disabled"] = json!(true);
    }
    let path = format!("{}/{}/codes/{code}{}", path(&target), offer.id, mode(&target));
    let request = ApiRequest::put("put_coupon_code", path).by_operator().json(body);
    ctx.carry_out(&request, |_| {
        let (code, offer, member) = (code.clone(), offer.id.clone(), member.clone());
        let code = Code { code, offer, member, is_disabled, used_by: Vec::new() };
        Some(Fact::CodesKnown { tenant: target.tenant.clone(), codes: vec![code] })
    })
    .await;
}

async fn import(mut ctx: Ctx) {
    let Some((target, offer)) = any(&mut ctx, Offer::is_single) else { return };
    let first = u64::from(ctx.step.id) * 100;
    let codes: Vec<String> =
        (first..first + ctx.random.u64(1..12)).map(|n| format!("IMPORT{n:06}")).collect();
    let mut file = format!("code\n{}\n", codes.join("\n"));
    if ctx.one_in(4) {
        file.push_str("court\n");
    }
    let path = format!("{}/{}/imports{}", path(&target), offer.id, mode(&target));
    let request = ApiRequest::post("import_coupon_codes", path).by_operator();
    let request = request.text("text/csv", file);
    ctx.carry_out(&request, |_| {
        let code = |code: &String| Code {
            code: code.clone(),
            offer: offer.id.clone(),
            member: None,
            is_disabled: false,
            used_by: Vec::new(),
        };
        let codes = codes.iter().map(code).collect();
        Some(Fact::CodesKnown { tenant: target.tenant.clone(), codes })
    })
    .await;
}

async fn check(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let Some(codes) = ctx.data(&till.tenant, |data| data.codes.clone()) else { return };
    let code = ctx.pick(Thing::Code, codes.into_iter()).map(|code| code.code);
    let code = code.unwrap_or_else(|| "INCONNU2026".to_owned());
    let basket = Basket::of(&mut ctx.random, till.sector);
    let mut body = json!({"code": code, "total_cents": basket.total_cents, "lines": basket.lines});
    if let Some(member) = ctx.member(&till.tenant)
        && ctx.one_in(2)
    {
        body["member"] = ctx.named(&member);
    }
    let request = ApiRequest::post("check_coupon", "/v1/coupons/check".to_owned());
    drop(ctx.send(&request.by(&till.key).json(body)).await);
}
