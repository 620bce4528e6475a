//! A document is cancelled, and a cancellation is undone.

use super::super::ctx::{Ctx, text};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::known::records::Purchase;

pub(in super::super) const CANCEL: Operation =
    Operation::of("cancel_purchase", Topic::Purchase, 12, |ctx| Box::pin(cancel(ctx)));
pub(in super::super) const UNDO: Operation =
    Operation::of("create_purchase", Topic::Purchase, 6, |ctx| Box::pin(undo(ctx)));

async fn cancel(mut ctx: Ctx) {
    let fits = |purchase: &Purchase| purchase.cancelled_at.is_none();
    let Some((till, purchase)) = super::at_till(&mut ctx, fits) else { return };
    let path = format!("{}/cancel", path(&purchase.id));
    let request = ApiRequest::post("cancel_purchase", path).by(&till.key);
    ctx.carry_out(&request, |response| {
        let (tenant, purchase) = (till.tenant.clone(), purchase.id.clone());
        let cancelled_at = text(&response.body, "cancelled_at")?;
        Some(Fact::PurchaseCancelled { tenant, purchase, cancelled_at })
    })
    .await;
}

async fn undo(mut ctx: Ctx) {
    let fits = |purchase: &Purchase| purchase.cancelled_at.is_some();
    let Some((till, purchase)) = super::at_till(&mut ctx, fits) else { return };
    let Some(cancelled_at) = purchase.cancelled_at else { return };
    let mut document = purchase.document;
    document["undone_cancellation"] = cancelled_at.into();
    ctx.send_document(&till, &document).await;
}
