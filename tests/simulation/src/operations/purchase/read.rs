//! A till looks a purchase up.

use super::super::ctx::Ctx;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;

pub(in super::super) const SHOW: Operation =
    Operation::of("show_purchase", Topic::Purchase, 5, |ctx| Box::pin(show(ctx)));

async fn show(mut ctx: Ctx) {
    let Some((till, purchase)) = super::at_till(&mut ctx, |_| true) else { return };
    let request = ApiRequest::get("show_purchase", path(&purchase.id)).by(&till.key);
    ctx.send_until_answered(&request).await;
}
