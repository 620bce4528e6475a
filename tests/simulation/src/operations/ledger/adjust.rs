//! A back office corrects a balance by hand.

use super::super::ctx::Ctx;
use super::super::member::path;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use domain::KeyScope;
use serde_json::json;

pub(in super::super) const ADJUST: Operation =
    Operation::of("create_adjustment", Topic::Ledger, 8, |ctx| Box::pin(adjust(ctx)));

async fn adjust(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let points = match ctx.random.u8(..8) {
        0 => ctx.random.i64(-200..0),
        1 => 15_000,
        _ => ctx.random.i64(1..300),
    };
    let reason = ctx.choose(&["goodwill", "correction", "transfer", "fraud"]);
    let mut body = json!({"points": points, "reason": reason, "operator": "V12"});
    if ctx.one_in(3) {
        body["reference"] = format!("DOSSIER-{}", ctx.step.id).into();
    }
    let key = ctx.idempotency_key();
    let path = format!("{}/adjustments", path(&member.id));
    let request = ApiRequest::post("create_adjustment", path).by(&till.key).json(body).under(key);
    ctx.carry_out(&request, |response| {
        let (tenant, member) = (till.tenant.clone(), member.id.clone());
        let entered_at = response.body["at"].as_str()?.parse().ok()?;
        Some(Fact::Adjusted { tenant, member, points, entered_at })
    })
    .await;
}
