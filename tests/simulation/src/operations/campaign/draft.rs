//! The operator writes and reads campaigns.

use super::super::ctx::{Ctx, Target};
use super::super::merchant::pages;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, known, path};
use serde_json::{Value, json};

pub(in super::super) const CREATE: Operation =
    Operation::of("create_campaign", Topic::Campaign, 8, |ctx| Box::pin(create(ctx))).essential();
pub(in super::super) const PUT: Operation =
    Operation::of("put_campaign", Topic::Campaign, 3, |ctx| Box::pin(put(ctx)));
pub(in super::super) const SHOW: Operation =
    Operation::of("show_campaign", Topic::Campaign, 3, |ctx| Box::pin(show(ctx)));
pub(in super::super) const LIST: Operation =
    Operation::of("list_campaigns", Topic::Campaign, 1, |ctx| Box::pin(list(ctx)));

async fn create(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let body = content(&mut ctx, &target);
    let mut request = ApiRequest::post("create_campaign", path(&target)).by_operator().json(body);
    if ctx.one_in(2) {
        request = request.under(ctx.idempotency_key());
    }
    ctx.carry_out(&request, |response| known(&target, &response.body)).await;
}

async fn put(mut ctx: Ctx) {
    let Some((target, campaign)) = any(&mut ctx, &["draft", "scheduled"]) else { return };
    let body = content(&mut ctx, &target);
    let path = format!("{}/{}", path(&target), campaign.id);
    let request = ApiRequest::put("put_campaign", path).by_operator().json(body);
    ctx.carry_out(&request, |response| known(&target, &response.body)).await;
}

async fn show(mut ctx: Ctx) {
    let Some((target, campaign)) = any(&mut ctx, &[]) else { return };
    let path = format!("{}/{}", path(&target), campaign.id);
    let request = ApiRequest::get("show_campaign", path).by_operator();
    ctx.carry_out(&request, |response| known(&target, &response.body)).await;
}

async fn list(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    pages(&mut ctx, "list_campaigns", &path(&target)).await;
}

fn content(ctx: &mut Ctx, target: &Target) -> Value {
    let is_email = ctx.one_in(2);
    let content = if is_email {
        json!({
            "subject": "Vos points, {{first_name|cher client}}",
            "body": "<p>Vous avez {{points}} points.</p><a href=\"{{unsubscribe_url}}\">non merci</a>",
        })
    } else {
        json!({
            "body": format!("{{{{first_name|Bonjour}}}} : soldes demain chez {}. {{{{stop}}}}", target.name),
            "fold": ctx.one_in(2),
        })
    };
    let segment = match ctx.random.u8(..6) {
        0 => json!({"visits": {"from": 1}}),
        1 => json!({"days_since_activity": {"to": 90}}),
        2 => json!({"establishments": ["paris"]}),
        _ => json!({}),
    };
    let mut body = json!({
        "name": "Rentrée",
        "channel": if is_email { "email" } else { "sms" },
        "content": content,
        "segment": segment,
    });
    // An e-mail without the link is refused.
    if is_email && ctx.one_in(15) {
        body["content"]["body"] = "<p>Sans lien</p>".into();
    }
    body
}
