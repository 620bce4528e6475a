//! The second page: the code that the person received.

use super::counter::Counter;
use super::{path, ticket};
use crate::access::{actor, log};
use crate::context::App;
use crate::page::{failed, form_page};
use crate::secret::Secret;
use crate::source::Source;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use domain::Mobile;
use domain::access_log::AccessEvent;
use domain::sign_in::CodeText;
use serde::Deserialize;
use store::{CodeCheck, Scope, StoreError};
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "code.html")]
struct Code<'a> {
    page: &'a Page,
    action: String,
    again: String,
    /// The last four digits of the mobile.
    ending: &'a str,
    error: Option<&'static str>,
    /// The tries that are left, where the error names them.
    left: u32,
}

#[derive(Deserialize)]
pub(crate) struct Fields {
    #[serde(default)]
    code: String,
}

/// The form. Without the cookie of the first page, the person begins again.
pub(crate) async fn ask(
    Counter { scope, establishment }: Counter,
    headers: HeaderMap,
    visit: Visit,
) -> Response {
    let first = path(scope.settings.merchant.id, &establishment, "");
    match ticket::mobile(&scope, &headers) {
        Some(mobile) => form(&scope, visit, StatusCode::OK, &first, &mobile, None, 0),
        None => visit.redirect(&first),
    }
}

/// The code is checked.
pub(crate) async fn check(
    State(app): State<App>,
    Counter { scope, establishment }: Counter,
    source: Source,
    headers: HeaderMap,
    visit: Visit,
    Form(fields): Form<Fields>,
) -> Response {
    let id = scope.settings.merchant.id;
    let first = path(id, &establishment, "");
    let Some(mobile) = ticket::mobile(&scope, &headers) else { return visit.redirect(&first) };
    let Some(code) = CodeText::parse(&fields.code) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return form(&scope, visit, status, &first, &mobile, Some("code-unreadable"), 0);
    };
    let (secret, checked) = match checked(&app, &scope, &mobile, &code, &source).await {
        Ok(checked) => checked,
        Err(error) => return failed(visit, &error),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    match checked {
        CodeCheck::Right => {
            let cookie = ticket::keep_ticket(secret.as_str());
            (cookie, visit.redirect(&path(id, &establishment, "/details"))).into_response()
        }
        CodeCheck::Wrong(left) => {
            form(&scope, visit, status, &first, &mobile, Some("code-wrong"), left)
        }
        CodeCheck::Ended => form(&scope, visit, status, &first, &mobile, Some("code-ended"), 0),
    }
}

/// Checks a code, and logs one that is refused.
async fn checked(
    app: &App,
    scope: &Scope,
    mobile: &Mobile,
    code: &CodeText,
    source: &Source,
) -> Result<(Secret, CodeCheck), StoreError> {
    let secret = Secret::new(app.store.random())?;
    let hash = secret.hash_text();
    let checked = app.store.check_code(scope, mobile, code, &hash, app.now()).await?;
    if checked != CodeCheck::Right {
        let of = app.store.login_of(scope, mobile).await?;
        log(app, scope, actor(&of), AccessEvent::CodeRefused, source).await?;
    }
    Ok((secret, checked))
}

fn form(
    scope: &Scope,
    visit: Visit,
    status: StatusCode,
    first: &str,
    mobile: &Mobile,
    error: Option<&'static str>,
    left: u32,
) -> Response {
    let page = form_page(visit, &scope.settings.merchant.name);
    let digits = mobile.as_str();
    let ending = digits.get(digits.len().saturating_sub(4)..).unwrap_or_default();
    let (action, again) = (page.link(&format!("{first}/code")), page.link(first));
    page.respond(status, &Code { page: &page, action, again, ending, error, left })
}
