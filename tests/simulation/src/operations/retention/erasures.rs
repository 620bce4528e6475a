//! The operator lists the erasures of a day.

use super::super::ctx::{Ctx, day};
use super::super::merchant;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};

pub(in super::super) const LIST: Operation =
    Operation::of("list_erasures", Topic::Member, 1, |ctx| Box::pin(list(ctx)));

async fn list(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let days = if ctx.one_in(2) { 0 } else { -ctx.random.i64(0..40) };
    let path = format!("{}/erasures?day={}", merchant::path(&target), day(days));
    if ctx.one_in(2) {
        merchant::pages(&mut ctx, "list_erasures", &path).await;
    } else {
        ctx.send_until_answered(&ApiRequest::get("list_erasures", path).by_operator()).await;
    }
}
