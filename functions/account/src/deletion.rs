//! The deletion of a member's account (*effacement*, GDPR art. 17): the member asks, has 72 hours to cancel, and is erased
//! in the night after.

use crate::context::App;
use crate::page::{failed, member_page};
use crate::session::SignedIn;
use crate::{day, sessions};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::retention::{DELETION_HOURS, deletion_due};
use domain::{MerchantId, Person};
use jiff::ToSpan as _;
use store::{Scope, StoreError};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "deletion.html")]
struct Deletion<'a> {
    page: &'a Page,
    merchant: MerchantId,
    name: &'a str,
    asked: Option<Asked>,
}

/// A request to delete the account, as the member reads it.
struct Asked {
    /// The minute up to which the member may cancel.
    cancel_until: String,
    /// The day whose night erases the account.
    erased_on: String,
}

/// The page: 1 read unit after the check of the session.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    visit: Visit,
) -> Response {
    match app.store.member(&scope, member).await {
        Ok(member) => respond(&scope, visit, &member.person),
        Err(error) => failed(visit, &error),
    }
}

/// Stores the request: as [`store::Store::ask_for_deletion`].
pub(crate) async fn ask(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    visit: Visit,
) -> Response {
    let asked = app.store.ask_for_deletion(&scope, member, app.now()).await;
    changed(&scope, visit, asked.map(drop))
}

/// Cancels the request: as [`store::Store::cancel_deletion`].
pub(crate) async fn cancel(
    State(app): State<App>,
    Extension(SignedIn { scope, member, .. }): Extension<SignedIn>,
    visit: Visit,
) -> Response {
    let cancelled = app.store.cancel_deletion(&scope, member).await;
    changed(&scope, visit, cancelled.map(drop))
}

fn changed(scope: &Scope, visit: Visit, changed: Result<(), StoreError>) -> Response {
    match changed {
        Ok(()) => visit.redirect(&format!("/deletion/{}", scope.settings.merchant.id)),
        Err(error) => failed(visit, &error),
    }
}

fn respond(scope: &Scope, visit: Visit, person: &Person) -> Response {
    let merchant = &scope.settings.merchant;
    let page = member_page(visit, merchant).with_form();
    let asked = person.deletion.map(|asked| Asked {
        cancel_until: sessions::minute(asked.at + DELETION_HOURS.hours()),
        erased_on: day::text(&page, deletion_due(asked.at)),
    });
    let deletion = Deletion { page: &page, merchant: merchant.id, name: &merchant.name, asked };
    page.respond(StatusCode::OK, &deletion)
}
