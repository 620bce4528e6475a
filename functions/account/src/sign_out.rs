//! Ends the session, here and in the browser.

use crate::access::log;
use crate::context::App;
use crate::page::failed;
use crate::session::{self, SignedIn};
use crate::source::Source;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::access_log::{AccessEvent, Actor};
use web::Visit;

pub(crate) async fn end(
    State(app): State<App>,
    Extension(SignedIn { scope, member, secret_hash }): Extension<SignedIn>,
    source: Source,
    visit: Visit,
) -> Response {
    let ended = async {
        app.store.end_session(&scope, member, &secret_hash).await?;
        log(&app, &scope, Actor::Member(member), AccessEvent::SignedOut, &source).await
    };
    match ended.await {
        Ok(()) => {
            let merchant = scope.settings.merchant.id;
            (session::end(), visit.redirect(&format!("/sign-in/{merchant}?reason=out")))
                .into_response()
        }
        Err(error) => failed(visit, &error),
    }
}
