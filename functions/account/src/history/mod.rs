//! The history of a member: purchases with their lines, points, rewards and coupons, newest first.

mod entry;

use crate::context::App;
use crate::page::{failed, member_page};
use crate::place;
use crate::session::SignedIn;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::MerchantId;
use entry::Entry;
use serde::Deserialize;
use web::{Page, Visit};

/// The entries of a page.
const ENTRIES: usize = 20;

#[derive(Template)]
#[template(path = "history.html")]
struct History<'a> {
    page: &'a Page,
    merchant: MerchantId,
    entries: Vec<Entry>,
    /// The address of the page with older entries.
    older: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct After {
    after: Option<String>,
}

/// A page of the history: as [`store::Store::history`]. A place that was changed begins with the first page.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    Query(After { after }): Query<After>,
    visit: Visit,
) -> Response {
    let list = format!("history page {member}");
    let after = after.and_then(|text| place::open(&scope, &list, &text)).unwrap_or_default();
    let history = match app.store.history(&scope, member, &after, ENTRIES).await {
        Ok(history) => history,
        Err(error) => return failed(visit, &error),
    };
    let settings = &scope.settings;
    let page = member_page(visit, &settings.merchant);
    let older = history.next.as_ref().map(|next| place::seal(&scope, &list, next));
    let older = match older.transpose() {
        Ok(place) => place
            .map(|place| page.link(&format!("/history/{}?after={place}", settings.merchant.id))),
        Err(error) => return failed(page.visit().clone(), &error),
    };
    let entries = history.entries.iter().filter_map(|entry| Entry::of(entry, settings, &page));
    let entries = entries.collect();
    page.respond(
        StatusCode::OK,
        &History { page: &page, merchant: settings.merchant.id, entries, older },
    )
}
