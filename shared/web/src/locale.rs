//! The language of a page.

use crate::accept;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// A language that every page is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// French, the language of a reader whose request names none of ours.
    French,
    /// English.
    English,
}

impl Locale {
    /// Every locale, in the order of the language switch.
    pub const ALL: [Self; 2] = [Self::French, Self::English];

    /// The language tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// The name of the language, in the language itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::French => "Français",
            Self::English => "English",
        }
    }

    /// The locale of a language tag, whatever its region: `fr`, `fr-CA`, `EN`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let language = tag.split_once('-').map_or(tag, |(language, _)| language);
        Self::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    /// The locale that the browser prefers; the first of equals. `None` where the browser names none of ours.
    pub(crate) fn preferred(headers: &HeaderMap) -> Option<Self> {
        let entries = accept::entries(headers, ACCEPT_LANGUAGE);
        let known = entries.filter_map(|(tag, quality)| Some((Self::parse(tag)?, quality)));
        let accepted = known.filter(|(_, quality)| *quality > 0.0);
        let best = accepted.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(locale, _)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use rstest::rstest;

    #[rstest]
    #[case::french("fr-FR,fr;q=0.9,en;q=0.8", Some(Locale::French))]
    #[case::english("en-GB,en;q=0.9,fr;q=0.8", Some(Locale::English))]
    #[case::by_quality_and_not_by_order("fr;q=0.2, en;q=0.7", Some(Locale::English))]
    #[case::first_of_equals("en, fr", Some(Locale::English))]
    #[case::another_first("de, en;q=0.5", Some(Locale::English))]
    #[case::refused("en;q=0, fr;q=0.1", Some(Locale::French))]
    #[case::another("de", None)]
    #[case::any("*", None)]
    #[case::beginning_of_a_tag("free", None)]
    #[case::unreadable(";;q=1,,;", None)]
    fn the_browser_s_languages_choose_the_locale(
        #[case] header: &'static str,
        #[case] locale: Option<Locale>,
    ) {
        let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(header))]);
        assert_eq!(Locale::preferred(&headers), locale);
    }

    #[test]
    fn a_browser_may_send_its_languages_in_several_headers() {
        let value = HeaderValue::from_static;
        let headers =
            HeaderMap::from_iter([(ACCEPT_LANGUAGE, value("de")), (ACCEPT_LANGUAGE, value("en"))]);
        assert_eq!(Locale::preferred(&headers), Some(Locale::English));
    }
}
