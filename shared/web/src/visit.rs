//! What a request says about its reader.

use crate::locale::Locale;
use crate::{accept, response};
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use std::convert::Infallible;

/// The parameter of the query by which a reader chooses the language.
const LANG: &str = "lang=";

/// What a request says about its reader. An extractor that never refuses.
///
/// The language is that of `?lang=fr` or `?lang=en`, else the one that the browser prefers, else French. A language
/// that the reader chose by the query stays chosen: [`Visit::link`] carries it on.
#[derive(Debug, Clone)]
pub struct Visit {
    locale: Locale,
    /// Whether the reader chose the language by the query.
    is_chosen: bool,
    path: String,
    query: String,
    /// Whether a link can show the same page again.
    is_get: bool,
    accepts_gzip: bool,
}

impl Visit {
    fn new(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let query = uri.query().unwrap_or_default();
        let chosen = query.split('&').find_map(|pair| pair.strip_prefix(LANG));
        let chosen = chosen.and_then(Locale::parse);
        Self {
            locale: chosen.or_else(|| Locale::preferred(headers)).unwrap_or(Locale::French),
            is_chosen: chosen.is_some(),
            path: uri.path().to_owned(),
            query: query.to_owned(),
            is_get: method == Method::GET,
            accepts_gzip: accept::gzip(headers),
        }
    }

    /// A `GET` of a path by a reader of a language, for a test that needs no request.
    #[must_use]
    pub fn for_test(locale: Locale, path: &str) -> Self {
        Self {
            locale,
            is_chosen: false,
            path: path.to_owned(),
            query: String::new(),
            is_get: true,
            accepts_gzip: false,
        }
    }

    /// The same visit by a reader of another language.
    #[must_use]
    pub const fn with_locale(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }

    /// The language of the answer.
    #[must_use]
    pub const fn locale(&self) -> Locale {
        self.locale
    }

    /// The path of the request, from the root of the router.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(crate) const fn accepts_gzip(&self) -> bool {
        self.accepts_gzip
    }

    pub(crate) fn chosen_lang(&self) -> Option<&'static str> {
        self.is_chosen.then(|| self.locale.tag())
    }

    /// The link to a path that is given from the root of the router, with its query and its fragment.
    ///
    /// The link is relative to the page, so it works where the public address has more in front of the path than the
    /// function sees. It leads to the same site whatever `path` is.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        let (path, fragment) =
            path.split_once('#').map_or((path, None), |(path, fragment)| (path, Some(fragment)));
        let mut link = self.relative(path);
        if let Some(lang) = self.chosen_lang() {
            link.push(if path.contains('?') { '&' } else { '?' });
            link.push_str(LANG);
            link.push_str(lang);
        }
        if let Some(fragment) = fragment {
            link.push('#');
            link.push_str(fragment);
        }
        link
    }

    /// The relative reference to a path. It begins with `./` or `../`, so it is never read as a scheme or a host.
    pub(crate) fn relative(&self, path: &str) -> String {
        let depth = self.path.matches('/').count().saturating_sub(1);
        let up = if depth == 0 { "./".to_owned() } else { "../".repeat(depth) };
        up + path.trim_start_matches('/')
    }

    /// The link to the same page in another language. `None` where the request was not a `GET`, since a link cannot
    /// repeat it.
    pub(crate) fn in_language(&self, locale: Locale) -> Option<String> {
        if !self.is_get {
            return None;
        }
        let mut link = format!("?{LANG}{}", locale.tag());
        let others = self.query.split('&');
        for pair in others.filter(|pair| !pair.is_empty() && !pair.starts_with(LANG)) {
            link.push('&');
            link.push_str(pair);
        }
        Some(link)
    }

    /// Sends the browser to [`Visit::link`] of a path with a `GET` (303 See Other).
    #[must_use]
    pub fn redirect(&self, path: &str) -> Response {
        response::redirect(&self.link(path))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // The address of the browser, also in a router that is nested under a path.
        let original = parts.extensions.get::<OriginalUri>();
        let uri = original.map_or(&parts.uri, |original| &original.0);
        Ok(Self::new(&parts.method, uri, &parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::ACCEPT_LANGUAGE;
    use rstest::rstest;

    fn visit(method: &Method, uri: &'static str, languages: Option<&'static str>) -> Visit {
        let languages =
            languages.map(|languages| (ACCEPT_LANGUAGE, HeaderValue::from_static(languages)));
        Visit::new(method, &Uri::from_static(uri), &HeaderMap::from_iter(languages))
    }

    #[rstest]
    #[case::nothing("/", None, Locale::French)]
    #[case::browser("/", Some("en"), Locale::English)]
    #[case::query("/?lang=en", Some("fr"), Locale::English)]
    #[case::unknown_query("/?lang=xx", Some("en"), Locale::English)]
    #[case::other_parameter("/?slang=en", None, Locale::French)]
    #[case::second_parameter("/?to=a&lang=en", None, Locale::English)]
    fn the_query_goes_before_the_browser_and_french_is_the_default(
        #[case] uri: &'static str,
        #[case] languages: Option<&'static str>,
        #[case] locale: Locale,
    ) {
        assert_eq!(visit(&Method::GET, uri, languages).locale(), locale);
    }

    #[rstest]
    #[case::root("/", "/join", "./join")]
    #[case::root_to_itself("/", "/", "./")]
    #[case::one_level("/join", "/card", "./card")]
    #[case::two_levels("/u/token", "/card", "../card")]
    #[case::trailing_slash("/u/token/", "/card", "../../card")]
    #[case::query_and_fragment("/", "/card?page=2#list", "./card?page=2#list")]
    #[case::chosen("/?lang=en", "/card", "./card?lang=en")]
    #[case::chosen_with_query("/?lang=en", "/card?page=2", "./card?page=2&lang=en")]
    #[case::chosen_with_fragment("/?lang=en", "/card#list", "./card?lang=en#list")]
    #[case::unknown_language("/?lang=xx", "/card", "./card")]
    #[case::another_host("/", "//example.com/", "./example.com/")]
    #[case::scheme("/", "javascript:alert(1)", "./javascript:alert(1)")]
    fn a_link_is_relative_and_carries_the_chosen_language(
        #[case] uri: &'static str,
        #[case] path: &str,
        #[case] link: &str,
    ) {
        assert_eq!(visit(&Method::GET, uri, Some("en")).link(path), link);
    }

    #[rstest]
    #[case::alone("/u/token", "?lang=en")]
    #[case::again("/u/token?lang=fr", "?lang=en")]
    #[case::keeps_the_rest("/?to=ana&lang=fr&channel=", "?lang=en&to=ana&channel=")]
    fn the_language_switch_stays_on_the_page(#[case] uri: &'static str, #[case] link: &str) {
        let visit = visit(&Method::GET, uri, None);
        assert_eq!(visit.in_language(Locale::English).as_deref(), Some(link));
    }

    #[test]
    fn the_answer_to_a_form_has_no_language_switch() {
        assert_eq!(visit(&Method::POST, "/", None).in_language(Locale::English), None);
    }
}
