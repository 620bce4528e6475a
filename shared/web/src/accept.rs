//! The headers in which a browser lists what it accepts, each with a quality (RFC 9110 §12.5).

use axum::http::header::ACCEPT_ENCODING;
use axum::http::{HeaderMap, HeaderName};

/// The entries of a header with their qualities, in the order of the request. An entry that cannot be read is left
/// out.
pub(crate) fn entries(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = (&str, f32)> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(|entry| {
        let Some((value, parameters)) = entry.split_once(';') else {
            return Some((entry.trim(), 1.0));
        };
        let quality = parameters.trim().strip_prefix("q=")?.trim().parse().ok()?;
        (0.0..=1.0).contains(&quality).then_some((value.trim(), quality))
    })
}

/// Whether the browser accepts a body compressed with gzip.
pub(crate) fn gzip(headers: &HeaderMap) -> bool {
    let quality = |wanted: &str| {
        let mut entries = entries(headers, ACCEPT_ENCODING);
        entries.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, quality)| quality)
    };
    quality("gzip").or_else(|| quality("*")).is_some_and(|quality| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use rstest::rstest;

    #[rstest]
    #[case::none(None, false)]
    #[case::empty(Some(""), false)]
    #[case::alone(Some("gzip"), true)]
    #[case::among_others(Some("deflate, gzip;q=0.8, br"), true)]
    #[case::refused(Some("gzip;q=0, *"), false)]
    #[case::any(Some("br, *;q=0.1"), true)]
    #[case::other(Some("br"), false)]
    #[case::unreadable(Some("gzip;q=much"), false)]
    fn gzip_is_used_only_where_the_browser_accepts_it(
        #[case] header: Option<&'static str>,
        #[case] accepted: bool,
    ) {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
        }
        assert_eq!(gzip(&headers), accepted);
    }
}
