//! The family of pages, and the pages that every handler may answer.

use axum::http::StatusCode;
use axum::response::Response;
use domain::Merchant;
use store::{ErrorChain, StoreError};
use web::{Asset, Page, PageFamily, Visit};

pub(crate) static PAGES: PageFamily = PageFamily::new(
    include_str!("../locales/fr.ftl"),
    include_str!("../locales/en.ftl"),
    &[
        Asset::new("account.css", include_bytes!("../assets/account.css")),
        Asset::new("card.js", include_bytes!("../assets/card.js")),
        Asset::new("forget.js", include_bytes!("../assets/forget.js")),
        Asset::new("icon-192.png", include_bytes!("../assets/icon-192.png")),
        Asset::new("icon-512.png", include_bytes!("../assets/icon-512.png")),
        Asset::new("offline.js", include_bytes!("../assets/offline.js")),
    ],
);

/// A page of a merchant.
pub(crate) fn page(visit: Visit, merchant: &str) -> Page {
    Page::new(visit, &PAGES).with_site(merchant)
}

/// A page of a member who is signed in: the merchant's name leads to the card.
pub(crate) fn member_page(visit: Visit, merchant: &Merchant) -> Page {
    page(visit, &merchant.name).with_home(&format!("/card/{}", merchant.id))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// The texts that code chooses at run time.
    const CHOSEN: &[&str] = &[
        "code-ended",
        "code-unreadable",
        "code-wrong",
        "details-birth-date-unreadable",
        "details-consent-email",
        "details-consent-sms",
        "details-email-for-consent",
        "details-email-unreadable",
        "details-name-characters",
        "details-name-empty",
        "details-old-enough-missing",
        "details-text-too-long",
        "details-under-15",
        "history-activation",
        "history-adjustment",
        "history-birthday",
        "history-coupon",
        "history-expiry",
        "history-redemption",
        "history-return",
        "history-sale",
        "history-visit",
        "history-welcome",
        "messages-bounced",
        "messages-delivered",
        "messages-email",
        "messages-failed",
        "messages-postal",
        "messages-refused",
        "messages-sent",
        "messages-sms",
        "number-day-limit",
        "number-mobile-limit",
        "number-no-sender",
        "number-not-french",
        "number-not-mobile",
        "number-source-limit",
        "number-unreadable",
        "password-common",
        "password-too-long",
        "password-too-short",
        "password-too-simple",
        "preferences-no-email",
        "preferences-postal",
        "preferences-saved",
        "proof-wait",
        "proof-wrong",
        "rewards-level",
        "rewards-member-limit",
        "rewards-not-given",
        "rewards-out-of-stock",
        "sign-in-not-counted",
        "sign-in-other-merchant",
        "sign-in-session-ended",
        "sign-in-signed-out",
        "sign-in-source-limit",
        "sign-in-wait",
        "sign-in-wrong",
    ];

    #[test]
    fn the_texts_and_the_assets_of_the_pages_are_complete_in_both_languages() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(PAGES.problems(folder, CHOSEN), Vec::<String>::new());
    }
}
