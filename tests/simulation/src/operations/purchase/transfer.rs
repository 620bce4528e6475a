//! A sale for the wrong customer moves to the right one.

use super::super::ctx::{Ctx, text};
use super::super::focus::Thing;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::known::records::Purchase;

pub(in super::super) const MOVE: Operation =
    Operation::of("move_purchase", Topic::Purchase, 8, |ctx| Box::pin(transfer(ctx)));

async fn transfer(mut ctx: Ctx) {
    let fits = |purchase: &Purchase| {
        purchase.member.is_some() && !purchase.is_return && purchase.cancelled_at.is_none()
    };
    let Some((till, purchase)) = super::at_till(&mut ctx, fits) else { return };
    let Some(member) = ctx.member_as(Thing::OtherMember, &till.tenant) else { return };
    let body = ctx.named(&member);
    let is_named_by_id = text(&body, "member_id").is_some();
    let path = format!("{}/move", path(&purchase.id));
    let request = ApiRequest::post("move_purchase", path).by(&till.key).json(body);
    ctx.carry_out(&request, |response| {
        let (tenant, purchase) = (till.tenant.clone(), purchase.id.clone());
        let member = text(&response.body, "member_id").unwrap_or_else(|| member.id.clone());
        Some(Fact::PurchaseAssigned { tenant, purchase, member, is_named_by_id })
    })
    .await;
}
