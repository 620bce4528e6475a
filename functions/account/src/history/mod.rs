//! The history of a member: purchases with their lines, points, rewards and coupons, newest first.

mod entry;

use crate::context::App;
use crate::page::{failed, page};
use crate::session::SignedIn;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{MemberId, MerchantId};
use entry::Entry;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::{HistoryKey, Scope};
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

type Place = BTreeMap<String, HistoryKey>;

/// A page of the history: as [`store::Store::history`]. A place that was changed begins with the first page.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    Query(After { after }): Query<After>,
    visit: Visit,
) -> Response {
    let after = after.and_then(|text| open(&scope, member, &text)).unwrap_or_default();
    let history = match app.store.history(&scope, member, &after, ENTRIES).await {
        Ok(history) => history,
        Err(error) => return failed(visit, &error),
    };
    let settings = &scope.settings;
    let page = page(visit, &settings.merchant.name);
    let older = match history.next.as_ref().map(|next| seal(&scope, member, next)).transpose() {
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

/// The name of a member's history, with which its places are sealed.
fn list(member: MemberId) -> String {
    format!("history page {member}")
}

fn seal(scope: &Scope, member: MemberId, place: &Place) -> Result<String, store::StoreError> {
    let place = serde_json::to_vec(place).unwrap_or_default();
    Ok(URL_SAFE_NO_PAD.encode(scope.seal_position(&list(member), &place)?))
}

fn open(scope: &Scope, member: MemberId, text: &str) -> Option<Place> {
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let place = scope.open_position(&list(member), &sealed).ok()?;
    serde_json::from_slice(&place).ok()
}
