//! A person follows the link of a message, and presses the button of its page.

use super::super::ctx::Ctx;
use super::super::focus::Thing;
use super::super::request::ApiRequest;
use super::super::{Operation, Topic};
use crate::known::fact::Fact;
use crate::world::function::Function;
use crate::world::providers::SentMessage;

pub(in super::super) const OPEN: Operation =
    Operation::of("open_objection_link", Topic::Campaign, 2, |ctx| Box::pin(open(ctx)))
        .outside_the_api();
pub(in super::super) const PRESS: Operation =
    Operation::of("press_objection_button", Topic::Campaign, 4, |ctx| Box::pin(press(ctx)))
        .outside_the_api();

/// The way of a message's link.
const LINK: &str = "/u/";

/// A message with a link, and the path of the link. Now and then the link was typed by hand.
async fn message(ctx: &mut Ctx) -> Option<(SentMessage, String)> {
    let messages = ctx.world.sent_messages().await;
    let with_link = messages.into_iter().filter_map(|message| {
        let path = link(&message)?;
        Some((message, path))
    });
    let (message, mut path) = ctx.pick(Thing::Member, with_link)?;
    if ctx.one_in(20) {
        path.push('x');
    }
    Some((message, path))
}

fn link(message: &SentMessage) -> Option<String> {
    let content = message.html.as_ref().or(message.text.as_ref())?;
    let link = &content[content.find(LINK)?..];
    let is_of_link =
        |character: char| character.is_ascii_alphanumeric() || "/-_.~".contains(character);
    let end = link.find(|character| !is_of_link(character)).unwrap_or(link.len());
    Some(link[..end].to_owned())
}

async fn open(mut ctx: Ctx) {
    let Some((_, path)) = message(&mut ctx).await else { return };
    let request = ApiRequest::get("open_objection_link", path).to(Function::Callbacks);
    ctx.send_until_answered(&request).await;
}

async fn press(mut ctx: Ctx) {
    let Some((message, path)) = message(&mut ctx).await else { return };
    let request = ApiRequest::post("press_objection_button", path.clone());
    let request = request.to(Function::Callbacks);
    let request =
        request.text("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click".to_owned());
    ctx.carry_out(&request, |_| {
        let (to, channel) = (message.to.clone(), message.channel.clone());
        Some(Fact::ObjectionPressed { link: path.clone(), to, channel })
    })
    .await;
}
