//! A till shows the rewards.

use super::super::ctx::Ctx;
use super::super::member;
use super::super::member::read::pages;
use super::super::{Operation, Topic};
use domain::KeyScope;

pub(in super::super) const GIVEN: Operation =
    Operation::of("list_rewards_given", Topic::Reward, 2, |ctx| Box::pin(given(ctx)));
pub(in super::super) const FOR_MEMBER: Operation =
    Operation::of("list_member_rewards", Topic::Reward, 4, |ctx| Box::pin(for_member(ctx)));

async fn given(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    pages(&mut ctx, "list_rewards_given", "/v1/rewards", &till).await;
}

async fn for_member(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    let path = format!("{}/rewards", member::path(&member.id));
    pages(&mut ctx, "list_member_rewards", &path, &till).await;
}
