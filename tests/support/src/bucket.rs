//! S3 for one test: objects in memory, written, read and listed.

use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    retry::RetryConfig,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// Keys of a page of a listing: few, so that a test turns pages.
const PAGE: usize = 30;

/// By bucket and key, as a path writes them.
type Objects = Arc<Mutex<BTreeMap<String, Bytes>>>;

/// One server behind every bucket's name, gone with the value.
pub struct Bucket {
    address: String,
    objects: Objects,
    server: tokio::task::JoinHandle<()>,
}

impl Bucket {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let objects = Objects::default();
        let router = Router::new()
            .fallback(serve)
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&objects));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound address"));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the server runs");
        });
        Self { address, objects, server }
    }

    /// What a client of it is made of: one attempt, and bodies sent as they are.
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
            .endpoint_url(&self.address)
    }

    /// Every object of a bucket, by key.
    #[must_use]
    pub fn objects(&self, bucket: &str) -> BTreeMap<String, Bytes> {
        let prefix = format!("{bucket}/");
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let of_bucket = objects.iter().filter_map(|(path, content)| {
            Some((path.strip_prefix(&prefix)?.to_owned(), content.clone()))
        });
        of_bucket.collect()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    State(objects): State<Objects>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
    let path = uri.path().trim_matches('/').to_owned();
    match method {
        Method::GET if query.contains_key("list-type") => list(&objects, &path, &query),
        Method::GET | Method::HEAD => match objects.get(&path) {
            Some(content) => content.clone().into_response(),
            None => error(StatusCode::NOT_FOUND, "NoSuchKey"),
        },
        Method::PUT
            if headers.contains_key(header::IF_NONE_MATCH) && objects.contains_key(&path) =>
        {
            error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed")
        }
        Method::PUT => {
            objects.insert(path, body);
            StatusCode::OK.into_response()
        }
        _ => error(StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
    }
}

fn list(
    objects: &BTreeMap<String, Bytes>,
    bucket: &str,
    query: &HashMap<String, String>,
) -> Response {
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let (prefix, after) = (format!("{bucket}/{}", text("prefix")), text("continuation-token"));
    let keys = objects.keys().filter(|path| path.starts_with(&prefix));
    let keys = keys.filter_map(|path| path.strip_prefix(&format!("{bucket}/")).map(str::to_owned));
    let keys: Vec<String> = keys.filter(|key| key.as_str() > after).collect();
    let more = keys.len() > PAGE;
    let mut body = format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>");
    if more {
        let _ = write!(body, "<NextContinuationToken>{}</NextContinuationToken>", keys[PAGE - 1]);
    }
    for key in keys.iter().take(PAGE) {
        let _ = write!(body, "<Contents><Key>{key}</Key></Contents>");
    }
    body.push_str("</ListBucketResult>");
    body.into_response()
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>")).into_response()
}
