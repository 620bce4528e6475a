//! The messages of campaigns to a member, newest first. Their texts are not stored.

use crate::context::App;
use crate::page::{failed, member_page};
use crate::place;
use crate::session::SignedIn;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::values::calendar::PARIS;
use domain::{Channel, Day, MerchantId};
use serde::Deserialize;
use std::sync::Arc;
use store::{MemberMessage, MessageState};
use web::{Page, Visit};

/// The messages of a page.
const MESSAGES: usize = 20;

#[derive(Template)]
#[template(path = "messages.html")]
struct Messages<'a> {
    page: &'a Page,
    merchant: MerchantId,
    name: &'a str,
    listed: Vec<Message>,
    /// The address of the page with older messages.
    older: Option<String>,
}

/// A message of the page.
struct Message {
    subject: Option<Arc<str>>,
    day: String,
    /// The text that names the channel.
    channel: &'static str,
    /// The text that says what became of the message.
    state: &'static str,
}

#[derive(Deserialize)]
pub(crate) struct After {
    after: Option<String>,
}

/// A page of the messages: as [`store::Store::messages_to`], after the check of the session. A place that was changed
/// begins with the first page.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    Query(After { after }): Query<After>,
    visit: Visit,
) -> Response {
    let list = format!("messages page {member}");
    let after = after.and_then(|text| place::open(&scope, &list, &text)).unwrap_or_default();
    let read = app.store.messages_to(&scope, member, &after, MESSAGES, app.now()).await;
    let read = match read {
        Ok(read) => read,
        Err(error) => return failed(visit, &error),
    };
    let merchant = &scope.settings.merchant;
    let page = member_page(visit, merchant);
    let older = read.next.as_ref().map(|next| place::seal(&scope, &list, next));
    let older = match older.transpose() {
        Ok(place) => {
            place.map(|place| page.link(&format!("/messages/{}?after={place}", merchant.id)))
        }
        Err(error) => return failed(page.visit().clone(), &error),
    };
    let listed = read.messages.into_iter().map(|message| Message::of(message, &page)).collect();
    let (name, merchant) = (&*merchant.name, merchant.id);
    page.respond(StatusCode::OK, &Messages { page: &page, merchant, name, listed, older })
}

impl Message {
    fn of(message: MemberMessage, page: &Page) -> Self {
        Self {
            day: crate::day::text(page, Day::at(message.sent_at, &PARIS)),
            channel: match message.channel {
                Channel::Sms => "messages-sms",
                Channel::Email => "messages-email",
                Channel::Postal => "messages-postal",
            },
            state: match message.state {
                MessageState::Sent => "messages-sent",
                MessageState::Delivered => "messages-delivered",
                MessageState::Refused => "messages-refused",
                MessageState::Bounced => "messages-bounced",
                MessageState::SoftBounced | MessageState::Failed => "messages-failed",
            },
            subject: message.subject,
        }
    }
}
