//! S3: objects in memory, whole or in parts, by path or by virtual host.

mod body;
mod list;
mod read;

use crate::{Fake, Served, locked};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex};

/// A service with every bucket that is written to. Clones share the objects.
#[derive(Clone, Default)]
pub struct S3(Arc<Mutex<Buckets>>);

#[derive(Default)]
struct Buckets {
    /// By `bucket/key`, as the path of a request writes them.
    objects: BTreeMap<String, Bytes>,
    /// The parts of each upload that is not completed yet, by their numbers.
    uploads: HashMap<String, BTreeMap<u32, Bytes>>,
}

impl S3 {
    /// Writes an object, and gives its `ETag` without quotes.
    #[must_use]
    pub fn put(&self, bucket: &str, key: &str, content: Bytes) -> String {
        let tag = etag(&content);
        locked(&self.0).objects.insert(format!("{bucket}/{key}"), content);
        tag.trim_matches('"').to_owned()
    }

    /// Every object of a bucket, by key.
    #[must_use]
    pub fn objects(&self, bucket: &str) -> BTreeMap<String, Bytes> {
        let prefix = format!("{bucket}/");
        let buckets = locked(&self.0);
        let of_bucket = buckets.objects.iter().filter_map(|(path, content)| {
            Some((path.strip_prefix(&prefix)?.to_owned(), content.clone()))
        });
        of_bucket.collect()
    }
}

impl Served<S3> {
    /// The configuration of a client that tries once and sends bodies as they are.
    #[must_use]
    pub fn config(&self) -> aws_sdk_s3::config::Builder {
        aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-3"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(RetryConfig::disabled())
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .force_path_style(true)
            .endpoint_url(self.address())
    }
}

impl Fake for S3 {
    fn router(&self) -> Router {
        Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(self.clone())
    }
}

async fn answer(
    State(S3(buckets)): State<S3>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = path(&headers, &uri);
    let mut buckets = locked(&buckets);
    match (method.as_str(), query.get("uploadId")) {
        ("GET", _) if query.contains_key("list-type") => list::page(&buckets, &path, &query),
        ("GET" | "HEAD", _) if query.contains_key("tagging") => {
            "<Tagging><TagSet/></Tagging>".into_response()
        }
        ("GET" | "HEAD", _) => read::object(&buckets, &path, &headers),
        ("PUT", _) if query.contains_key("tagging") => StatusCode::OK.into_response(),
        ("PUT", Some(upload)) => {
            let number = query.get("partNumber").and_then(|number| number.parse().ok());
            buckets.put_part(upload, number, body::decoded(&headers, body))
        }
        ("PUT", None) => buckets.put_object(path, &headers, body::decoded(&headers, body)),
        ("POST", None) if query.contains_key("uploads") => buckets.create_upload(),
        ("POST", Some(upload)) => buckets.complete_upload(path, &headers, upload),
        ("DELETE", Some(upload)) => {
            buckets.uploads.remove(upload);
            StatusCode::NO_CONTENT.into_response()
        }
        ("DELETE", None) => {
            buckets.objects.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => error(StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
    }
}

impl Buckets {
    fn put_object(&mut self, path: String, headers: &HeaderMap, content: Bytes) -> Response {
        if headers.contains_key(header::IF_NONE_MATCH) && self.objects.contains_key(&path) {
            return error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        let tag = etag(&content);
        self.objects.insert(path, content);
        [(header::ETAG, tag)].into_response()
    }

    fn create_upload(&mut self) -> Response {
        let upload = format!("upload-{}", self.uploads.len() + 1);
        self.uploads.insert(upload.clone(), BTreeMap::new());
        format!(
            "<InitiateMultipartUploadResult><UploadId>{upload}</UploadId>\
             </InitiateMultipartUploadResult>"
        )
        .into_response()
    }

    fn put_part(&mut self, upload: &str, number: Option<u32>, content: Bytes) -> Response {
        let (Some(number), Some(parts)) = (number, self.uploads.get_mut(upload)) else {
            return error(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        let tag = etag(&content);
        parts.insert(number, content);
        [(header::ETAG, tag)].into_response()
    }

    fn complete_upload(&mut self, path: String, headers: &HeaderMap, upload: &str) -> Response {
        let Some(parts) = self.uploads.remove(upload) else {
            return error(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        let content: Bytes = parts.into_values().flatten().collect();
        let tag = etag(&content);
        let answer = self.put_object(path, headers, content);
        if !answer.status().is_success() {
            return answer;
        }
        format!("<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>")
            .into_response()
    }
}

/// `bucket/key`, also where the host names the bucket.
fn path(headers: &HeaderMap, uri: &Uri) -> String {
    let path = uri.path().trim_matches('/');
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_address = host.starts_with(|first: char| first.is_ascii_digit());
    match host.split_once('.') {
        Some((bucket, _)) if !is_address && path.is_empty() => bucket.to_owned(),
        Some((bucket, _)) if !is_address => format!("{bucket}/{path}"),
        _ => path.to_owned(),
    }
}

/// A digest of the content, in quotes. S3 computes another one, which no client may rely on.
fn etag(content: &Bytes) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("\"{:032x}\"", hasher.finish())
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>")).into_response()
}
