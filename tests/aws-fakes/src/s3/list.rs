//! A listing of a bucket, a page a request.

use super::Buckets;
use axum::response::{IntoResponse as _, Response};
use std::collections::HashMap;
use std::fmt::Write as _;

/// Keys of a page: few, so that a test reads more than one page.
const PAGE: usize = 30;

pub(super) fn page(buckets: &Buckets, bucket: &str, query: &HashMap<String, String>) -> Response {
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let (prefix, after) = (format!("{bucket}/{}", text("prefix")), text("continuation-token"));
    let keys = buckets.objects.keys().filter(|path| path.starts_with(&prefix));
    let keys = keys.filter_map(|path| path.strip_prefix(bucket)?.strip_prefix('/'));
    let keys: Vec<&str> = keys.filter(|key| *key > after).collect();
    let has_more = keys.len() > PAGE;
    let mut body = format!("<ListBucketResult><IsTruncated>{has_more}</IsTruncated>");
    if has_more {
        let _ = write!(body, "<NextContinuationToken>{}</NextContinuationToken>", keys[PAGE - 1]);
    }
    for key in keys.iter().take(PAGE) {
        let _ = write!(body, "<Contents><Key>{key}</Key></Contents>");
    }
    body.push_str("</ListBucketResult>");
    body.into_response()
}
