//! Two records of one person become one member, and a merge is undone.

use super::super::ctx::{Ctx, Till};
use super::super::focus::Thing;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use domain::KeyScope;
use serde_json::json;

pub(in super::super) const MERGE: Operation =
    Operation::of("merge_members", Topic::Member, 5, |ctx| Box::pin(merge(ctx)));
pub(in super::super) const UNMERGE: Operation =
    Operation::of("unmerge_members", Topic::Member, 4, |ctx| Box::pin(unmerge(ctx)));

async fn merge(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let Some(survivor) = ctx.member(&till.tenant) else { return };
    let Some(absorbed) = ctx.member_as(Thing::OtherMember, &till.tenant) else { return };
    if survivor.id == absorbed.id && !ctx.one_in(10) {
        return;
    }
    // Two people may merge the same members in opposite directions.
    let (survivor, absorbed) =
        if ctx.one_in(4) { (absorbed.id, survivor.id) } else { (survivor.id, absorbed.id) };
    let fact = |tenant, survivor, absorbed| Fact::Merged { tenant, survivor, absorbed };
    send(ctx, &till, "merge", survivor, absorbed, fact).await;
}

async fn unmerge(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::BackOffice) else { return };
    let merged = ctx.data(&till.tenant, |data| {
        let merged = data
            .members
            .iter()
            .filter_map(|member| Some((member.merged_into.clone()?, member.id.clone())));
        merged.collect::<Vec<_>>()
    });
    let Some(merged) = merged else { return };
    let Some((survivor, absorbed)) = ctx.pick(Thing::Member, merged.into_iter()) else { return };
    let fact = |tenant, survivor, absorbed| Fact::Unmerged { tenant, survivor, absorbed };
    send(ctx, &till, "unmerge", survivor, absorbed, fact).await;
}

async fn send(
    mut ctx: Ctx,
    till: &Till,
    action: &str,
    survivor: String,
    absorbed: String,
    fact: impl Fn(crate::known::merchant::Tenant, String, String) -> Fact,
) {
    let operation = ctx.step.operation.name;
    let path = format!("{}/{action}", path(&survivor));
    let body = json!({"absorbed_member_id": absorbed});
    let request = ApiRequest::post(operation, path).by(&till.key).json(body);
    let (survivor, absorbed) = (&survivor, &absorbed);
    ctx.carry_out(&request, |_| {
        Some(fact(till.tenant.clone(), survivor.clone(), absorbed.clone()))
    })
    .await;
}
