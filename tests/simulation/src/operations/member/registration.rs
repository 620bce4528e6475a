//! A member is invited to complete the registration, and completes it.

use super::super::ctx::Ctx;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::world::clock::now;
use domain::KeyScope;
use jiff::SignedDuration;
use serde_json::json;

pub(in super::super) const PUT: Operation =
    Operation::of("put_registration", Topic::Member, 6, |ctx| Box::pin(put(ctx)));

async fn put(mut ctx: Ctx) {
    let invites = ctx.one_in(2);
    let scope = if invites { KeyScope::BackOffice } else { KeyScope::Till };
    let Some(till) = ctx.till(scope) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let now = now();
    let at = match ctx.random.u8(..6) {
        0 => now - SignedDuration::from_hours(ctx.random.i64(24..24 * 40)),
        1 => ctx.till_clock(&till.key),
        _ => now.max(member.enrolled_at),
    };
    let name = if invites { "invited_at" } else { "activated_at" };
    let path = format!("{}/registration", path(&member.id));
    let request = ApiRequest::put("put_registration", path).by(&till.key);
    let request = request.json(json!({name: at.to_string()}));
    ctx.carry_out(&request, |_| {
        Some(Fact::Registered {
            tenant: till.tenant.clone(),
            member: member.id.clone(),
            invited_at: invites.then_some(at),
            activated_at: (!invites).then_some(at),
        })
    })
    .await;
}
