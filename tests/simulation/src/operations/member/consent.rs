//! A member agrees to messages of a channel, or opposes.

use super::super::ctx::Ctx;
use super::super::focus::Thing;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::world::clock::now;
use domain::{Channel, KeyScope};
use jiff::SignedDuration;
use serde_json::json;

pub(in super::super) const PUT: Operation =
    Operation::of("put_consent", Topic::Member, 30, |ctx| Box::pin(put(ctx))).essential();
pub(in super::super) const SHOW: Operation =
    Operation::of("show_consents", Topic::Member, 2, |ctx| Box::pin(read(ctx, "")));
pub(in super::super) const HISTORY: Operation =
    Operation::of("list_consent_history", Topic::Member, 2, |ctx| Box::pin(read(ctx, "/history")));

async fn put(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let first = if member.email.is_some() { Channel::Email } else { Channel::Sms };
    let channels = [first, first, Channel::Sms, Channel::Sms, Channel::Email, Channel::Postal];
    let channel = ctx.pick(Thing::Content, channels.into_iter()).unwrap_or(Channel::Sms);
    let given = !ctx.one_in(4);
    let mut body = json!({"given": given});
    if given {
        body["text_version"] = "2026-01".into();
        body["told_by"] = ctx.choose(&["till", "till", "till", "merchant"]).into();
        if !ctx.one_in(3) {
            body["operator"] = "V12".into();
        }
        if ctx.one_in(4) {
            body["parental_consent"] = json!({"operator": "V12", "text_version": "2026-01-parent"});
        }
    }
    let mut stated_at = None;
    if ctx.one_in(6) {
        let ago = SignedDuration::from_secs(ctx.random.i64(0..30 * 24 * 3_600));
        let at = now() - ago;
        body["at"] = at.to_string().into();
        stated_at = Some(at);
    }
    let path = format!("{}/consents/{}", path(&member.id), channel.as_str());
    let request = ApiRequest::put("put_consent", path).by(&till.key).json(body);
    ctx.carry_out(&request, |_| {
        let (tenant, member) = (till.tenant.clone(), member.id.clone());
        Some(Fact::ConsentPut { tenant, member, channel, given, stated_at })
    })
    .await;
}

async fn read(mut ctx: Ctx, end: &'static str) {
    let Some(till) = ctx.till(KeyScope::Export) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let path = format!("{}/consents{end}", path(&member.id));
    let request = ApiRequest::get(ctx.step.operation.name, path).by(&till.key);
    ctx.send_until_answered(&request).await;
}
