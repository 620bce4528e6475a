//! S3: objects in memory, whole or in parts, by path or by virtual host.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::{StatusCode, header};
use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex},
};

#[derive(Default)]
struct Objects {
    /// By bucket and key, as the path writes them.
    objects: BTreeMap<String, Bytes>,
    uploads: HashMap<String, BTreeMap<u32, Bytes>>,
}

type Shared = Arc<Mutex<Objects>>;

/// The server. It ends when dropped.
pub(crate) struct S3 {
    address: String,
    objects: Shared,
    server: tokio::task::JoinHandle<()>,
}

impl S3 {
    pub(crate) async fn start() -> Self {
        let objects = Shared::default();
        let router = Router::new()
            .fallback(serve)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(Arc::clone(&objects));
        let (address, server) = crate::loopback::serve(router).await;
        Self { address, objects, server }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Puts an object there, and gives its `ETag` without quotes.
    pub(crate) fn put(&self, bucket: &str, key: &str, content: Bytes) -> String {
        let tag = etag(&content);
        self.objects.lock().unwrap().objects.insert(format!("{bucket}/{key}"), content);
        tag.trim_matches('"').to_owned()
    }

    /// Every object of a bucket, by key.
    pub(crate) fn objects(&self, bucket: &str) -> Vec<(String, Bytes)> {
        let prefix = format!("{bucket}/");
        let objects = self.objects.lock().unwrap();
        let of_bucket = objects.objects.iter().filter_map(|(path, content)| {
            Some((path.strip_prefix(&prefix)?.to_owned(), content.clone()))
        });
        of_bucket.collect()
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = path(&headers, &uri);
    let query: HashMap<&str, &str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect();
    let mut objects = shared.lock().unwrap();

    match (method.as_str(), query.get("uploadId")) {
        ("GET" | "HEAD", _) if query.contains_key("tagging") => {
            "<Tagging><TagSet/></Tagging>".into_response()
        }
        ("GET" | "HEAD", _) => get(&objects, &path, &headers),
        ("PUT", _) if query.contains_key("tagging") => StatusCode::OK.into_response(),
        ("PUT", Some(upload)) => {
            let part = query.get("partNumber").and_then(|part| part.parse().ok());
            let (Some(part), Some(parts)) = (part, objects.uploads.get_mut(*upload)) else {
                return error(StatusCode::NOT_FOUND, "NoSuchUpload");
            };
            let content = content(&headers, body);
            let tag = etag(&content);
            parts.insert(part, content);
            [(header::ETAG, tag)].into_response()
        }
        ("PUT", None) => put(&mut objects, path, &headers, content(&headers, body)),
        ("POST", None) if query.contains_key("uploads") => {
            let upload = format!("upload-{}", objects.uploads.len() + 1);
            objects.uploads.insert(upload.clone(), BTreeMap::new());
            format!(
                "<InitiateMultipartUploadResult><UploadId>{upload}</UploadId>\
                 </InitiateMultipartUploadResult>"
            )
            .into_response()
        }
        ("POST", Some(upload)) => {
            let Some(parts) = objects.uploads.remove(*upload) else {
                return error(StatusCode::NOT_FOUND, "NoSuchUpload");
            };
            let content: Bytes = parts.into_values().flatten().collect();
            let tag = etag(&content);
            let answer = put(&mut objects, path, &headers, content);
            if !answer.status().is_success() {
                return answer;
            }
            format!(
                "<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>"
            )
            .into_response()
        }
        ("DELETE", Some(upload)) => {
            objects.uploads.remove(*upload);
            StatusCode::NO_CONTENT.into_response()
        }
        ("DELETE", None) => {
            objects.objects.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => error(StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
    }
}

/// `bucket/key`, whether the bucket stands in the path or before the host.
fn path(headers: &HeaderMap, uri: &Uri) -> String {
    let path = uri.path().trim_start_matches('/');
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_address = host.starts_with(|first: char| first.is_ascii_digit());
    match host.split_once('.') {
        Some((bucket, _)) if !is_address => format!("{bucket}/{path}"),
        _ => path.to_owned(),
    }
}

fn get(objects: &Objects, path: &str, headers: &HeaderMap) -> Response {
    let Some(object) = objects.objects.get(path) else {
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
    let of = format!("bytes {first}-{last}/{}", object.len());
    let part = object.slice(first..=last);
    (StatusCode::PARTIAL_CONTENT, common, [(header::CONTENT_RANGE, of)], part).into_response()
}

/// First and last byte of `bytes=1-9`, `bytes=1-` or `bytes=-9`; `None` where nothing is there.
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

fn put(objects: &mut Objects, path: String, headers: &HeaderMap, content: Bytes) -> Response {
    if headers.contains_key(header::IF_NONE_MATCH) && objects.objects.contains_key(&path) {
        return error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
    }
    let tag = etag(&content);
    objects.objects.insert(path, content);
    [(header::ETAG, tag)].into_response()
}

/// The body without the framing in which the SDK sends a checksum after it.
fn content(headers: &HeaderMap, body: Bytes) -> Bytes {
    if !headers.contains_key("x-amz-decoded-content-length") {
        return body;
    }
    let mut content = Vec::with_capacity(body.len());
    let mut rest = &body[..];
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = size.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let Some(chunk) = rest.get(end + 2..end + 2 + size).filter(|chunk| !chunk.is_empty())
        else {
            break;
        };
        content.extend_from_slice(chunk);
        rest = rest.get(end + 2 + size + 2..).unwrap_or_default();
    }
    content.into()
}

/// Not S3's digest, which nobody may rely on, but as much a function of the content.
fn etag(content: &Bytes) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("\"{:032x}\"", hasher.finish())
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_gives_them() {
        assert_eq!(range_of("bytes=2-4", 10), Some((2, 4)));
        assert_eq!(range_of("bytes=2-", 10), Some((2, 9)));
        assert_eq!(range_of("bytes=2-99", 10), Some((2, 9)));
        assert_eq!(range_of("bytes=-3", 10), Some((7, 9)));
        assert_eq!(range_of("bytes=10-", 10), None);
        assert_eq!(range_of("bytes=0-", 0), None);
    }

    #[test]
    fn a_body_sent_with_its_checksum_after_it_is_unwrapped() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-decoded-content-length", "7".parse().unwrap());
        let body = "5\r\nabcde\r\n2\r\nfg\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        assert_eq!(content(&headers, body.into()), "abcdefg");
    }
}
