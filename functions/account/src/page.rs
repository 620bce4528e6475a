//! The family of pages, and the pages that every handler may answer.

use axum::http::StatusCode;
use axum::response::Response;
use store::{ErrorChain, StoreError};
use web::{Asset, Page, PageFamily, Visit};

pub(crate) static PAGES: PageFamily = PageFamily::new(
    include_str!("../locales/fr.ftl"),
    include_str!("../locales/en.ftl"),
    &[Asset::new("account.css", include_bytes!("../assets/account.css"))],
);

/// A page of a merchant.
pub(crate) fn page(visit: Visit, merchant: &str) -> Page {
    Page::new(visit, &PAGES).with_site(merchant)
}

/// A page of a merchant with a form.
pub(crate) fn form_page(visit: Visit, merchant: &str) -> Page {
    page(visit, merchant).with_form()
}

/// The answer where the service failed: the person tries again.
pub(crate) fn failed(visit: Visit, error: &StoreError) -> Response {
    tracing::error!(error = %ErrorChain(error), "a page could not be served");
    Page::new(visit, &PAGES).failed()
}

/// A page of one sentence, with the title of the id.
pub(crate) fn sentence(page: &Page, status: StatusCode, title: &str, text: &str) -> Response {
    page.notice(status, page.text(title), &[page.text(text)])
}
