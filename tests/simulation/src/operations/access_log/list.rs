//! The operator lists the accesses of persons to a merchant's data.

use super::super::coupon::mode;
use super::super::ctx::{Ctx, day};
use super::super::merchant;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};

pub(in super::super) const LIST: Operation =
    Operation::of("list_access_log", Topic::Member, 1, |ctx| Box::pin(list(ctx)));

async fn list(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let mut fields = vec![format!("{}/access-log{}", merchant::path(&target), mode(&target))];
    if ctx.one_in(2) {
        fields.push(format!("from={}", day(-ctx.random.i64(0..400))));
    }
    if ctx.one_in(4) {
        fields.push(format!("until={}", day(-ctx.random.i64(0..40))));
    }
    if ctx.one_in(2)
        && let Some(member) = ctx.member(&target.tenant)
    {
        fields.push(format!("member={}", member.id));
    }
    let path = fields.join("&");
    if ctx.one_in(2) {
        merchant::pages(&mut ctx, "list_access_log", &path).await;
    } else {
        ctx.send_until_answered(&ApiRequest::get("list_access_log", path).by_operator()).await;
    }
}
