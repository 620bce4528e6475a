//! A back office reads its members.

use super::super::ctx::{Ctx, Till, text};
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use domain::KeyScope;

pub(in super::super) const SHOW: Operation =
    Operation::of("show_member", Topic::Member, 4, |ctx| Box::pin(show(ctx)));
pub(in super::super) const LIST: Operation =
    Operation::of("list_members", Topic::Member, 2, |ctx| Box::pin(list(ctx)));

async fn show(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Export) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let request = ApiRequest::get("show_member", path(&member.id)).by(&till.key);
    ctx.send_until_answered(&request).await;
}

async fn list(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Export) else { return };
    pages(&mut ctx, "list_members", "/v1/members", &till).await;
}

/// Reads a list of a key page by page, to its end or to the tenth page.
pub(in super::super) async fn pages(
    ctx: &mut Ctx,
    operation: &'static str,
    path: &str,
    till: &Till,
) {
    let limit = ctx.choose(&[1, 3, 20, 500]);
    let mut query = format!("?limit={limit}");
    for _ in 0..10 {
        let request = ApiRequest::get(operation, format!("{path}{query}")).by(&till.key);
        let Some(response) = ctx.send_until_answered(&request).await else { return };
        let Some(cursor) = text(&response.body, "next_cursor") else { return };
        query = format!("?limit={limit}&cursor={cursor}");
    }
}
