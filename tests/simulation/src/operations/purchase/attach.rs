//! A receipt without its customer gets its customer.

use super::super::ctx::{Ctx, text};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::known::records::Purchase;

pub(in super::super) const ATTACH: Operation =
    Operation::of("attach_purchase", Topic::Purchase, 10, |ctx| Box::pin(attach(ctx)));

async fn attach(mut ctx: Ctx) {
    let fits = |purchase: &Purchase| {
        purchase.member.is_none() && !purchase.is_return && purchase.cancelled_at.is_none()
    };
    let Some((till, purchase)) = super::at_till(&mut ctx, fits) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let body = ctx.named(&member);
    let is_named_by_id = text(&body, "member_id").is_some();
    let path = format!("{}/attach", path(&purchase.id));
    let request = ApiRequest::post("attach_purchase", path).by(&till.key).json(body);
    ctx.carry_out(&request, |response| {
        let (tenant, purchase) = (till.tenant.clone(), purchase.id.clone());
        // A till does not read the customer of a purchase.
        let member = text(&response.body, "member_id").unwrap_or_else(|| member.id.clone());
        Some(Fact::PurchaseAssigned { tenant, purchase, member, is_named_by_id })
    })
    .await;
}
