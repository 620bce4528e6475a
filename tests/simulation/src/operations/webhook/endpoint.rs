//! Endpoints are created, changed, read and deleted.

use super::super::ctx::{Ctx, text};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, path};
use crate::known::fact::Fact;
use crate::known::records::Webhook;
use crate::world::clock;
use serde_json::json;
use store::Mode;

pub(in super::super) const CREATE: Operation =
    Operation::of("create_webhook", Topic::Webhook, 1, |ctx| Box::pin(create(ctx))).essential();
pub(in super::super) const PUT: Operation =
    Operation::of("put_webhook", Topic::Webhook, 5, |ctx| Box::pin(put(ctx)));
pub(in super::super) const SHOW: Operation =
    Operation::of("show_webhook", Topic::Webhook, 3, |ctx| Box::pin(show(ctx)));
pub(in super::super) const LIST: Operation =
    Operation::of("list_webhooks", Topic::Webhook, 1, |ctx| Box::pin(list(ctx)));
pub(in super::super) const DELETE: Operation =
    Operation::of("delete_webhook", Topic::Webhook, 2, |ctx| Box::pin(delete(ctx)));

const EVENTS: [&str; 7] = [
    "purchase.created",
    "purchase.cancelled",
    "purchase.attached",
    "points.changed",
    "member.created",
    "member.merged",
    "member.erased",
];

/// An address of the machine itself. No name is looked up.
fn url(number: u32) -> String {
    format!("http://127.0.0.1:9/hooks/{number}")
}

fn events(ctx: &mut Ctx) -> Vec<&'static str> {
    if ctx.one_in(4) {
        return EVENTS.to_vec();
    }
    let events: Vec<_> = EVENTS.into_iter().filter(|_| ctx.one_in(3)).collect();
    if events.is_empty() { vec![EVENTS[0]] } else { events }
}

async fn create(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let mode = if ctx.one_in(8) { Mode::Test } else { Mode::Live };
    let (url, events) = (url(ctx.step.id), events(&mut ctx));
    let mut body = json!({"mode": mode.as_str(), "url": url, "events": events});
    if ctx.one_in(2) {
        body["file_events"] = json!(true);
    }
    let request = ApiRequest::post("create_webhook", path(&target)).by_operator().json(body);
    ctx.carry_out(&request, |response| {
        let webhook = Webhook {
            id: text(&response.body, "webhook_id")?,
            mode,
            url: url.clone(),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            secrets: vec![text(&response.body, "secret")?],
            created_at: clock::now(),
            deleted_at: None,
        };
        Some(Fact::WebhookPut { merchant: target.tenant.merchant.clone(), webhook })
    })
    .await;
}

async fn put(mut ctx: Ctx) {
    let Some((target, webhook)) = any(&mut ctx) else { return };
    let url = if ctx.one_in(2) { url(ctx.step.id) } else { webhook.url.clone() };
    let (events, is_enabled) = (events(&mut ctx), !ctx.one_in(4));
    let body = json!({"url": url, "events": events, "enabled": is_enabled});
    let path = format!("{}/{}", path(&target), webhook.id);
    let request = ApiRequest::put("put_webhook", path).by_operator().json(body);
    ctx.carry_out(&request, |_| {
        let webhook = Webhook {
            url: url.clone(),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
            ..webhook.clone()
        };
        Some(Fact::WebhookPut { merchant: target.tenant.merchant.clone(), webhook })
    })
    .await;
}

async fn show(mut ctx: Ctx) {
    let Some((target, webhook)) = any(&mut ctx) else { return };
    let path = format!("{}/{}", path(&target), webhook.id);
    ctx.send_until_answered(&ApiRequest::get("show_webhook", path).by_operator()).await;
}

async fn list(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let request = ApiRequest::get("list_webhooks", path(&target)).by_operator();
    ctx.send_until_answered(&request).await;
}

async fn delete(mut ctx: Ctx) {
    let Some((target, webhook)) = any(&mut ctx) else { return };
    let path = format!("{}/{}", path(&target), webhook.id);
    let request = ApiRequest::delete("delete_webhook", path).by_operator();
    ctx.carry_out(&request, |_| {
        let (merchant, webhook) = (target.tenant.merchant.clone(), webhook.id.clone());
        Some(Fact::WebhookDeleted { merchant, webhook })
    })
    .await;
}
