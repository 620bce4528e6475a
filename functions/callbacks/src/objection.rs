//! A person objects by the link of a message (RFC 8058): GET shows a page with a button and changes
//! nothing, since mail programs follow links by themselves; POST opposes at once, with no login, no
//! cookie and no redirect.

use crate::app::App;
use crate::page;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use domain::member::consent::{Opposition, OppositionReason};
use http_edge::Problem;
use store::{ConsentChange, Objection, StoreError};

type Page = (StatusCode, Html<String>);

/// The page with the button.
pub(crate) async fn ask(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Page, Problem> {
    Ok(match read(&app, &token).await? {
        Some(objection) => {
            let merchant = &objection.scope.settings.merchant.name;
            (StatusCode::OK, Html(page::question(merchant, objection.channel)))
        }
        None => (StatusCode::NOT_FOUND, Html(page::unknown())),
    })
}

/// The button, or the mail program's own.
pub(crate) async fn object(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Page, Problem> {
    let Some(Objection { scope, member, channel }) = read(&app, &token).await? else {
        return Ok((StatusCode::NOT_FOUND, Html(page::unknown())));
    };
    let opposition = Opposition { at: (app.clock)(), reason: OppositionReason::Unsubscribed };
    match app
        .store
        .change_consent(&scope, member, channel, &ConsentChange::Oppose(opposition))
        .await
    {
        // Who was erased is written to no more: the answer is as true.
        Ok(_) | Err(StoreError::NotFound(_)) => {
            let merchant = &scope.settings.merchant.name;
            Ok((StatusCode::OK, Html(page::done(merchant, channel))))
        }
        Err(error) => Err(error.into()),
    }
}

async fn read(app: &App, token: &str) -> Result<Option<Objection>, Problem> {
    Ok(app.store.read_objection(token, (app.clock)()).await?)
}
