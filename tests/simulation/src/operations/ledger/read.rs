//! A member's balance and history are read.

use super::super::ctx::Ctx;
use super::super::member::path;
use super::super::member::read::pages;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use domain::KeyScope;

pub(in super::super) const BALANCE: Operation =
    Operation::of("show_balance", Topic::Ledger, 5, |ctx| Box::pin(balance(ctx)));
pub(in super::super) const HISTORY: Operation =
    Operation::of("list_history", Topic::Ledger, 4, |ctx| Box::pin(history(ctx)));

async fn balance(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let path = format!("{}/balance", path(&member.id));
    let request = ApiRequest::get("show_balance", path).by(&till.key);
    ctx.send_until_answered(&request).await;
}

async fn history(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Export) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let path = format!("{}/history", path(&member.id));
    pages(&mut ctx, "list_history", &path, &till).await;
}
