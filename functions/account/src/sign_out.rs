//! Ends the session, here and in the browser, and removes the card that the browser has stored.
//!
//! Everybody may sign out: a person whose session has ended by time also wants the browser to forget the card.

use crate::access::log;
use crate::context::App;
use crate::merchant;
use crate::page::failed;
use crate::session::{self, NoSession, SignedIn};
use crate::source::Source;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use domain::access_log::{AccessEvent, Actor};
use store::{Scope, StoreError};
use web::{ClearStorage, Visit};

pub(crate) async fn end(
    State(app): State<App>,
    Path(merchant): Path<String>,
    source: Source,
    visit: Visit,
    headers: HeaderMap,
) -> Response {
    let scope = match merchant::scope(&app, &visit, &merchant).await {
        Ok(scope) => scope,
        Err(answer) => return answer,
    };
    let merchant = scope.settings.merchant.id;
    match end_session(&app, scope, &headers, &source).await {
        // The stored card and the cookie are those of the other merchant.
        Ok(Some(why @ NoSession::OfAnotherMerchant)) => session::to_sign_in(&visit, merchant, why),
        Ok(_) => {
            let signed_out = visit.redirect(&format!("/sign-in/{merchant}?reason=out"));
            (session::end(), ClearStorage, signed_out).into_response()
        }
        Err(error) => failed(visit, &error),
    }
}

/// Ends the session if it is open: 2 strong reads and 2 write units. Otherwise says why there is none.
async fn end_session(
    app: &App,
    scope: Scope,
    headers: &HeaderMap,
    source: &Source,
) -> Result<Option<NoSession>, StoreError> {
    let SignedIn { scope, member, secret_hash } = match session::find(app, scope, headers).await? {
        Ok(signed_in) => signed_in,
        Err(why) => return Ok(Some(why)),
    };
    app.store.end_session(&scope, member, &secret_hash).await?;
    log(app, &scope, Actor::Member(member), AccessEvent::SignedOut, source).await?;
    Ok(None)
}
