//! A member asks for the erasure, or objects to the processing.

use super::super::ctx::{Ctx, text};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::known::merchant::Tenant;
use domain::KeyScope;
use serde_json::json;

pub(in super::super) const BY_MERCHANT: Operation =
    Operation::of("erase_member", Topic::Member, 3, |ctx| Box::pin(by_merchant(ctx)));
pub(in super::super) const BY_OPERATOR: Operation =
    Operation::of("erase_member_of_merchant", Topic::Member, 2, |ctx| Box::pin(by_operator(ctx)));

async fn by_merchant(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let path = format!("{}/erasure", path(&member.id));
    let request = ApiRequest::post("erase_member", path).by(&till.key);
    send(ctx, request, till.tenant).await;
}

async fn by_operator(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let Some(member) = ctx.member(&target.tenant) else { return };
    let mode = target.tenant.mode.as_str();
    let merchant = super::super::merchant::path(&target);
    let path = format!("{merchant}/members/{}/erasure?mode={mode}", member.id);
    let request = ApiRequest::post("erase_member_of_merchant", path).by_operator();
    send(ctx, request, target.tenant).await;
}

async fn send(mut ctx: Ctx, request: ApiRequest, tenant: Tenant) {
    let reason = ctx.choose(&["request", "objection"]);
    let request = request.json(json!({"reason": reason}));
    ctx.carry_out(&request, |response| {
        let member = text(&response.body, "member_id")?;
        Some(Fact::Erased { tenant: tenant.clone(), member })
    })
    .await;
}
