//! A card is lost, found or replaced.

use super::super::ctx::{Ctx, Till};
use super::super::focus::Thing;
use super::super::person::Person;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use super::path;
use crate::known::fact::Fact;
use crate::known::records::Member;
use domain::KeyScope;
use serde_json::json;

pub(in super::super) const BLOCK: Operation =
    Operation::of("block_card", Topic::Member, 4, |ctx| Box::pin(block(ctx, "block")));
pub(in super::super) const UNBLOCK: Operation =
    Operation::of("unblock_card", Topic::Member, 4, |ctx| Box::pin(block(ctx, "unblock")));
pub(in super::super) const REPLACE: Operation =
    Operation::of("replace_card", Topic::Member, 4, |ctx| Box::pin(replace(ctx)));

/// A member with a card, most of the time.
fn holder(ctx: &mut Ctx, till: &Till) -> Option<Member> {
    let any = ctx.one_in(12);
    let holders = ctx.data(&till.tenant, |data| {
        let is_there =
            |member: &&Member| member.erased_at.is_none() && member.merged_into.is_none();
        let members = data.members.iter().filter(is_there);
        members.filter(|member| any || member.card.is_some()).cloned().collect::<Vec<_>>()
    })?;
    ctx.pick(Thing::Member, holders.into_iter())
}

async fn block(mut ctx: Ctx, action: &'static str) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let Some(member) = holder(&mut ctx, &till) else { return };
    let path = format!("{}/card/{action}", path(&member.id));
    let request = ApiRequest::post(ctx.step.operation.name, path).by(&till.key);
    let is_blocked = action == "block";
    ctx.carry_out(&request, |_| {
        let (tenant, member) = (till.tenant.clone(), member.id.clone());
        Some(Fact::CardBlocked { tenant, member, is_blocked })
    })
    .await;
}

async fn replace(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Till) else { return };
    let Some(member) = ctx.member(&till.tenant) else { return };
    // The card of another member is refused.
    let card = if ctx.one_in(10) {
        ctx.person().card(0)
    } else {
        Person(member.person).card(ctx.random.u16(..4))
    };
    let path = format!("{}/card/replace", path(&member.id));
    let request = ApiRequest::post("replace_card", path).by(&till.key);
    let request = request.json(json!({"card_number": card}));
    ctx.carry_out(&request, |_| {
        let (tenant, member) = (till.tenant.clone(), member.id.clone());
        Some(Fact::CardReplaced { tenant, member, card: card.clone() })
    })
    .await;
}
