//! A person writes an SMS to a merchant's number, and the merchant reads such texts.

use super::super::ctx::Ctx;
use super::super::focus::Thing;
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
    let of_member = format!("+33{}", member.mobile.trim_start_matches('0'));
    // Most people who write answer a message that they received.
    let received = if ctx.one_in(3) { vec![] } else { ctx.world.sent_messages().await };
    let recipients = received.into_iter().filter(|message| message.channel == "sms");
    let recipient = ctx.pick(Thing::Member, recipients).map(|message| message.to);
    let from = recipient.unwrap_or(of_member);
    let stops = ["STOP", "stop svp", "Stop 36200"];
    let others = ["Bonjour, êtes-vous ouverts ?", "Merci !", "Je passe demain"];
    let text = if ctx.one_in(2) { ctx.choose(&stops) } else { ctx.choose(&others) };
    ctx.world.inbound_sms(&from, STOP_NUMBER, text).await;
    let merchant = target.tenant.merchant;
    ctx.note_outside(Fact::TextSent { merchant, from, text: text.to_owned() });
}

async fn list(mut ctx: Ctx) {
    let Some(till) = ctx.till(KeyScope::Export) else { return };
    pages(&mut ctx, "list_inbound_texts", "/v1/inbound-texts", &till).await;
}
