//! A page of a family for a reader: what the templates ask for, and the answer.

use crate::family::PageFamily;
use crate::locale::Locale;
use crate::notice::Notice;
use crate::response::{self, Caching, Kind, Rendered};
use crate::security::{ContentPolicy, Referrer};
use crate::texts::{SITE_NAME, Text};
use crate::visit::Visit;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// A page of a family for a reader. A template that extends `shell.html` has it as the field `page`.
pub struct Page {
    visit: Visit,
    family: &'static PageFamily,
    site: Option<String>,
    home: Option<String>,
    caching: Caching,
    content: ContentPolicy,
    referrer: Referrer,
}

/// An entry of the language switch.
pub struct LanguageLink {
    /// The language tag.
    pub tag: &'static str,
    /// The name of the language, in the language itself.
    pub name: &'static str,
    /// The same page in this language.
    pub link: String,
    /// Whether the page is in this language already.
    pub current: bool,
}

impl Page {
    /// A page that no one caches, in the language of the visit.
    #[must_use]
    pub const fn new(visit: Visit, family: &'static PageFamily) -> Self {
        Self {
            visit,
            family,
            site: None,
            home: None,
            caching: Caching::Forbidden,
            content: ContentPolicy::OwnOrigin,
            referrer: Referrer::Nobody,
        }
    }

    /// The page of a merchant, or of another site than the family's text `site-name`. The name stands in the header
    /// and in the title.
    #[must_use]
    pub fn with_site(mut self, name: impl Into<String>) -> Self {
        self.site = Some(name.into());
        self
    }

    /// The page whose header links to the path.
    #[must_use]
    pub fn with_home(mut self, path: &str) -> Self {
        self.home = Some(self.visit.link(path));
        self
    }

    /// A page with a form that [`crate::only_own_forms`] guards. The browser then names the page to its own origin.
    /// Without this, a browser that is older than March 2023 sends `Origin: null`, which is refused.
    #[must_use]
    pub const fn with_form(mut self) -> Self {
        self.referrer = Referrer::OwnOrigin;
        self
    }

    /// A page that shows an HTML message in `<iframe sandbox srcdoc="…">`. The content policy then allows inline styles
    /// and the pictures of other sites, because the frame inherits the policy.
    #[must_use]
    pub const fn with_embedded_message(mut self) -> Self {
        self.content = ContentPolicy::EmbeddedMessage;
        self
    }

    /// A page without personal data, which anyone may cache for some seconds.
    #[must_use]
    pub const fn with_cache(mut self, seconds: u32) -> Self {
        self.caching = Caching::Seconds(seconds);
        self
    }

    /// The text with an identifier, in the language of the page.
    #[must_use]
    pub const fn text<'t>(&'t self, id: &'t str) -> Text<'t> {
        self.family.texts().text(self.visit.locale(), id)
    }

    /// The link to an asset. An unknown name gives a link that leads nowhere, and an error in the log.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        self.visit.relative(&self.family.assets().path(name))
    }

    /// As [`Visit::link`].
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        self.visit.link(path)
    }

    /// The language tag of the page.
    #[must_use]
    pub const fn lang(&self) -> &'static str {
        self.visit.locale().tag()
    }

    /// The language tag that the reader chose by the query. A form with `method="get"` needs it as a hidden field,
    /// because the browser replaces the query of the action.
    #[must_use]
    pub fn chosen_lang(&self) -> Option<&'static str> {
        self.visit.chosen_lang()
    }

    /// What the request says about the reader.
    #[must_use]
    pub const fn visit(&self) -> &Visit {
        &self.visit
    }

    /// The name of the site.
    #[must_use]
    pub fn site(&self) -> String {
        self.site.clone().unwrap_or_else(|| self.text(SITE_NAME).to_string())
    }

    /// The link of the name of the site.
    #[must_use]
    pub fn home(&self) -> Option<&str> {
        self.home.as_deref()
    }

    /// The language switch. `None` for the answer to a form, which a link cannot ask for again.
    #[must_use]
    pub fn languages(&self) -> Option<Vec<LanguageLink>> {
        let entry = |locale: Locale| {
            Some(LanguageLink {
                tag: locale.tag(),
                name: locale.name(),
                link: self.visit.in_language(locale)?,
                current: locale == self.visit.locale(),
            })
        };
        Locale::ALL.into_iter().map(entry).collect()
    }

    /// Answers with a template. A template that cannot be rendered gives a plain page with the status 500, and an
    /// error in the log.
    pub fn respond<T: Template>(&self, status: StatusCode, template: &T) -> Response {
        rendered(template, |body| self.answer(status, Kind::Page, self.caching, body))
    }

    /// Answers with the web manifest of the site, as JSON. The links of a manifest are relative to the manifest.
    #[must_use]
    pub fn manifest(&self, json: String) -> Response {
        self.answer(StatusCode::OK, Kind::Manifest, self.caching, json)
    }

    /// Answers with the script of a service worker. The worker controls the pages in the folder of its path, and the
    /// browser looks for a newer one at each visit.
    pub fn worker<T: Template>(&self, template: &T) -> Response {
        rendered(template, |body| {
            self.answer(StatusCode::OK, Kind::Worker, Caching::Revalidated, body)
        })
    }

    fn answer(&self, status: StatusCode, kind: Kind, caching: Caching, body: String) -> Response {
        Rendered {
            status,
            kind,
            body,
            lang: self.lang(),
            caching,
            content: self.content,
            referrer: self.referrer,
            accepts_gzip: self.visit.accepts_gzip(),
        }
        .into_response()
    }

    /// Answers with a title and some sentences.
    #[must_use]
    pub fn notice(&self, status: StatusCode, title: Text<'_>, paragraphs: &[Text<'_>]) -> Response {
        self.respond(status, &Notice { page: self, title, paragraphs })
    }

    /// Answers that there is no such page (404).
    #[must_use]
    pub fn not_found(&self) -> Response {
        let title = self.text("shell-not-found-title");
        self.notice(StatusCode::NOT_FOUND, title, &[self.text("shell-not-found-lead")])
    }

    /// Answers that the service cannot answer at the moment (503). The caller logs the reason.
    #[must_use]
    pub fn failed(&self) -> Response {
        let title = self.text("shell-failed-title");
        self.notice(StatusCode::SERVICE_UNAVAILABLE, title, &[self.text("shell-failed-lead")])
    }
}

/// The answer with a rendered template, or that of a defect.
fn rendered<T: Template>(template: &T, answer: impl FnOnce(String) -> Response) -> Response {
    match template.render() {
        Ok(body) => answer(body),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            response::defect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use flate2::read::GzDecoder;
    use http_body_util::BodyExt as _;
    use std::fmt;
    use std::io::Read as _;
    use tower::ServiceExt as _;

    static PAGES: PageFamily = PageFamily::new("", "", &[]);

    #[derive(Template)]
    #[template(
        source = "{% extends \"shell.html\" %}{% block title %}{{ title }}{% endblock %}\
                  {% block main %}<h1>{{ title }}</h1>{% endblock %}",
        ext = "html"
    )]
    struct Shown<'a> {
        page: &'a Page,
        title: &'a str,
    }

    #[derive(Template)]
    #[template(source = "{{ value }}", ext = "html")]
    struct Broken {
        value: Unwritable,
    }

    struct Unwritable;

    impl fmt::Display for Unwritable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }

    fn shown(page: &Page) -> Response {
        page.respond(StatusCode::OK, &Shown { page, title: "A & B" })
    }

    async fn bytes(answer: Response) -> Vec<u8> {
        answer.into_body().collect().await.unwrap().to_bytes().to_vec()
    }

    async fn html(answer: Response) -> String {
        String::from_utf8(bytes(answer).await).unwrap()
    }

    fn page() -> Page {
        Page::new(Visit::for_test(Locale::French, "/u/token"), &PAGES)
    }

    /// The answer to a request.
    async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let handler = async |visit: Visit| shown(&Page::new(visit, &PAGES));
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let long = async |visit: Visit| {
            shown(&Page::new(visit, &PAGES).with_site("Boutique ".repeat(100)))
        };
        let router =
            Router::new().route("/a/b", get(handler).post(handler)).route("/long", get(long));
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[test]
    fn a_page_is_protected_and_not_cached() {
        let answer = shown(&page());
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("content-language", "fr"),
            ("vary", "accept-encoding, accept-language"),
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
                 connect-src 'self'; img-src 'self' data:; manifest-src 'self'; form-action 'self'; \
                 base-uri 'none'; frame-ancestors 'none'",
            ),
            ("strict-transport-security", "max-age=63072000"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.headers()[name], value);
        }
    }

    #[test]
    fn a_page_says_which_of_its_protections_it_does_without() {
        let form = shown(&page().with_form());
        assert_eq!(form.headers()["referrer-policy"], "same-origin");
        let cached = shown(&page().with_cache(60));
        assert_eq!(cached.headers()["cache-control"], "public, max-age=60");
        let message = shown(&page().with_embedded_message());
        let policy = message.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert!(policy.contains("style-src 'self' 'unsafe-inline';"), "{policy}");
    }

    #[tokio::test]
    async fn the_frame_of_a_page_has_its_language_its_title_and_its_landmarks() {
        let page = html(shown(&page().with_site("C < D").with_home("/card"))).await;
        for expected in [
            "<html lang=\"fr\">",
            "<title>A &#38; B · C &#60; D</title>",
            "<meta name=\"robots\" content=\"noindex\">",
            "<a class=\"skip\" href=\"#content\">Aller au contenu</a>",
            "<a class=\"site\" href=\"../card\">C &#60; D</a>",
            "<main id=\"content\" tabindex=\"-1\">",
            "<h1>A &#38; B</h1>",
            "<nav aria-label=\"Langue\">",
            "<span lang=\"fr\" aria-current=\"true\">Français</span>",
            "<a href=\"?lang=en\" lang=\"en\" hreflang=\"en\">English</a>",
        ] {
            assert!(page.contains(expected), "{expected} in {page}");
        }
        for asset in ["../assets/pico.", "../assets/shell."] {
            assert!(page.contains(&format!("<link rel=\"stylesheet\" href=\"{asset}")), "{page}");
        }
    }

    #[tokio::test]
    async fn the_answer_to_a_form_is_in_the_chosen_language_and_has_no_language_switch() {
        let page = html(ask("POST", "/a/b?lang=en", &[]).await).await;
        assert!(page.contains("<html lang=\"en\">"), "{page}");
        assert!(page.contains(" · Loyalty programme</title>"), "{page}");
        assert!(!page.contains("hreflang"), "{page}");
    }

    #[tokio::test]
    async fn a_large_page_is_compressed_where_the_browser_accepts_it() {
        let gzip = [("accept-encoding", "gzip, br")];
        assert!(!ask("GET", "/a/b", &gzip).await.headers().contains_key("content-encoding"));
        let plain = ask("GET", "/long", &[]).await;
        assert!(!plain.headers().contains_key("content-encoding"));
        let plain = bytes(plain).await;
        let compressed = ask("GET", "/long", &gzip).await;
        assert_eq!(compressed.headers()["content-encoding"], "gzip");
        let compressed = bytes(compressed).await;
        assert!(compressed.len() < plain.len());
        let mut again = vec![];
        GzDecoder::new(&compressed[..]).read_to_end(&mut again).unwrap();
        assert_eq!(again, plain);
    }

    #[tokio::test]
    async fn a_manifest_and_a_worker_have_the_headers_of_a_page_and_types_of_their_own() {
        #[derive(Template)]
        #[template(source = "skipWaiting();", ext = "txt")]
        struct Script;

        let manifest = page().with_cache(60).manifest("{}".to_owned());
        let worker = page().with_cache(60).worker(&Script);
        for (answer, content_type, caching) in [
            (&manifest, "application/manifest+json", "public, max-age=60"),
            (&worker, "text/javascript; charset=utf-8", "no-cache"),
        ] {
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()["content-type"], content_type);
            assert_eq!(answer.headers()["cache-control"], caching);
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            // A worker loads what its own policy allows: the page, and the files that it stores.
            let policy = answer.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
            assert!(policy.contains("connect-src 'self';"), "{policy}");
        }
        assert_eq!(html(worker).await, "skipWaiting();");
    }

    #[tokio::test]
    async fn a_page_that_cannot_be_rendered_is_answered_with_a_plain_page() {
        let answer = page().respond(StatusCode::OK, &Broken { value: Unwritable });
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(html(answer).await.contains("<h1>Une erreur est survenue</h1>"));
    }

    #[tokio::test]
    async fn the_shell_has_a_page_for_what_is_not_there_and_for_what_does_not_answer() {
        let missing = page().not_found();
        assert_eq!(missing.status(), 404);
        assert!(html(missing).await.contains("<h1>Page introuvable</h1>"));
        let failed = page().failed();
        assert_eq!(failed.status(), 503);
        assert!(html(failed).await.contains("<h1>Service indisponible</h1>"));
    }

    #[test]
    fn a_redirection_is_relative_and_not_cached() {
        let answer = Visit::for_test(Locale::English, "/a/b").redirect("/card");
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], "../card");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let defect = Visit::for_test(Locale::English, "/").redirect("/card\n");
        assert_eq!(defect.status(), 500);
    }
}
