//! Refuses forms of other sites (cross-site request forgery).
//!
//! A browser sends the cookies of a person also with a form of another site. The browser says where a form comes
//! from, and no page can change what the browser says: `Sec-Fetch-Site` since March 2023, `Origin` before.

use crate::family::PageFamily;
use crate::page::Page;
use crate::visit::Visit;
use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// The header by which a browser says whether a request comes from the same origin.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// The state of [`only_own_forms`].
#[derive(Clone)]
pub struct OwnForms {
    origin: Arc<str>,
    family: &'static PageFamily,
}

impl OwnForms {
    /// The public origin of the pages without a slash at its end, such as `https://fidelite.example.com`, and the
    /// family of the page that says a form is refused.
    pub fn new(origin: impl Into<Arc<str>>, family: &'static PageFamily) -> Self {
        Self { origin: origin.into(), family }
    }

    fn accepts(&self, method: &Method, headers: &HeaderMap) -> bool {
        if method.is_safe() {
            return true;
        }
        match headers.get(SEC_FETCH_SITE) {
            Some(site) => site == "same-origin",
            None => headers.get(ORIGIN).is_some_and(|origin| origin == self.origin.as_ref()),
        }
    }
}

/// A middleware that lets a request other than `GET`, `HEAD`, `OPTIONS` and `TRACE` through only if it comes from a
/// page of the same origin: `Sec-Fetch-Site: same-origin`; without this header, the configured `Origin`. Any other
/// request is answered with the status 403 and a page that says what to do.
///
/// A route that other programs call with `POST` stays outside, such as the one-click objection (RFC 8058).
pub async fn only_own_forms(
    State(own): State<OwnForms>,
    visit: Visit,
    request: Request,
    next: Next,
) -> Response {
    if own.accepts(request.method(), request.headers()) {
        return next.run(request).await;
    }
    let page = Page::new(visit, own.family);
    let title = page.text("shell-foreign-form-title");
    let paragraphs = [page.text("shell-foreign-form-lead"), page.text("shell-foreign-form-advice")];
    page.notice(StatusCode::FORBIDDEN, title, &paragraphs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use rstest::rstest;
    use tower::ServiceExt as _;

    static PAGES: PageFamily = PageFamily::new("", "", &[]);
    const OWN: &str = "https://fidelite.example.com";

    async fn answer(method: Method, headers: &[(&str, &str)]) -> Response {
        let router = Router::new()
            .route("/card", get(async || "shown").post(async || "changed"))
            .layer(from_fn_with_state(OwnForms::new(OWN, &PAGES), only_own_forms));
        let mut request = Request::builder().method(method).uri("/card");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[rstest]
    #[case::own_page(&[("sec-fetch-site", "same-origin")], true)]
    #[case::own_page_of_another_name(&[("sec-fetch-site", "same-origin"), ("origin", "https://a.example")], true)]
    #[case::other_site(&[("sec-fetch-site", "cross-site")], false)]
    #[case::neighbour(&[("sec-fetch-site", "same-site")], false)]
    #[case::user_started(&[("sec-fetch-site", "none")], false)]
    #[case::other_site_with_our_origin(&[("sec-fetch-site", "cross-site"), ("origin", OWN)], false)]
    #[case::old_browser(&[("origin", OWN)], true)]
    #[case::old_browser_on_another_site(&[("origin", "https://a.example")], false)]
    #[case::longer_origin(&[("origin", "https://fidelite.example.com.a.example")], false)]
    #[case::hidden_origin(&[("origin", "null")], false)]
    #[case::not_a_browser(&[], false)]
    #[tokio::test]
    async fn a_form_is_accepted_only_from_a_page_of_the_same_origin(
        #[case] headers: &[(&str, &str)],
        #[case] is_accepted: bool,
    ) {
        let expected = if is_accepted { 200 } else { 403 };
        assert_eq!(answer(Method::POST, headers).await.status(), expected);
    }

    #[tokio::test]
    async fn a_link_of_another_site_is_followed() {
        let headers = [("sec-fetch-site", "cross-site")];
        assert_eq!(answer(Method::GET, &headers).await.status(), 200);
        assert_eq!(answer(Method::HEAD, &headers).await.status(), 200);
    }

    #[tokio::test]
    async fn the_refusal_is_a_page_that_says_what_to_do() {
        let refused = answer(Method::POST, &[("accept-language", "en")]).await;
        assert_eq!(refused.headers()["cache-control"], "no-store");
        let body = refused.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8(body.to_vec()).unwrap();
        assert!(page.contains("<h1>Request refused</h1>"), "{page}");
        assert!(page.contains("Open the page yourself, then try again."), "{page}");
    }
}
