//! A person objects by the link of a message (RFC 8058). GET shows a page with a button and changes nothing, since
//! mail programs follow links by themselves. POST objects at once, without a login, a cookie or a redirect.

use crate::context::App;
use crate::page;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::member::consent::{Opposition, OppositionReason};
use http_edge::Problem;
use web::Visit;

/// The page with the button.
pub(crate) async fn ask(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let Some(objection) = app.store.read_objection(&token, app.now()).await? else {
        return Ok(page::unknown(visit));
    };
    let merchant = &objection.scope.settings.merchant.name;
    Ok(page::question(visit, merchant, objection.channel))
}

/// The button of the page, or the button of the mail program.
pub(crate) async fn object(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let Some(objection) = app.store.read_objection(&token, app.now()).await? else {
        return Ok(page::unknown(visit));
    };
    let (at, reason) = (app.now(), OppositionReason::Unsubscribed);
    let opposition = Opposition { at, reason, by: objection.scope.credential };
    // An erased member receives no more messages, so the page is right for this member too.
    app.store.oppose_by_link(&objection, opposition, at).await?;
    let merchant = &objection.scope.settings.merchant.name;
    Ok(page::done(visit, merchant, objection.channel))
}
