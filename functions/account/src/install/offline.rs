//! The page that stands in for the card where there is no connection. The browser draws the stored card on it.

use crate::page::PAGES;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use web::{Page, Visit};

#[derive(Template)]
#[template(path = "offline.html")]
struct Offline<'a> {
    page: &'a Page,
}

/// The page, which is the same for all merchants.
pub(crate) async fn show(visit: Visit) -> Response {
    let page = Page::new(visit, &PAGES);
    page.respond(StatusCode::OK, &Offline { page: &page })
}

/// The page as HTML.
pub(super) fn html(visit: Visit) -> Result<String, askama::Error> {
    Offline { page: &Page::new(visit, &PAGES) }.render()
}
