//! The end of a merchant's contract, and its withdrawal.

use super::super::ctx::{Ctx, day};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::known::merchant::Merchant;
use serde_json::json;

pub(in super::super) const PUT: Operation =
    Operation::of("put_contract_end", Topic::Merchant, 1, |ctx| Box::pin(put(ctx)));
pub(in super::super) const DELETE: Operation =
    Operation::of("delete_contract_end", Topic::Merchant, 1, |ctx| Box::pin(delete(ctx)));

async fn put(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let days = match ctx.random.u8(..8) {
        0 => ctx.random.i64(-5..=0),
        1 => ctx.random.i64(1..=10),
        2..5 => ctx.random.i64(20..=120),
        _ => ctx.random.i64(200..=1_000),
    };
    let day = day(days);
    let path = format!("{}/contract-end", path(&target));
    let body = json!({"ended_on": day});
    let request = ApiRequest::put("put_contract_end", path).by_operator().json(body);
    let merchant = target.tenant.merchant;
    let fact =
        |_: &_| Some(Fact::ContractEndPut { merchant: merchant.clone(), day: Some(day.clone()) });
    ctx.carry_out(&request, fact).await;
}

async fn delete(mut ctx: Ctx) {
    let ends = |merchant: &Merchant| merchant.contract_ends_on.is_some();
    let Some(target) = ctx.merchant(ends) else { return };
    let path = format!("{}/contract-end", path(&target));
    let request = ApiRequest::delete("delete_contract_end", path).by_operator();
    let merchant = target.tenant.merchant;
    let fact = |_: &_| Some(Fact::ContractEndPut { merchant: merchant.clone(), day: None });
    ctx.carry_out(&request, fact).await;
}
