//! An object, whole or a range of its bytes.

use super::{Buckets, error, etag};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

pub(super) fn object(buckets: &Buckets, path: &str, headers: &HeaderMap) -> Response {
    let Some(object) = buckets.objects.get(path) else {
        return error(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    let tag = etag(object);
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_MATCH)
        .is_some_and(|wanted| wanted.trim_matches('"') != tag.trim_matches('"'))
    {
        return error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
    }
    let common = [
        (header::ETAG, tag),
        (header::LAST_MODIFIED, "Thu, 01 Jan 2026 00:00:00 GMT".to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_TYPE, "binary/octet-stream".to_owned()),
    ];
    let Some(range) = text(header::RANGE) else {
        return (common, object.clone()).into_response();
    };
    let Some((first, last)) = range_of(range, object.len()) else {
        return error(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange");
    };
    let content_range = format!("bytes {first}-{last}/{}", object.len());
    let part = object.slice(first..=last);
    let headers = [(header::CONTENT_RANGE, content_range)];
    (StatusCode::PARTIAL_CONTENT, common, headers, part).into_response()
}

/// First and last byte of `bytes=1-9`, `bytes=1-` or `bytes=-9`; `None` where the object has none of
/// these bytes.
fn range_of(range: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.checked_sub(1)?;
    let (first, last) = match (first, last) {
        ("", suffix) => (length.saturating_sub(suffix.parse().ok()?), end),
        (first, "") => (first.parse().ok()?, end),
        (first, last) => (first.parse().ok()?, end.min(last.parse().ok()?)),
    };
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_defines_them() {
        assert_eq!(range_of("bytes=2-4", 10), Some((2, 4)));
        assert_eq!(range_of("bytes=2-", 10), Some((2, 9)));
        assert_eq!(range_of("bytes=2-99", 10), Some((2, 9)));
        assert_eq!(range_of("bytes=-3", 10), Some((7, 9)));
        assert_eq!(range_of("bytes=10-", 10), None);
        assert_eq!(range_of("bytes=0-", 0), None);
    }
}
