//! The sessions of a member: since when each is open, and a button that ends all others.

use crate::context::App;
use crate::page::{failed, member_page};
use crate::session::SignedIn;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::values::calendar::PARIS;
use domain::{Instant, MerchantId};
use store::LoginOf;
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "sessions.html")]
struct Sessions<'a> {
    page: &'a Page,
    merchant: MerchantId,
    open: Vec<OpenSession>,
}

/// A session of the list.
struct OpenSession {
    begun: String,
    used: String,
    is_this: bool,
}

/// The list, the latest first: 1 read unit after the check of the session.
pub(crate) async fn list(
    State(app): State<App>,
    Extension(SignedIn { scope, member, secret_hash }): Extension<SignedIn>,
    visit: Visit,
) -> Response {
    let login = match app.store.login(&scope, &LoginOf::Member(member)).await {
        Ok(login) => login,
        Err(error) => return failed(visit, &error),
    };
    let now = app.now();
    let mut stored: Vec<_> = login.sessions.iter().filter(|session| session.is_open(now)).collect();
    stored.sort_by_key(|session| std::cmp::Reverse(session.used_at));
    let open = stored.iter().map(|session| OpenSession {
        begun: minute(session.begun_at),
        used: minute(session.used_at),
        is_this: session.has(&secret_hash),
    });
    let merchant = &scope.settings.merchant;
    let page = member_page(visit, merchant).with_form();
    let sessions = Sessions { page: &page, merchant: merchant.id, open: open.collect() };
    page.respond(StatusCode::OK, &sessions)
}

/// Ends all sessions but this one.
pub(crate) async fn end_others(
    State(app): State<App>,
    Extension(SignedIn { scope, member, secret_hash }): Extension<SignedIn>,
    visit: Visit,
) -> Response {
    match app.store.end_other_sessions(&scope, member, &secret_hash).await {
        Ok(()) => visit.redirect(&format!("/sessions/{}", scope.settings.merchant.id)),
        Err(error) => failed(visit, &error),
    }
}

/// An instant in Europe/Paris, to the minute.
pub(crate) fn minute(at: Instant) -> String {
    PARIS.to_datetime(at).strftime("%d/%m/%Y %H:%M").to_string()
}
