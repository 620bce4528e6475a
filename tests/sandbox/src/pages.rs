//! The outbox in a browser: a list that refreshes itself, and a page for each message. The pages are for people who
//! present or try the service.

use crate::context::App;
use crate::extract::extract;
use crate::outbox::{Channel, Counts, Filter, MessageView, Outcome};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use web::{Asset, Locale, Page, PageFamily, Visit};

/// The texts and the assets of the pages.
pub(crate) static PAGES: PageFamily = PageFamily::new(
    include_str!("../locales/fr.ftl"),
    include_str!("../locales/en.ftl"),
    &[
        Asset::new("outbox.css", include_bytes!("../assets/outbox.css")),
        Asset::new("refresh.js", include_bytes!("../assets/refresh.js")),
    ],
);

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage<'a> {
    page: &'a Page,
    filter: &'a Filter,
    counts: Counts,
    rows: &'a [Row],
}

/// A message in the list. `channel` and `state` are identifiers of texts.
struct Row {
    link: String,
    time: String,
    channel: &'static str,
    to: String,
    subject: String,
    extract: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    page: &'a Page,
    title: &'a str,
    message: &'a MessageView,
    channel: &'static str,
    time: &'a str,
    state: &'static str,
    reference: &'a str,
    tags: &'a str,
}

pub(crate) async fn list(
    State(app): State<App>,
    visit: Visit,
    Query(filter): Query<Filter>,
) -> Response {
    let page = Page::new(visit, &PAGES);
    let messages = app.core.outbox.newest(&filter);
    let rows: Vec<_> = messages.into_iter().map(|message| row(&page, message)).collect();
    let counts = app.core.outbox.counts();
    let template = OutboxPage { page: &page, filter: &filter, counts, rows: &rows };
    page.respond(StatusCode::OK, &template)
}

fn row(page: &Page, message: MessageView) -> Row {
    Row {
        link: page.link(&format!("/messages/{}", message.number)),
        time: local(message.at, page.visit().locale()),
        channel: channel(message.channel),
        extract: extract(&message),
        to: message.to,
        subject: message.subject.unwrap_or_else(|| "–".to_owned()),
        state: state(message.state),
    }
}

pub(crate) async fn message(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<u64>,
) -> Response {
    let page = Page::new(visit, &PAGES);
    let Some(message) = app.core.outbox.message(number) else {
        let title = page.text("message-unknown-title");
        return page.notice(StatusCode::NOT_FOUND, title, &[page.text("message-unknown-lead")]);
    };
    let page = page.with_embedded_message();
    let tags = message.tags.join(", ");
    let template = MessagePage {
        page: &page,
        title: message.subject.as_deref().unwrap_or("SMS"),
        message: &message,
        channel: channel(message.channel),
        time: &local(message.at, page.visit().locale()),
        state: state(message.state),
        reference: message.reference.as_deref().unwrap_or("—"),
        tags: if tags.is_empty() { "—" } else { &tags },
    };
    page.respond(StatusCode::OK, &template)
}

const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "channel-email",
        Channel::Sms => "channel-sms",
    }
}

const fn state(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "state-delivered",
        Outcome::HardBounce => "state-hard-bounce",
        Outcome::SoftBounce => "state-soft-bounce",
        Outcome::Spam => "state-spam",
        Outcome::Unsubscribed => "state-unsubscribed",
        Outcome::Failed => "state-failed",
        Outcome::Aborted => "state-aborted",
    }
}

/// The time on a clock in Paris.
fn local(at: Timestamp, locale: Locale) -> String {
    let format = match locale {
        Locale::French => "%d/%m/%Y %H:%M:%S",
        Locale::English => "%d %b %Y %H:%M:%S",
    };
    match at.in_tz("Europe/Paris") {
        Ok(local) => local.strftime(format).to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOMES: [Outcome; 7] = [
        Outcome::Delivered,
        Outcome::HardBounce,
        Outcome::SoftBounce,
        Outcome::Spam,
        Outcome::Unsubscribed,
        Outcome::Failed,
        Outcome::Aborted,
    ];

    #[test]
    fn the_texts_are_complete_in_both_languages() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut chosen_by_code = OUTCOMES.map(state).to_vec();
        chosen_by_code.extend([Channel::Email, Channel::Sms].map(channel));
        assert_eq!(PAGES.problems(folder, &chosen_by_code), Vec::<String>::new());
    }
}
