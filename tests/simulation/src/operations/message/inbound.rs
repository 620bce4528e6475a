//! A person writes an SMS to a merchant's number, and the merchant reads such texts.

use super::super::ctx::Ctx;
use super::super::member::read::pages;
use super::super::merchant::sender::STOP_NUMBER;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use domain::KeyScope;

pub(in super::super) const WRITE: Operation =
    Operation::of("inbound_sms", Topic::Campaign, 4, |ctx| Box::pin(write(ctx))).outside_the_api();
pub(in super::super) const LIST: Operation =
    Operation::of("list_inbound_texts", Topic::Campaign, 2, |ctx| Box::pin(list(ctx)));

async fn write(mut ctx: Ctx) {
    let Some(target) = ctx.merchant(|_| false) else { return };
    let Some(member) = ctx.member(&target.tenant) else { return };
    let from = format!("+33{}", member.mobile.trim_start_matches('0'));
    let text = ctx.choose(&["STOP", "stop svp", "Stop 36200", "Bonjour, êtes-vous ouverts ?"]);
    ctx.world.inbound_sms(&from, STOP_NUMBER, text).await;
    let merchant = target.tenant.merchant;
    ctx.note_outside(Fact::TextSent { merchant, from, text: text.to_owned() });
}

async fn list(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Export) else { return };
    pages(&mut ctx, "list_inbound_texts", "/v1/inbound-texts", &till).await;
}
