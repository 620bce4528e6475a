//! `Idempotency-Key`: a request with this header may be sent again, and is carried out once in 24 hours.
//!
//! The key is optional where a request carried out twice does no harm ([`KeyedBody`]), and required where
//! points or money move ([`RequiredKeyBody`]). A purchase needs no key: its receipt identifies it.

use crate::body::{JsonBody, LARGEST, too_large};
use crate::codes::{self, Code};
use crate::headers::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED};
use crate::problem::{FieldError, Kind, Problem};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::{Answered, IdempotencyKey};

/// The answer to a request that may be sent again: a JSON body, with the header `idempotency-replayed`
/// where an earlier request was carried out and this one changed nothing.
pub struct KeyedAnswer<T> {
    status: StatusCode,
    is_replay: bool,
    body: T,
}

impl<T> KeyedAnswer<T> {
    /// 201: the resource exists.
    #[must_use]
    pub const fn created(body: T, is_replay: bool) -> Self {
        Self { status: StatusCode::CREATED, is_replay, body }
    }

    /// 200: an earlier request created the resource, which is in force no more.
    #[must_use]
    pub const fn not_in_force(body: T) -> Self {
        Self { status: StatusCode::OK, is_replay: true, body }
    }

    /// 202: the work goes on in the background.
    #[must_use]
    pub const fn accepted(body: T, is_replay: bool) -> Self {
        Self { status: StatusCode::ACCEPTED, is_replay, body }
    }
}

impl<T: Serialize> IntoResponse for KeyedAnswer<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if self.is_replay {
            response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// The result of an operation, and whether an earlier request with the same key carried it out.
pub fn split<T>(answered: Answered<T>) -> (T, bool) {
    match answered {
        Answered::New(result) => (result, false),
        Answered::Replayed(result) => (result, true),
    }
}

/// The most characters of a key.
const LONGEST: usize = 255;

/// A JSON body, with the request's key if the request has one. Two requests are the same when method,
/// path and body agree byte for byte.
pub struct KeyedBody<T> {
    /// The key.
    pub key: Option<IdempotencyKey>,
    /// The body.
    pub body: T,
}

/// A JSON body of an operation that moves points or money. A request without a key is answered 400
/// (`idempotency_key_missing`).
pub struct RequiredKeyBody<T> {
    /// The key.
    pub key: IdempotencyKey,
    /// The body.
    pub body: T,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for KeyedBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (key, request) = keyed(request).await?;
        let JsonBody(body) = JsonBody::from_request(request, state).await?;
        Ok(Self { key, body })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for RequiredKeyBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let KeyedBody { key, body } = KeyedBody::from_request(request, state).await?;
        let missing = || {
            let detail =
                "must be sent: this moves points, and a request sent twice must do so once";
            refused(codes::IDEMPOTENCY_KEY_MISSING, detail)
        };
        Ok(Self { key: key.ok_or_else(missing)?, body })
    }
}

/// A request, with its key if it has one.
async fn keyed(request: Request) -> Result<(Option<IdempotencyKey>, Request), Problem> {
    let (parts, body) = request.into_parts();
    let text = key_of(&parts.headers)?;
    let bytes = to_bytes(body, LARGEST).await.map_err(|_| too_large())?;
    let key = text.map(|text| {
        let fingerprint = Sha256::new()
            .chain_update(parts.method.as_str())
            .chain_update(b"\0")
            .chain_update(parts.uri.path())
            .chain_update(b"\0")
            .chain_update(&bytes)
            .finalize();
        IdempotencyKey { text, fingerprint: fingerprint.into() }
    });
    Ok((key, Request::from_parts(parts, Body::from(bytes))))
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = sent.next() else { return Ok(None) };
    let bytes = key.as_bytes();
    let fits = (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match key.to_str() {
        Ok(text) if fits && sent.next().is_none() => Ok(Some(text.to_owned())),
        _ => Err(refused(
            codes::IDEMPOTENCY_KEY,
            "must be one key of 1 to 255 visible ASCII characters: a UUID is a good one",
        )),
    }
}

fn refused(code: Code, detail: &str) -> Problem {
    let error = FieldError::of_parameter(IDEMPOTENCY_KEY, code, detail);
    Problem::fields(Kind::Malformed, vec![error]).coded(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use rstest::rstest;
    use serde_json::Value;

    fn read(path: &str, key: Option<&[u8]>, body: &str) -> Result<KeyedBody<Value>, Problem> {
        let mut request = Request::post(path).header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        block_on(KeyedBody::from_request(request.body(Body::from(body.to_owned())).unwrap(), &()))
    }

    fn fingerprint(path: &str, body: &str) -> [u8; 32] {
        read(path, Some(b"k"), body).ok().unwrap().key.unwrap().fingerprint
    }

    #[test]
    fn the_same_request_is_the_same_path_and_body() {
        assert_eq!(fingerprint("/a", "{}"), fingerprint("/a", "{}"));
        assert_ne!(fingerprint("/a", "{}"), fingerprint("/b", "{}"));
        assert_ne!(fingerprint("/a", "{}"), fingerprint("/a", "{ }"));
    }

    #[test]
    fn a_key_is_optional_unless_the_operation_requires_it() {
        assert!(read("/a", None, "{}").ok().unwrap().key.is_none());
        let request = |key: Option<&str>| {
            let request = Request::post("/a").header("content-type", "application/json");
            let request = key
                .into_iter()
                .fold(request, |request, key| request.header("idempotency-key", key));
            let request = request.body(Body::from("{}")).unwrap();
            block_on(RequiredKeyBody::<Value>::from_request(request, &()))
        };
        let refused = request(None).err().unwrap();
        assert_eq!(refused.kind(), Kind::Malformed);
        assert_eq!(refused.code(), "idempotency_key_missing");
        assert_eq!(request(Some("k")).ok().unwrap().key.text, "k");
    }

    #[rstest]
    #[case(b"", false)]
    #[case(b"two words", false)]
    #[case("cl\u{e9}".as_bytes(), false)]
    #[case(&[b'k'; 256], false)]
    #[case(&[b'k'; 255], true)]
    #[case(b"8f14e45f-ceea-467f-a9d1-2b7c5a1f6d3e", true)]
    fn a_key_is_visible_ascii_of_a_bounded_length(#[case] key: &[u8], #[case] fits: bool) {
        let refused = read("/a", Some(key), "{}").err().map(|problem| problem.code());
        assert_eq!(refused, (!fits).then_some("idempotency_key"));
    }

    #[test]
    fn a_body_is_read_as_without_a_key() {
        let code = |body: &str| read("/a", Some(b"k"), body).err().unwrap().code();
        assert_eq!(code("{"), "malformed");
        assert_eq!(code(&format!("\"{}\"", "x".repeat(LARGEST))), "body_too_large");
    }
}
