//! An endpoint gets a new secret.

use super::super::ctx::{Ctx, text};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::{any, path};
use crate::known::fact::Fact;

pub(in super::super) const ROTATE: Operation =
    Operation::of("rotate_webhook_secret", Topic::Webhook, 3, |ctx| Box::pin(rotate(ctx)));

async fn rotate(mut ctx: Ctx) {
    let Some((target, webhook)) = any(&mut ctx) else { return };
    let path = format!("{}/{}/secret", path(&target), webhook.id);
    let request = ApiRequest::post("rotate_webhook_secret", path).by_operator();
    ctx.carry_out(&request, |response| {
        let (merchant, webhook) = (target.tenant.merchant.clone(), webhook.id.clone());
        let secret = text(&response.body, "secret")?;
        Some(Fact::WebhookSecretRotated { merchant, webhook, secret })
    })
    .await;
}
