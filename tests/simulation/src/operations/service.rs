//! Anybody asks whether the service answers, and for the description of the API.

use super::ctx::Ctx;
use super::request::ApiRequest;
use super::{Operation, Topic};

pub(super) const HEALTH: Operation =
    Operation::of("show_health", Topic::Service, 1, |ctx| Box::pin(get(ctx, "/v1/health")));
pub(super) const DOCUMENT: Operation =
    Operation::of("show_document", Topic::Service, 1, |ctx| Box::pin(get(ctx, "/v1/openapi.json")));

async fn get(mut ctx: Ctx, path: &'static str) {
    let request = ApiRequest::get(ctx.step.operation.name, path.to_owned());
    ctx.send_until_answered(&request).await;
}
