//! A person objects by the link of a message (RFC 8058). GET shows a page with a button and changes nothing, since
//! mail programs follow links by themselves. POST objects at once, without a login, a cookie or a redirect.

use crate::context::App;
use crate::page;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use domain::member::consent::{Opposition, OppositionReason};
use http_edge::Problem;

type Page = (StatusCode, Html<String>);

/// The page with the button.
pub(crate) async fn ask(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Page, Problem> {
    let Some(objection) = app.store.read_objection(&token, app.now()).await? else {
        return Ok(unknown());
    };
    let merchant = &objection.scope.settings.merchant.name;
    Ok((StatusCode::OK, Html(page::question(merchant, objection.channel))))
}

/// The button of the page, or the button of the mail program.
pub(crate) async fn object(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Page, Problem> {
    let Some(objection) = app.store.read_objection(&token, app.now()).await? else {
        return Ok(unknown());
    };
    let (at, reason) = (app.now(), OppositionReason::Unsubscribed);
    let opposition = Opposition { at, reason, by: objection.scope.credential };
    // An erased member receives no more messages, so the page is right for this member too.
    app.store.oppose_by_link(&objection, opposition, at).await?;
    let merchant = &objection.scope.settings.merchant.name;
    Ok((StatusCode::OK, Html(page::done(merchant, objection.channel))))
}

fn unknown() -> Page {
    (StatusCode::NOT_FOUND, Html(page::unknown()))
}
