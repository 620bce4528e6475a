//! The service worker of the card.
//!
//! A browser installs a worker again only where its script has changed. The script therefore names the digest of the
//! offline page, which names the digests of its files.

use super::offline;
use crate::page::PAGES;
use askama::Template;
use axum::response::Response;
use web::{Locale, Page, Visit, assets};

#[derive(Template)]
#[template(path = "worker.js", escape = "none")]
struct Worker<'a> {
    page: &'a Page,
    version: String,
}

/// The script.
pub(crate) async fn show(visit: Visit) -> Response {
    let pages = Locale::ALL.map(|locale| offline::html(visit.clone().with_locale(locale)));
    // A page that cannot be rendered is answered as a defect, and then the browser installs no worker.
    let pages = pages.map(Result::unwrap_or_default).concat();
    let version = assets::digest(pages.as_bytes());
    let page = Page::new(visit, &PAGES);
    page.worker(&Worker { page: &page, version })
}
