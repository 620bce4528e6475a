//! A customer brings goods back.

use super::super::ctx::{Ctx, local};
use super::super::focus::Thing;
use super::super::{Operation, Topic};
use super::basket::Basket;
use crate::known::records::Purchase;
use serde_json::json;

pub(in super::super) const RETURN: Operation =
    Operation::of("create_purchase", Topic::Purchase, 20, |ctx| Box::pin(give_back(ctx)));

async fn give_back(mut ctx: Ctx) {
    let fits = |purchase: &Purchase| !purchase.is_return && purchase.cancelled_at.is_none();
    let Some((till, sale)) = super::at_till(&mut ctx, fits) else { return };
    let is_shared = ctx.focus.is_shared();
    let number = if is_shared {
        format!("SR{}", ctx.focus.number(Thing::Content) % 100_000)
    } else {
        format!("R{}", ctx.step.id)
    };
    let names_sale = !ctx.one_in(4);
    let total_cents = match ctx.random.u8(..5) {
        0..3 => sale.total_cents,
        3 => sale.total_cents / 2,
        _ => ctx.random.i64(0..=sale.total_cents.max(0) + 500),
    };
    let mut document = json!({
        "type": "return",
        "receipt_number": number,
        "sold_at": local(&till.key.time_zone, ctx.till_clock(&till.key)),
        "total_cents": total_cents,
    });
    if names_sale {
        document["returned_sale"] = json!({
            "day": sale.day, "receipt_number": sale.receipt_number,
            "register": sale.register, "establishment": sale.establishment,
        });
        if let Some(member) = sale.member.filter(|_| ctx.one_in(2)) {
            document["member"] = json!({"member_id": member});
        }
    } else {
        let basket = Basket::of(&mut ctx.random, till.sector);
        document["total_cents"] = json!(basket.total_cents);
        document["lines"] = json!(basket.lines);
        if let Some(member) = ctx.member(&till.tenant) {
            document["member"] = ctx.named(&member);
        }
    }
    ctx.deliver(&till, document).await;
}
