//! A merchant chooses what activates the cards of its members.

use super::super::ctx::Ctx;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use serde_json::json;

pub(in super::super) const PUT: Operation =
    Operation::of("put_card_activation", Topic::Merchant, 1, |ctx| Box::pin(put(ctx)));

async fn put(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let choice = ctx.choose(&["use", "registration"]);
    let path = format!("{}/card-activation", path(&target));
    let body = json!({"card_activation": choice});
    let request = ApiRequest::put("put_card_activation", path).by_operator().json(body);
    let merchant = target.tenant.merchant;
    let fact = |_: &_| Some(Fact::CardActivationPut { merchant: merchant.clone(), choice });
    ctx.carry_out(&request, fact).await;
}
